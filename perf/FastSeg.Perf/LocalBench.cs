using FastSeg.Common;
using FastSeg.Features;
using FastSeg.Features.Local;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>
/// Measures the standardisation by a pixel's neighbourhood, tile by tile on several threads. The bound counts the multiply-adds of both
/// passes for the pixels that are wanted; the rows that a tile needs above and below it are work that the bound does not count.
/// </summary>
internal static unsafe class LocalBench
{
    /// <summary>Sums of a row (S1 and S2), and the same two down a column; the weights' own sums are made once a panel.</summary>
    private const double Sums = 4;

    public static void Run(PerfRun run)
    {
        long side = run.Options.Size;
        double sigma = FeatureSpec.Paper.StandardiseSigma;
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        int threads = run.Options.Threads, radius = LocalStandardisation.Radius(sigma);
        var core = new Region(0, 0, Math.Min(1024, side), Math.Min(2048, (side + threads - 1) / threads));
        var grid = new TileGrid(image.Info.Bounds, core.Width, core.Height);
        using var workers = new Workshop(image, sigma, core, threads);
        double seconds = run.Best(() => Workers.Run(
            threads, grid.Count, new ComputeOptions { Threads = threads }, (worker, index) => workers.Standardise(worker, grid[index])));
        double operations = Sums * ((2 * radius) + 1);
        run.Add(new Measurement("filters", $"local standardisation, sigma {sigma}", seconds, image.Info.Bounds.Pixels)
        {
            BytesPerPixel = 1 + sizeof(float),
            FlopsPerPixel = 2 * operations,
            OwnBound = (run.Bounds.FlopsPerSecond / 2 / operations, "operations"),
            Note = FormattableString.Invariant($"{operations:F0} multiply-adds, halo {radius}"),
        });
    }

    /// <summary>What each thread works in.</summary>
    private sealed class Workshop : IDisposable
    {
        private readonly ImageReader _image;
        private readonly HostBuffer[] _memory;
        private readonly LocalStandardisationCpu[] _local;
        private readonly HostBuffer[] _planes;
        private readonly Tile[] _tiles;

        public Workshop(ImageReader image, double sigma, Region core, int threads)
        {
            _image = image;
            var count = new Arena();
            LocalStandardisationCpu.Create(count, sigma, 1, core.Height, masked: false);
            _memory = [.. Enumerable.Range(0, threads).Select(_ => new HostBuffer(count.Bytes))];
            _local = [.. _memory.Select(memory => LocalStandardisationCpu.Create(new Arena(memory), sigma, 1, core.Height, masked: false))];
            _planes = [.. _memory.Select(_ => new HostBuffer(core.Pixels * sizeof(float)))];
            _tiles = [.. _memory.Select(_ => new Tile(core, LocalStandardisation.Radius(sigma), 1, image.Info))];
        }

        public void Standardise(int worker, Region core)
        {
            Tile tile = _tiles[worker];
            tile.Fill(_image, core);
            var pixels = new LocalPixels(new PixelSource(tile, 0), _image.Info.Bounds, 0);
            _local[worker].Run(pixels, core, (float*)_planes[worker].Pointer);
        }

        public void Dispose()
        {
            Array.ForEach(_memory, memory => memory.Dispose());
            Array.ForEach(_planes, planes => planes.Dispose());
            Array.ForEach(_tiles, tile => tile.Dispose());
        }
    }
}
