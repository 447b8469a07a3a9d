using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Images.Npy;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Runs;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// The learned upsampler alone: brings low-resolution features of any transformer, from an npy file, to an image's resolution. Image and
/// features are taken as they are and read tile by tile; the result is written strip by strip. None of the three is ever held whole.
/// </summary>
public static unsafe class UpsamplerRun
{
    /// <summary>
    /// Columns of a tile, least and most, of all workers' tiles together, and rows of a tile. Columns decide what a worker's network holds,
    /// 21 KiB each with 32 channels and 2 KiB of the result (with 10 MiB for any width), and how long a write is: a row of a plane, 4 bytes
    /// a column. Writes of 2 KiB (512 columns) reached 0.5 GB/s, those of 16 KiB (4096) 1.4, and the network was not slower; 2560 columns,
    /// which two threads get, write 10 KiB. Of the rows, the image's alone are held. A tile costs the network 64 of them more than it has,
    /// and as many columns.
    /// </summary>
    private const int LeastColumns = 512, MostColumns = 4096, ColumnsTogether = 5120, TileHeight = 1024;

    private const int ColumnStep = 64;

    /// <summary>Upsamples features over an image.</summary>
    /// <param name="weights">The upsampler.</param>
    /// <param name="image">The image that guides the upsampling: H x W pixels, which are not filled up to multiples of the patch.</param>
    /// <param name="features">An npy file of k x h x w float32 in C order; k is the number of channels that the upsampler takes.</param>
    /// <param name="output">The npy file to write: channels x H x W float32. It appears under its name when it is whole.</param>
    /// <param name="range">
    /// The range of samples that the upsampler sees as 0 to 1, mapped linearly. Null: where the weights say that the images of their
    /// training were standardised, so is this one, and is seen as 0.5 + 0.12 z; otherwise what <see cref="InputRange.From"/> gives for the
    /// image.
    /// </param>
    /// <param name="options">
    /// Threads, progress, cancellation; null for the defaults. They do not change the result, and a memory limit is not looked at.
    /// </param>
    /// <exception cref="FastSegException">
    /// The features do not fit the upsampler or the image, a file is damaged, a sample is not finite, the range does not fit the samples,
    /// or the result cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static RunResult Run(
        UpsamplerFile weights, ImageReader image, string features, string output, InputRange? range = null, ComputeOptions? options = null)
    {
        long start = Stopwatch.GetTimestamp();
        ComputeOptions how = options ?? new ComputeOptions();
        ArgumentNullException.ThrowIfNull(weights);
        image = NarrowedImage.Of(NotNull(image));
        ImageInfo info = image.Info;
        Overlap.RefuseFile(NotNull(features), NotNull(output));
        Overlap.RefuseFile(image.FilePath, output);
        var times = new StageTimes();
        using LowResolutionFile map = LowResolutionFile.Open(features, weights.Config.ChannelsIn, weights.Name, info);
        InputMap seen = Seen(weights.Config, image, range, how);
        times.Add(Stage.Read, start);
        using var network = new Upsampler(weights.Config, weights.Tensors.Values);
        TileGrid grid = Grid(info, how.WorkerCount);
        int workers = (int)Math.Min(how.WorkerCount, grid.Count);
        (int height, int width) = (checked((int)info.Height), checked((int)info.Width));
        var plan = new UpsamplerPlanCpu(network, height, width, map.Rows, map.Columns, (int)grid.TileWidth);
        long buffers = image.HeldBytes(workers) + (workers * Worker.Bytes(plan, info, grid));
        long peak = ProcessMemory.Resident() + ProcessMemory.CodeBytes + buffers;
        var tiles = new Worker[workers];
        using var file = new NpyPlanes(output, weights.Config.ChannelsOut, info.Height, info.Width);
        try
        {
            for (int i = 0; i < workers; i++)
            {
                tiles[i] = new Worker(plan, map, image, seen, grid, file);
            }
            Workers.Run(workers, grid.Count, how, (worker, i) => tiles[worker].Run(grid[i]));
        }
        finally
        {
            Array.ForEach(tiles, worker => worker?.Dispose());
        }
        Array.ForEach(tiles, worker => times.Add(worker.Times, workers));
        long commit = Stopwatch.GetTimestamp();
        file.Commit();
        times.Add(Stage.Write, commit);
        return new RunResult(info.Bounds.Pixels, [], times.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, peak);
    }

    /// <summary>How the image is seen.</summary>
    private static InputMap Seen(UpsamplerConfig config, ImageReader image, InputRange? range, ComputeOptions how)
    {
        if (range is null && config.Standardise == Standardisation.Image)
        {
            SampleStatistics samples = SampleStatisticsPass.Run(image, null, how.WorkerCount, how with { Progress = null }).Statistics;
            return new InputMap(InputRange.Bytes, SampleMap.Of(samples));
        }
        InputRange given = range ?? InputRange.From([image], how.Cancellation);
        given.Check([image]);
        return given;
    }

    /// <summary>The tiles: at least one for each worker, unless tiles of the height of one strip are too few for that.</summary>
    private static TileGrid Grid(ImageInfo info, int workers)
    {
        long most = Math.Clamp(ColumnsTogether / workers, LeastColumns, MostColumns), columns = Parts(info.Width, most);
        // Tiles of about the same width: a narrow last one would be written in short rows.
        long width = Math.Min(info.Width, Parts(Parts(info.Width, columns), ColumnStep) * ColumnStep);
        long each = Parts(info.Height * Parts(info.Width, width), workers);
        return new TileGrid(info.Bounds, width, Math.Min(info.Height, Math.Clamp(each, UpsamplerPlanCpu.StripRows, TileHeight)));
    }

    private static long Parts(long whole, long part) => (whole + part - 1) / part;

    /// <summary>One thread's part: the inputs of a tile, the network's rings of rows, and a strip of the result.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly NpyPlanes _file;
        private readonly UpsamplerCpu _network;
        private readonly GuidanceReaderCpu _guidance;
        private readonly CellReaderCpu _cells;
        private readonly HostBuffer _strip;
        private readonly UpsamplerRows _writeStrip;
        private Region _core;
        private long _mark;

        /// <summary>Allocates what the largest tile needs; it is freed with this worker.</summary>
        public Worker(UpsamplerPlanCpu plan, LowResolutionFile map, ImageReader image, InputMap seen, TileGrid grid, NpyPlanes file)
        {
            _file = file;
            _network = UpsamplerCpu.Create(plan);
            _guidance = new GuidanceReaderCpu(plan.Guidance, image, seen, grid);
            _cells = new CellReaderCpu(plan, map.Read);
            _strip = new HostBuffer(StripBytes(plan));
            _writeStrip = WriteStrip;
        }

        /// <summary>This worker's time by stage.</summary>
        public StageTimes Times { get; } = new();

        /// <summary>Bytes that the constructor allocates.</summary>
        public static long Bytes(UpsamplerPlanCpu plan, ImageInfo image, TileGrid grid) =>
            UpsamplerCpu.Bytes(plan)
            + GuidanceReaderCpu.Bytes(plan.Guidance, image, grid)
            + CellReaderCpu.Bytes(plan)
            + StripBytes(plan);

        /// <summary>Reads the inputs of a tile, and computes and writes its strips.</summary>
        public void Run(Region core)
        {
            _core = core;
            long mark = Stopwatch.GetTimestamp();
            GuidanceImage guidance = _guidance.Read(core);
            _mark = Times.Add(Stage.Read, mark, guidance.Region.Pixels);
            var strip = new OutputPlanes((float*)_strip.Pointer, (nint)core.Width * UpsamplerPlanCpu.StripRows, (nint)core.Width);
            _network.Run(_cells.Read(core), guidance, core, strip, _writeStrip);
        }

        public void Dispose()
        {
            _network.Dispose();
            _guidance.Dispose();
            _cells.Dispose();
            _strip.Dispose();
        }

        /// <summary>Bytes of a strip of the result: channels x rows of a strip x the widest tile's columns.</summary>
        private static long StripBytes(UpsamplerPlanCpu plan) =>
            (long)plan.MaxWidth * UpsamplerPlanCpu.StripRows * plan.Network.Config.ChannelsOut * sizeof(float);

        /// <summary>
        /// Writes the strip that the network has finished: rows <paramref name="first"/> to <paramref name="last"/> of the image.
        /// </summary>
        private void WriteStrip(int first, int last)
        {
            var rows = new Region(_core.X, first, _core.Width, last - first + 1);
            _mark = Times.Add(Stage.Upsampler, _mark, rows.Pixels);
            long bytes = _file.Write(rows, (float*)_strip.Pointer, rows.Width * UpsamplerPlanCpu.StripRows);
            _mark = Times.Add(Stage.Write, _mark, rows.Pixels, bytes);
        }
    }

    /// <summary>An npy file of planes (channels x height x width float32), which several threads write part by part.</summary>
    private sealed class NpyPlanes(string path, int channels, long height, long width) : IDisposable
    {
        private readonly OutputFile _file = new(path);
        private readonly byte[] _header = NpyHeader.Write("<f4", [channels, height, width]);

        /// <summary>
        /// Writes some rows of every plane, and returns how many bytes they have. The samples are read during the call only.
        /// </summary>
        /// <param name="rows">The pixels to write.</param>
        /// <param name="planes">The first of these pixels in plane 0; rows follow one another without padding.</param>
        /// <param name="planeStride">Floats from a plane to the next.</param>
        public long Write(Region rows, float* planes, long planeStride)
        {
            int bytes = checked((int)rows.Width * sizeof(float));
            for (int channel = 0; channel < channels; channel++)
            {
                float* from = planes + (channel * planeStride);
                for (long y = rows.Y; y < rows.Bottom; y++, from += rows.Width)
                {
                    long at = (((channel * height) + y) * width) + rows.X;
                    _file.Write(_header.Length + (at * sizeof(float)), new ReadOnlySpan<byte>(from, bytes));
                }
            }
            return rows.Height * bytes * channels;
        }

        /// <summary>Writes the header, and gives the file its name.</summary>
        public void Commit()
        {
            _file.Write(0, _header);
            _file.Commit();
        }

        public void Dispose() => _file.Dispose();
    }
}
