using System.Runtime.Intrinsics;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// The classical filters on the CPU. A bank owns the arena in which its bands are computed; it is not thread-safe, every thread has one.
/// </summary>
/// <remarks>
/// A tile is cut into panels of about equal widths, at most 256 columns, of which the last one may have a quarter more; each panel is
/// descended in bands of 16 rows. All planes of a band, and the rows that the filters keep, then stay in a core's L2 cache: 1.7 MiB with
/// the default 58 planes and 256 columns, where the cache has 2 MiB. A smaller cache gets narrower panels. Where the planes that come from
/// elsewhere are made across the whole tile, all panels descend together, band by band. What the filters of the other panels keep then
/// leaves the L2 cache; the planes of a band, of which there is one for all, stay.
/// </remarks>
internal sealed unsafe class FilterBank : IDisposable
{
    /// <summary>
    /// Most bytes that the planes of a band may have, but for a wider last panel's: as many as the L2 cache. More planes (those of colours)
    /// get narrower panels. Measured with a cache of 512 KiB: panels of 128 columns (475 KiB) run at 28.4 Mpx/s, of 64 columns at 28.1, of
    /// 256 at 25.2.
    /// </summary>
    private static readonly long PlaneBudget = Caches.L2Bytes;

    private readonly int _channels;
    private readonly int _halo;
    private readonly int _panelWidth;
    private readonly Region _maxCore;
    private readonly HostBuffer _buffer;
    private readonly PanelFilters[] _panels;

    /// <summary>Plans and allocates everything a run needs.</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="channels">Channels of the tiles.</param>
    /// <param name="maxCore">At least as wide and as high as the core of any tile that will come.</param>
    /// <param name="extraPlanes">Planes that every band has behind the classical ones; the consumer of the bands fills them.</param>
    /// <param name="together">Whether panels descend together: a band of each before the next band of any.</param>
    /// <param name="bits">Width of the vectors, 256 or 512; 0 for the one that the process uses. Planes do not depend on it.</param>
    /// <exception cref="FastSegException">The specification cannot be computed, or there is not enough memory.</exception>
    public FilterBank(FeatureSpec spec, int channels, Region maxCore, int extraPlanes = 0, bool together = false, int bits = 0)
    {
        bits = bits == 0 ? VectorPath.Bits : bits;
        _channels = channels;
        _halo = spec.FilterHalo;
        _maxCore = maxCore;
        var count = new Arena();
        CreatePanels(count, spec, channels, maxCore, extraPlanes, together, bits);
        _panelWidth = MaxPanelWidth(spec, channels, extraPlanes);
        _buffer = new HostBuffer(count.Bytes);
        _panels = CreatePanels(new Arena(_buffer), spec, channels, maxCore, extraPlanes, together, bits);
    }

    /// <summary>Bytes this bank holds.</summary>
    public long HeldBytes => _buffer.Length;

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(FeatureSpec spec, int channels, Region maxCore, int extraPlanes = 0, bool together = false)
    {
        var arena = new Arena();
        CreatePanels(arena, spec, channels, maxCore, extraPlanes, together, VectorPath.Bits);
        return arena.Bytes;
    }

    /// <summary>Columns of a panel, but for the last one of a tile.</summary>
    public static int MaxPanelWidth(FeatureSpec spec, int channels, int extraPlanes)
    {
        long planes = ((long)channels * spec.Names.Count) + extraPlanes;
        int width = Band.PanelWidth;
        while (width > PanelFilters.WidthStep && planes * width * Band.MaxHeight * sizeof(float) > PlaneBudget)
        {
            width /= 2;
        }
        return width;
    }

    /// <summary>Computes every plane of the tile's core and hands it to the consumer band by band. Allocates nothing.</summary>
    public void Run<TConsumer>(Tile tile, ref TConsumer consumer) where TConsumer : struct, IBandConsumer
    {
        Region core = tile.Core;
        if (tile.Channels != _channels || tile.Halo < _halo || core.Width > _maxCore.Width || core.Height > _maxCore.Height)
        {
            throw new ArgumentException("The tile is not one that this filter bank was planned for.", nameof(tile));
        }
        long width = PanelWidth(core.Width, _panelWidth), x = core.X, end = x;
        while (x < core.Right)
        {
            int count = 0;
            for (; count < _panels.Length && x < core.Right; count++, x = end)
            {
                end = x + Band.Panel(core.Right - x, width);
                _panels[count].Start(tile, core with { X = x, Width = end - x });
            }
            for (int i = 0; _panels[i].Next(out Band band); i = (i + 1) % count)
            {
                consumer.Consume(band);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    /// <summary>One set of filters for all panels of a tile, or one for each where they descend together.</summary>
    private static PanelFilters[] CreatePanels(
        Arena arena, FeatureSpec spec, int channels, Region maxCore, int extraPlanes, bool together, int bits)
    {
        spec.Check(extraPlanes);
        int planes = (channels * spec.Names.Count) + extraPlanes, width = MaxPanelWidth(spec, channels, extraPlanes);
        int widest = (int)Math.Min(PanelFilters.WholeSteps(width + (width / 4)), PanelFilters.WholeSteps(maxCore.Width));
        float* band = arena.Floats(PanelFilters.BandFloats(planes, widest));
        var panels = new PanelFilters[together ? (int)Band.Panels(maxCore.Width, width) : 1];
        for (int i = 0; i < panels.Length; i++)
        {
            panels[i] = bits == 512
                ? new PanelFilters<Simd512, Vector512<float>>(arena, spec, channels, widest, maxCore.Height, extraPlanes, band)
                : new PanelFilters<Simd256, Vector256<float>>(arena, spec, channels, widest, maxCore.Height, extraPlanes, band);
        }
        return panels;
    }

    /// <summary>Width of the panels that cut a core of <paramref name="coreWidth"/> columns into about equal parts.</summary>
    private static long PanelWidth(long coreWidth, int maxWidth)
    {
        long panels = Band.Panels(coreWidth, maxWidth);
        return Math.Min(PanelFilters.WholeSteps((coreWidth + panels - 1) / panels), maxWidth);
    }
}
