using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Probabilities;
using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>
/// One worker's smoothing of a tile: takes the trees' margins of a core and of what the guided filter needs around it, and makes of them
/// the smoothed probabilities of the core. Where the backend smooths, it passes on what that made.
/// </summary>
/// <remarks>
/// Margins come panel by panel. All columns of a panel that have their neighbours are smoothed on the way down, at least
/// <see cref="FewestNew"/> rows at a time: their probabilities and what the filter works in are in the caches then. When a whole panel was
/// smoothed at once they were not, and smoothing took 15.7 instead of 10.9 ns a pixel and thread. The columns that the next panel needs
/// are kept aside, row by row; of narrow panels, which wait for others, all columns.
/// Where a learned upsampler works, margins come as rows of the whole tile, which then is one panel, smoothed when it is complete.
/// </remarks>
internal sealed unsafe class SmoothedTile : TilePredictions, IDisposable
{
    /// <summary>
    /// Fewest rows of a panel that come before what can be smoothed is. Fewer would fetch what the filter works in from afar more often,
    /// more would themselves leave the caches: 32 to 128 are about as fast, 256 take 1 ns a pixel and thread more, 512 take 2.6.
    /// </summary>
    private const int FewestNew = 128;

    private readonly Work _work;
    private readonly int _classes, _halo;

    /// <summary>Rows of the planes, and columns that are kept at most.</summary>
    private readonly int _rows, _keptStride;

    /// <summary>Whether panels are so narrow that several wait for one another; whether the backend computes a tile's together.</summary>
    private readonly bool _narrow, _together;
    private readonly HostBuffer? _planes, _kept;
    private readonly HostBuffer? _values;
    private readonly GuideCpu? _guiding;
    private readonly GuidedFilterCpu? _filter;
    private readonly nint _rowStride, _planeStride;
    private Tile? _tile;
    private TileResult? _result;
    private (CountingGrid Grid, long[] Areas)? _counting;

    /// <summary>What the backend made of the present core, where it smooths by the guided filter alone.</summary>
    private byte* _made;

    /// <summary>The present core, and the pixels around it whose probabilities come.</summary>
    private Region _core, _outer;
    private byte* _mask;

    /// <summary>
    /// The first column that the present panel's filter reads, and the first of the next one's; the first column that is not smoothed yet,
    /// and the first that is not when the panel is complete; the column behind the panel.
    /// </summary>
    private long _heldX, _nextHeldX, _smoothX, _nextSmoothX, _panelEnd;
    private int _keptColumns;

    /// <summary>The first row that the planes hold, and the first one without a guide.</summary>
    private long _top, _guideY;

    /// <summary>Whether columns are smoothed in the present panel; if not, all wait for the next one.</summary>
    private bool _smooths;

    /// <summary>Allocates what the largest core needs.</summary>
    /// <param name="work">What is computed; its smoothing is not none.</param>
    /// <param name="maxCore">Width and height of the largest core.</param>
    public SmoothedTile(Work work, Region maxCore)
    {
        (_work, _classes, _halo) = (work, work.Forest!.Classes, GuidedFilter.Halo(work.Smoothing.Radius));
        _values = ValueBytes(work, maxCore) == 0 ? null : new HostBuffer(ValueBytes(work, maxCore));
        if (work.SmoothsOnDevice)
        {
            return;
        }
        Region computed = work.Largest(maxCore);
        (_together, _narrow, _keptStride, _rows) = (ComesInRows(work), IsNarrow(work), KeptColumns(work), Rows(work, computed));
        _planeStride = PlaneStride(work, computed);
        _rowStride = (_classes + 1) * _planeStride;
        _planes = new HostBuffer(PlaneBytes(work, computed));
        _kept = new HostBuffer(KeptBytes(work, computed));
        _guiding = new GuideCpu(_planeStride);
        _filter = new GuidedFilterCpu(_classes, work.Smoothing.Radius, work.Smoothing.Epsilon);
    }

    /// <summary>
    /// What safe smoothing makes of the present core: 16 bits a class and pixel, classes x pixels. After <see cref="End"/>, until the next
    /// tile.
    /// </summary>
    public ushort* Values => (ushort*)_values!.Pointer;

    /// <inheritdoc/>
    public override SmoothingRequest Smoothing => new(_core, _mask);

    private float* Guide => (float*)_planes!.Pointer;

    private float* Probabilities => Guide + _planeStride;

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Work work, Region maxCore) => work.SmoothsOnDevice
        ? ValueBytes(work, maxCore)
        : PlaneBytes(work, work.Largest(maxCore)) + KeptBytes(work, work.Largest(maxCore)) + ValueBytes(work, maxCore) +
            GuideCpu.Bytes(PlaneStride(work, work.Largest(maxCore))) +
            GuidedFilterCpu.Bytes(work.Forest!.Classes, work.Smoothing.Radius);

    /// <summary>Begins a tile that is smoothed by the guided filter alone.</summary>
    /// <param name="tile">The tile, filled; its core is the wanted one with the smoothing's reach.</param>
    /// <param name="mask">Which pixels of the tile's core count.</param>
    /// <param name="result">Receives the results of its core.</param>
    public void Begin(Tile tile, TileMask mask, TileResult result)
    {
        Begin(tile, mask, result.Core);
        _result = result;
    }

    /// <summary>Begins a tile that is smoothed where the forest is unsure, which leaves <see cref="Values"/>.</summary>
    /// <param name="tile">The tile, filled; its core is the wanted one with the smoothing's reach.</param>
    /// <param name="mask">Which pixels of the tile's core count.</param>
    /// <param name="core">The wanted core.</param>
    /// <param name="counting">Receives the counted pixels, and how many of each class there are before smoothing; or null.</param>
    public void BeginUnsure(Tile tile, TileMask mask, Region core, (CountingGrid Grid, long[] Areas)? counting = null)
    {
        Begin(tile, mask, core);
        _counting = counting;
    }

    /// <inheritdoc/>
    public override void TakeRow(long x, long y, int width, float* margins, nint groupStride, int groups)
    {
        if (y == _outer.Y && (!_together || x == _outer.X))
        {
            BeginPanel(x, _together ? _outer.Right : x + width);
        }
        float* row = Probabilities + ((y - _top) * _rowStride);
        float* kept = (float*)_kept!.Pointer + ((y - _outer.Y) * _classes * _keptStride);
        CopyColumns(kept, _keptStride, row, _planeStride, _keptColumns);
        SoftmaxCpu.Run(margins, groupStride, groups, row + (x - _heldX), _planeStride, width);
        CopyColumns(row + (_nextHeldX - _heldX), _planeStride, kept, _keptStride, (int)(_panelEnd - _nextHeldX));
        if (x + width == _panelEnd && (y + 1 == _outer.Bottom || y + 1 == _top + _rows))
        {
            EndRows(y + 1);
        }
    }

    /// <inheritdoc/>
    public override void TakeSmoothed(byte* result)
    {
        _made = result;
        if (_values is not null)
        {
            long bytes = StoredProbabilities.Bytes(_core, _classes) + _core.Pixels;
            Buffer.MemoryCopy(result, _values.Pointer, _values.Length, bytes);
        }
    }

    /// <summary>Ends the tile, whose predictions have all come.</summary>
    public void End()
    {
        if (!_work.SmoothsOnDevice)
        {
            return;
        }
        if (_result is null)
        {
            byte* classes = _values!.Pointer + StoredProbabilities.Bytes(_core, _classes);
            _counting?.Grid.Take(Values, classes, _core, Present(_core), _counting.Value.Areas);
            return;
        }
        if (!_work.Probabilities)
        {
            _result.TakeClasses(_made, _core.Pixels);
            return;
        }
        var rows = new DecidedRows { Result = _result, Watch = _work.Watch };
        for (long row = 0; row < _core.Height; row++)
        {
            rows.Take(_core.X, _core.Y + row, (int)_core.Width, (float*)_made + (row * _core.Width), (nint)_core.Pixels);
        }
    }

    /// <summary>
    /// The <see cref="Values"/> of a part of the present core, moved together in their memory: they are those of the whole core no longer.
    /// </summary>
    public ReadOnlySpan<ushort> Cut(Region part)
    {
        Region core = _core;
        ushort* to = Values;
        for (int c = 0; c < _classes && part != core; c++)
        {
            for (long y = part.Y; y < part.Bottom; y++)
            {
                ushort* from = Values + (c * core.Pixels) + ((y - core.Y) * core.Width) + (part.X - core.X);
                new ReadOnlySpan<ushort>(from, (int)part.Width).CopyTo(new Span<ushort>(to, (int)part.Width));
                to += part.Width;
            }
        }
        return new ReadOnlySpan<ushort>(Values, checked((int)(part.Pixels * _classes)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _planes?.Dispose();
        _kept?.Dispose();
        _values?.Dispose();
        _guiding?.Dispose();
        _filter?.Dispose();
    }

    private void Begin(Tile tile, TileMask mask, Region core)
    {
        (_tile, _core, _outer) = (tile, core, tile.Core);
        _mask = mask.Kept;
        (_result, _counting) = (null, null);
        (_nextHeldX, _nextSmoothX, _smooths) = (_outer.X, core.X, false);
    }

    private GuidedTileCpu Present(Region core) => new()
    {
        Core = core,
        Outer = _outer,
        First = (_heldX, _top),
        RowStride = _rowStride,
        PlaneStride = _planeStride,
        Probabilities = _planes is null ? null : Probabilities,
        Guide = _planes is null ? null : Guide,
        Mask = _mask,
    };

    /// <summary>
    /// Finds out which columns are smoothed in a panel, and which must be kept for the next one. Narrow panels, those of many planes, wait
    /// until a strip of the filter is full.
    /// </summary>
    private void BeginPanel(long first, long end)
    {
        (_keptColumns, _panelEnd) = ((int)(first - _nextHeldX), end);
        (_heldX, _smoothX, _top, _guideY) = (_nextHeldX, _nextSmoothX, _outer.Y, _outer.Y);
        bool last = end == _outer.Right;
        long ready = Math.Clamp(end - _halo, _smoothX, _core.Right);
        _smooths = last || !_narrow || ready - _smoothX + (end - first) > Band.PanelWidth;
        if (_smooths)
        {
            _nextSmoothX = last ? _core.Right : ready;
            _nextHeldX = last ? end : Math.Max(_heldX, _nextSmoothX - _halo);
        }
        _smooths &= _nextSmoothX > _smoothX;
        if (_smooths && !_together)
        {
            _filter!.Start(Present(Smoothed));
        }
    }

    /// <summary>The pixels that are smoothed in the present panel.</summary>
    private Region Smoothed => _core with { X = _smoothX, Width = _nextSmoothX - _smoothX };

    /// <summary>Smooths what can be smoothed, and moves the rows that are needed further to the planes' beginning.</summary>
    private void EndRows(long bottom)
    {
        long top = bottom;
        if (_smooths)
        {
            var held = new Region(_heldX, _guideY, _panelEnd - _heldX, bottom - _guideY);
            _guiding!.Run(_tile!, _tile!.Page!.Value, held, Guide + ((_guideY - _top) * _rowStride), _rowStride);
            Filter(bottom);
            top = _together ? bottom : Math.Clamp(_filter!.FirstRead, _top, bottom);
        }
        long floats = (bottom - top) * _rowStride;
        Buffer.MemoryCopy(Guide + ((top - _top) * _rowStride), Guide, _planes!.Length, floats * sizeof(float));
        (_top, _guideY) = (top, bottom);
    }

    /// <summary>Copies some columns of each class, of one row.</summary>
    private void CopyColumns(float* from, nint fromStride, float* to, nint toStride, int count)
    {
        for (int c = 0; c < _classes && count > 0; c++)
        {
            new ReadOnlySpan<float>(from + (c * fromStride), count).CopyTo(new Span<float>(to + (c * toStride), count));
        }
    }

    private void Filter(long bottom)
    {
        GuidedTileCpu present = Present(Smoothed);
        if (_result is not null)
        {
            var decided = new DecidedRows { Result = _result, Watch = _work.Watch };
            Filter(present, bottom, ref decided);
            return;
        }
        var unsure = new UnsureRows { Tile = present, Core = _core, Values = Values, Classes = _classes, Watch = _work.Watch };
        Region made = Filter(present, bottom, ref unsure);
        _counting?.Grid.Take(Values, null, _core, Present(made), _counting.Value.Areas);
    }

    /// <summary>Smooths the rows that can be, and says which pixels these were.</summary>
    private Region Filter<TRows>(in GuidedTileCpu present, long bottom, ref TRows rows) where TRows : struct, ISmoothedRows
    {
        if (_together)
        {
            _filter!.Run(present, ref rows);
            return present.Core;
        }
        long from = Math.Clamp(_filter!.FirstRead, _core.Y, _core.Bottom);
        _filter.Continue(present, bottom, ref rows);
        return present.Core with { Y = from, Height = Math.Clamp(_filter.FirstRead, _core.Y, _core.Bottom) - from };
    }

    /// <summary>
    /// Bytes of the guide and of each class's probabilities: some rows of a panel, and the columns before it that still have to be smoothed
    /// or are read then.
    /// </summary>
    private static long PlaneBytes(Work work, Region computed) =>
        PlaneStride(work, computed) * Rows(work, computed) * (work.Forest!.Classes + 1) * sizeof(float);

    private static nint PlaneStride(Work work, Region computed) => ComesInRows(work)
        ? (nint)((computed.Width + Arena.Line - 1) / Arena.Line * Arena.Line)
        : GuidedFilterCpu.PlaneStride(work.Smoothing.Radius);

    /// <summary>New rows, and those before them that the filter still reads: less than a box's and the rows around one.</summary>
    private static int Rows(Work work, Region computed) => ComesInRows(work)
        ? checked((int)computed.Height)
        : (int)Math.Min(FewestNew + (2 * GuidedFilter.Halo(work.Smoothing.Radius)) + 1, computed.Height);

    /// <summary>Whether the backend computes all panels of a tile together, row by row.</summary>
    private static bool ComesInRows(Work work) => !work.BackendSmooths && DeepImage.ComesInRows(work.Deep);

    private static bool IsNarrow(Work work) =>
        !work.BackendSmooths && FilterBank.MaxPanelWidth(work.Features, work.Channels, work.DeepChannels) < Band.PanelWidth;

    /// <summary>Most columns that a panel leaves to the next one; all panels that wait, if they do.</summary>
    private static int KeptColumns(Work work) =>
        (2 * GuidedFilter.Halo(work.Smoothing.Radius)) + (IsNarrow(work) ? Band.PanelWidth : 0);

    /// <summary>Bytes of the probabilities that a panel leaves to the next one.</summary>
    private static long KeptBytes(Work work, Region computed) =>
        ComesInRows(work) ? 0 : KeptColumns(work) * computed.Height * work.Forest!.Classes * sizeof(float);

    /// <summary>
    /// Bytes of the 16-bit probabilities that safe smoothing leaves of a core and, behind those that a device made, of the classes before.
    /// </summary>
    private static long ValueBytes(Work work, Region core) => work.Smoothing.Mode == SmoothingMode.Safe
        ? StoredProbabilities.Bytes(core, work.Forest!.Classes) + (work.SmoothsOnDevice ? core.Pixels : 0)
        : 0;

    /// <summary>Lets the largest smoothed probability decide.</summary>
    private struct DecidedRows : ISmoothedRows
    {
        public TileResult Result;
        public Watch Watch;

        public readonly void Take(long x, long y, int width, float* smoothed, nint classStride)
        {
            Watch.Look(0);
            Result.TakeSmoothed(x, y, width, smoothed, classStride);
        }
    }

    /// <summary>Keeps the smoothed probabilities of pixels of which the forest is unsure, and the forest's own of the others.</summary>
    private struct UnsureRows : ISmoothedRows
    {
        public GuidedTileCpu Tile;
        public Region Core;
        public ushort* Values;
        public int Classes;
        public Watch Watch;

        public readonly void Take(long x, long y, int width, float* smoothed, nint classStride)
        {
            Watch.Look(0);
            float* own = Tile.Probabilities + Tile.At(x, y);
            ushort* to = Values + ((y - Core.Y) * Core.Width) + (x - Core.X);
            SmoothedPixelsCpu.Choose(own, Tile.PlaneStride, smoothed, classStride, Classes, to, (nint)Core.Pixels, width);
        }
    }
}
