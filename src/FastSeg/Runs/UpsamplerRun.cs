using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Files;
using FastSeg.Images.Npy;
using FastSeg.Native;

namespace FastSeg;

/// <summary>
/// The learned upsampler alone: low-resolution features of any transformer, from an npy file, brought to an image's resolution. Inputs
/// are taken as they are given, and read tile by tile; the result is written strip by strip. None of them is ever held whole.
/// </summary>
public static unsafe class UpsamplerRun
{
    /// <summary>A wider tile takes more memory; a taller one only means that more of the image is read at once.</summary>
    private const int TileWidth = 512, TileHeight = 1024;

    /// <summary>Runs it over an image.</summary>
    /// <param name="weights">The upsampler.</param>
    /// <param name="image">The guidance: H x W pixels, not filled up to multiples of the patch.</param>
    /// <param name="features">An npy file, k x h x w, float32, C order; k is what the upsampler takes.</param>
    /// <param name="output">The npy file to write, channels x H x W, float32; it appears when it is whole.</param>
    /// <param name="range">
    /// The linear range of samples that is 0 to 1 to the upsampler; null for <see cref="InputRange.From"/> the image.
    /// </param>
    /// <param name="options">Threads, progress, cancellation. They do not change the result.</param>
    /// <exception cref="FastSegException">
    /// The features do not fit the upsampler, a file is damaged, or the result cannot be written.
    /// </exception>
    public static RunResult Run(
        UpsamplerFile weights, ImageReader image, string features, string output, InputRange? range = null, ComputeOptions? options = null)
    {
        long start = Stopwatch.GetTimestamp();
        ComputeOptions how = options ?? new ComputeOptions();
        ImageInfo info = image.Info;
        var times = new StageTimes();
        using LowResolutionFile map = LowResolutionFile.Open(features, weights.Config.ChannelsIn, weights.Name, info);
        range ??= InputRange.From([image], how.Cancellation);
        range.Check([image]);
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
                tiles[i] = new Worker(plan, map, image, range, grid, file);
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

    /// <summary>Tiles, at least one a worker where there are rows enough.</summary>
    private static TileGrid Grid(ImageInfo info, int workers)
    {
        long width = Math.Min(TileWidth, info.Width), columns = (info.Width + width - 1) / width;
        long each = ((info.Height * columns) + workers - 1) / workers;
        return new TileGrid(info.Bounds, width, Math.Min(info.Height, Math.Clamp(each, UpsamplerPlanCpu.StripRows, TileHeight)));
    }

    /// <summary>What one worker holds: a tile's inputs, the network's rings, and a strip of the result.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly UpsamplerPlanCpu _plan;
        private readonly LowResolutionFile _map;
        private readonly NpyPlanes _file;
        private readonly UpsamplerCpu _network;
        private readonly GuidanceReaderCpu _guidance;
        private readonly HostBuffer _cells;
        private readonly HostBuffer _strip;
        private readonly UpsamplerRows _take;
        private Region _core;
        private long _mark;

        public Worker(UpsamplerPlanCpu plan, LowResolutionFile map, ImageReader image, InputRange range, TileGrid grid, NpyPlanes file)
        {
            (_plan, _map, _file) = (plan, map, file);
            _network = UpsamplerCpu.Create(plan);
            _guidance = new GuidanceReaderCpu(plan, image, range, GuidanceReaderCpu.Largest(plan, image.Info, grid));
            _cells = new HostBuffer(CellBytes(plan, grid));
            _strip = new HostBuffer(StripBytes(plan));
            _take = Take;
        }

        public StageTimes Times { get; } = new();

        public static long Bytes(UpsamplerPlanCpu plan, ImageInfo image, TileGrid grid) =>
            UpsamplerCpu.Bytes(plan)
            + GuidanceReaderCpu.Bytes(image, GuidanceReaderCpu.Largest(plan, image, grid))
            + CellBytes(plan, grid)
            + StripBytes(plan);

        public void Run(Region core)
        {
            _core = core;
            long mark = Stopwatch.GetTimestamp();
            Region cells = _plan.Features(core);
            _map.Read(cells, _cells);
            GuidanceImage guidance = _guidance.Read(core);
            _mark = Times.Add(Stage.Read, mark, guidance.Region.Pixels);
            var low = new LowFeatures((float*)_cells.Pointer, _map.Channels, _map.Rows, _map.Columns, cells);
            var strip = new OutputPlanes((float*)_strip.Pointer, (nint)core.Width * UpsamplerPlanCpu.StripRows, (nint)core.Width);
            _network.Run(low, guidance, core, strip, _take);
        }

        public void Dispose()
        {
            _network.Dispose();
            _guidance.Dispose();
            _cells.Dispose();
            _strip.Dispose();
        }

        private static long CellBytes(UpsamplerPlanCpu plan, TileGrid grid)
        {
            long most = 0;
            for (long i = 0; i < grid.Count; i++)
            {
                most = Math.Max(most, plan.Features(grid[i]).Pixels);
            }
            return most * plan.Network.Config.ChannelsIn * sizeof(float);
        }

        private static long StripBytes(UpsamplerPlanCpu plan) =>
            (long)plan.MaxWidth * UpsamplerPlanCpu.StripRows * plan.Network.Config.ChannelsOut * sizeof(float);

        private void Take(int first, int last)
        {
            var rows = new Region(_core.X, first, _core.Width, last - first + 1);
            _mark = Times.Add(Stage.Upsampler, _mark, rows.Pixels);
            long bytes = _file.Write(rows, (float*)_strip.Pointer, rows.Width * UpsamplerPlanCpu.StripRows);
            _mark = Times.Add(Stage.Write, _mark, rows.Pixels, bytes);
        }
    }

    /// <summary>An npy file of planes, written part by part from several threads.</summary>
    private sealed class NpyPlanes(string path, int channels, long height, long width) : IDisposable
    {
        private readonly OutputFile _file = new(path);
        private readonly byte[] _header = NpyHeader.Write("<f4", [channels, height, width]);

        /// <summary>Writes some rows of every plane and returns their bytes.</summary>
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

        public void Commit()
        {
            _file.Write(0, _header);
            _file.Commit();
        }

        public void Dispose() => _file.Dispose();
    }
}
