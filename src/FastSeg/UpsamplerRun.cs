using System.Diagnostics;
using FastSeg.Deep;
using FastSeg.Deep.Weights;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg;

/// <summary>
/// The learned upsampler alone: low-resolution features of any transformer, from an npy file, brought to an image's resolution. The
/// result is written tile by tile and never held whole; inputs are taken as they are given.
/// </summary>
public static unsafe class UpsamplerRun
{
    private const string Float32 = "<f4";

    /// <summary>Most bytes of results that all workers hold together, as far as <see cref="LeastRows"/> lets them.</summary>
    private const long MostResult = 128L << 20;

    private const int TileWidth = 512, LeastRows = 64;

    /// <summary>Runs it over an image.</summary>
    /// <param name="weights">The upsampler.</param>
    /// <param name="image">The guidance: H x W pixels, not filled up to multiples of the patch.</param>
    /// <param name="features">An npy file, k x h x w, float32, C order; k is what the upsampler takes.</param>
    /// <param name="output">The npy file to write, channels x H x W, float32; it appears when it is whole.</param>
    /// <param name="range">The linear range of samples that is 0 to 1 to the upsampler; null for <see cref="InputRange.From"/> the image.</param>
    /// <param name="options">Threads, progress, cancellation. They do not change the result.</param>
    /// <exception cref="FastSegException">The features do not fit the upsampler, a file is damaged, or the result cannot be written.</exception>
    public static RunResult Run(UpsamplerFile weights, ImageReader image, string features, string output, InputRange? range = null, RunOptions? options = null)
    {
        long start = Stopwatch.GetTimestamp();
        RunOptions how = options ?? new RunOptions();
        ImageInfo info = image.Info;
        var times = new StageTimes();
        using LowResolution map = Features(features, weights, info);
        range ??= InputRange.From([image], how.Cancellation);
        range.Check([image]);
        times.Add(Stage.Read, start);
        using var network = new Upsampler(weights.Config, weights.Tensors.Values);
        TileGrid grid = Grid(info, weights.Config.ChannelsOut, how.WorkerCount);
        int workers = (int)Math.Min(how.WorkerCount, grid.Count);
        var plan = new UpsamplerPlan(network, checked((int)info.Height), checked((int)info.Width), (int)map.Rows, (int)map.Columns, (int)grid.TileWidth);
        long peak = ProcessMemory.Resident() + image.HeldBytes(workers) + (workers * LearnedPlanes.Bytes(plan, info, grid));
        var planes = new LearnedPlanes[workers];
        StageTimes[] spent = [.. planes.Select(_ => new StageTimes())];
        using var file = new NpyPlanes(output, weights.Config.ChannelsOut, info.Height, info.Width);
        try
        {
            for (int i = 0; i < workers; i++)
            {
                planes[i] = new LearnedPlanes(plan, map, image, range, grid);
            }
            Workers.Run(workers, grid.Count, how, (worker, i) =>
            {
                Region core = grid[i];
                long mark = Stopwatch.GetTimestamp();
                planes[worker].Start(core);
                mark = spent[worker].Add(Stage.Upsampler, mark, core.Pixels);
                file.Write(core, planes[worker].Planes);
                spent[worker].Add(Stage.Write, mark, core.Pixels, core.Pixels * weights.Config.ChannelsOut * sizeof(float));
            });
        }
        finally
        {
            Array.ForEach(planes, worker => worker?.Dispose());
        }
        Array.ForEach(spent, worker => times.Add(worker, workers));
        long commit = Stopwatch.GetTimestamp();
        file.Commit();
        times.Add(Stage.Write, commit);
        return new RunResult(info.Bounds.Pixels, [], times.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, peak);
    }

    /// <summary>Tiles of at most <see cref="TileWidth"/> columns, as tall as memory allows (tall tiles repeat least work), one a worker at least.</summary>
    private static TileGrid Grid(ImageInfo info, int channels, int workers)
    {
        long width = Math.Min(TileWidth, info.Width), columns = (info.Width + width - 1) / width;
        long fit = MostResult / workers / (width * channels * sizeof(float));
        long each = ((info.Height * columns) + workers - 1) / workers;
        return new TileGrid(info.Bounds, width, Math.Min(info.Height, Math.Max(LeastRows, Math.Min(fit, each))));
    }

    private static LowResolution Features(string path, UpsamplerFile weights, ImageInfo image)
    {
        if (!File.Exists(path))
        {
            throw new FastSegException($"{path} does not exist; give the npy file of the low-resolution features.");
        }
        using InputFile file = InputFile.Open(path, path);
        Span<byte> magic = stackalloc byte[NpyHeader.Magic.Length];
        if (file.Length < 12)
        {
            throw file.Bad("is no npy file");
        }
        file.Read(0, magic);
        if (!magic.SequenceEqual(NpyHeader.Magic))
        {
            throw file.Unsupported("is no npy file", "save the features with numpy.save");
        }
        NpyHeader header = NpyHeader.Read(file);
        string shape = string.Join(" x ", header.Shape);
        if (header.Descr != Float32 || header.FortranOrder || header.Shape.Count != 3)
        {
            throw file.Unsupported($"holds {shape} of type {header.Descr}{(header.FortranOrder ? " in Fortran order" : "")}", "features are k x h x w of type <f4 (float32) in C order");
        }
        (long channels, long rows, long columns) = (header.Shape[0], header.Shape[1], header.Shape[2]);
        if (channels != weights.Config.ChannelsIn)
        {
            throw file.Unsupported($"holds {shape} features, {channels} channels", $"{weights.Name} takes {weights.Config.ChannelsIn}; the first axis counts channels");
        }
        if (rows < 1 || columns < 1 || rows > image.Height || columns > image.Width)
        {
            throw file.Unsupported($"holds {rows} x {columns} cells", $"{image.Name} has {image.Height} x {image.Width} pixels, and every cell must cover at least one");
        }
        long count = checked(channels * rows * columns);
        if (!file.Holds(header.DataOffset, checked(count * sizeof(float))))
        {
            throw file.Bad($"is truncated: {shape} features do not fit into {file.Length} bytes");
        }
        var map = new LowResolution((int)channels, rows, columns, weights.Config.Patch);
        try
        {
            file.Read(header.DataOffset, (byte*)map.Plane(0), count * sizeof(float));
            return SampleChecks.AllFinite((byte*)map.Plane(0), count, SampleType.Float32)
                ? map
                : throw file.Unsupported("has a value that is not finite", "features must be finite numbers");
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>An npy file of planes, written tile by tile from several threads.</summary>
    private sealed class NpyPlanes(string path, int channels, long height, long width) : IDisposable
    {
        private readonly OutputFile _file = new(path);
        private readonly byte[] _header = NpyHeader.Write(Float32, [channels, height, width]);

        public void Write(Region core, float* planes)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                for (long y = core.Y; y < core.Bottom; y++, planes += core.Width)
                {
                    long at = (((channel * height) + y) * width) + core.X;
                    _file.Write(_header.Length + (at * sizeof(float)), new ReadOnlySpan<byte>(planes, checked((int)core.Width * sizeof(float))));
                }
            }
        }

        public void Commit()
        {
            _file.Write(0, _header);
            _file.Commit();
        }

        public void Dispose() => _file.Dispose();
    }
}
