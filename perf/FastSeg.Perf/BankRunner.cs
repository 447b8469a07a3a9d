using FastSeg.Common;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>Runs the filter bank over an image in memory, tile by tile on several threads, as the CPU backend does.</summary>
internal sealed class BankRunner : IDisposable
{
    private readonly ImageReader _image;
    private readonly TileGrid _grid;
    private readonly FilterBank[] _banks;
    private readonly Tile[] _tiles;

    public BankRunner(ImageReader image, FeatureSpec spec, int threads)
    {
        _image = image;
        ImageInfo info = image.Info;
        // Every thread gets a tile; tall ones repeat least work at their borders.
        var core = new Region(0, 0, Math.Min(1024, info.Width), Math.Min(2048, (info.Height + threads - 1) / threads));
        _grid = new TileGrid(info.Bounds, core.Width, core.Height);
        _banks = [.. Enumerable.Range(0, threads).Select(_ => new FilterBank(spec, info.Channels, core))];
        _tiles = [.. Enumerable.Range(0, threads).Select(_ => new Tile(core, spec.FilterHalo, info.Channels, info))];
    }

    /// <summary>Computes every plane of every pixel; <paramref name="consumer"/> is called from several threads.</summary>
    public void Run<TConsumer>(TConsumer consumer) where TConsumer : struct, IBandConsumer =>
        Workers.Run(_banks.Length, _grid.Count, new ComputeOptions { Threads = _banks.Length }, (worker, index) =>
        {
            _tiles[worker].Fill(_image, _grid[index]);
            TConsumer own = consumer;
            _banks[worker].Run(_tiles[worker], ref own);
        });

    public void Dispose()
    {
        Array.ForEach(_banks, bank => bank.Dispose());
        Array.ForEach(_tiles, tile => tile.Dispose());
    }

    /// <summary>Takes no plane: the filters alone are measured.</summary>
    internal readonly struct Drop : IBandConsumer
    {
        public void Consume(in Band band)
        {
        }
    }
}
