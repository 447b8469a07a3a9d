using System.Runtime.Intrinsics;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Features;

/// <summary>
/// The classical filters on the CPU, for one worker: owns the arena its bands are computed in. Not thread-safe; one per thread.
/// </summary>
/// <remarks>
/// A tile is cut into panels, each descended in bands of 16 rows: all planes of a band, and the rings of rows the filters keep, stay in
/// a core's L2 cache: 1.7 MiB with the default 58 planes, of the 2 MiB where this was first measured. A smaller cache gets narrower panels.
/// </remarks>
internal sealed unsafe class FilterBank : IDisposable
{
    private const int MaxPanelWidth = 256;
    private const int BandRows = 16;

    /// <summary>
    /// Bytes of planes that may be in flight: as many as the L2 cache has. More planes (colour) get narrower panels. Measured with 512 KiB:
    /// panels of 128 columns (475 KiB) run at 28.4 Mpx/s, of 64 at 28.1, of 256 at 25.2.
    /// </summary>
    private static readonly long PlaneBudget = Caches.L2Bytes;

    private readonly int _channels;
    private readonly int _halo;
    private readonly Region _maxCore;
    private readonly HostBuffer _buffer;
    private readonly BankWorker _worker;

    /// <summary>Plans and allocates everything a run needs.</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="channels">Channels of the tiles (1 or 3).</param>
    /// <param name="maxCore">Largest tile core that will come.</param>
    /// <param name="extraPlanes">Planes behind the classical ones that every band has room for; whoever consumes the bands fills them.</param>
    /// <exception cref="FastSegException">The specification asks for what cannot be computed, or there is no memory.</exception>
    public FilterBank(FeatureSpec spec, int channels, Region maxCore, int extraPlanes = 0)
    {
        _channels = channels;
        _halo = spec.Halo;
        _maxCore = maxCore;
        _buffer = new HostBuffer(Bytes(spec, channels, maxCore, extraPlanes));
        _worker = CreateWorker(new Arena(_buffer), spec, channels, maxCore, extraPlanes);
    }

    /// <summary>Widest and tallest band that <see cref="Run"/> hands out.</summary>
    public static (int Width, int Height) MaxBand => (MaxPanelWidth, BandRows);

    /// <summary>Bytes this bank holds.</summary>
    public long HeldBytes => _buffer.Length;

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(FeatureSpec spec, int channels, Region maxCore, int extraPlanes = 0)
    {
        var arena = new Arena();
        CreateWorker(arena, spec, channels, maxCore, extraPlanes);
        return arena.Bytes;
    }

    /// <summary>Computes every plane of the tile's core, band by band. Allocates nothing.</summary>
    public void Run<TConsumer>(Tile tile, ref TConsumer consumer) where TConsumer : struct, IBandConsumer
    {
        Region core = tile.Core;
        if (tile.Channels != _channels || tile.Halo < _halo || core.Width > _maxCore.Width || core.Height > _maxCore.Height)
        {
            throw new ArgumentException("The tile is not one that this filter bank was planned for.", nameof(tile));
        }
        long width = _worker.PanelWidth(core.Width);
        for (long x = core.X; x < core.Right; x += width)
        {
            _worker.Start(tile, core with { X = x, Width = Math.Min(width, core.Right - x) });
            while (_worker.Next(out Band band))
            {
                consumer.Consume(band);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static BankWorker CreateWorker(Arena arena, FeatureSpec spec, int channels, Region maxCore, int extraPlanes)
    {
        spec.Check(extraPlanes);
        int planes = (channels * spec.Names.Count) + extraPlanes;
        int width = MaxPanelWidth;
        while (width > BankWorker.WidthStep && (long)planes * width * BandRows * sizeof(float) > PlaneBudget)
        {
            width /= 2;
        }
        width = (int)Math.Min(width, (maxCore.Width + BankWorker.WidthStep - 1) / BankWorker.WidthStep * BankWorker.WidthStep);
        return VectorPath.Bits == 512
            ? new BankWorker<Simd512, Vector512<float>>(arena, spec, channels, width, maxCore.Height, extraPlanes)
            : new BankWorker<Simd256, Vector256<float>>(arena, spec, channels, width, maxCore.Height, extraPlanes);
    }
}
