using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Probabilities;

namespace FastSeg.Backends;

/// <summary>
/// One worker's smoothing of a tile: takes the trees' margins of a core and of what the guided filter needs around it, and makes of them
/// the smoothed probabilities of the core. Where the backend smooths, it passes on what that made.
/// </summary>
internal sealed unsafe class SmoothedTile : TilePredictions, IDisposable
{
    private readonly Work _work;
    private readonly int _classes;
    private readonly HostBuffer? _probabilities;
    private readonly HostBuffer? _guide;
    private readonly HostBuffer? _values;
    private readonly GuideCpu? _guiding;
    private readonly GuidedFilterCpu? _filter;
    private Tile? _tile;

    /// <summary>What the backend made of the present core, where it smooths by the guided filter alone.</summary>
    private byte* _made;
    private GuidedTileCpu _present;

    /// <summary>Allocates what the largest core needs.</summary>
    /// <param name="work">What is computed; its smoothing is not none.</param>
    /// <param name="maxCore">Width and height of the largest core.</param>
    public SmoothedTile(Work work, Region maxCore)
    {
        (_work, _classes) = (work, work.Forest!.Classes);
        _values = ValueBytes(work, maxCore) == 0 ? null : new HostBuffer(ValueBytes(work, maxCore));
        if (work.SmoothsOnDevice)
        {
            return;
        }
        Region computed = work.Largest(maxCore);
        _probabilities = new HostBuffer(computed.Pixels * _classes * sizeof(float));
        _guide = new HostBuffer(computed.Pixels * sizeof(float));
        _guiding = new GuideCpu(computed.Width);
        _filter = new GuidedFilterCpu(_classes, work.Smoothing.Radius, work.Smoothing.Epsilon);
    }

    /// <summary>
    /// What safe smoothing makes of the present core: 16 bits a class and pixel, classes x pixels. After <see cref="Smooth"/>, until the
    /// next tile.
    /// </summary>
    public ushort* Values => (ushort*)_values!.Pointer;

    /// <inheritdoc/>
    public override SmoothingRequest Smoothing => new(_present.Core, _present.Mask);

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Work work, Region maxCore)
    {
        if (work.SmoothsOnDevice)
        {
            return ValueBytes(work, maxCore);
        }
        Region computed = work.Largest(maxCore);
        int classes = work.Forest!.Classes;
        return (computed.Pixels * (classes + 1) * sizeof(float)) + ValueBytes(work, maxCore) +
            GuideCpu.Bytes(computed.Width) + GuidedFilterCpu.Bytes(classes, work.Smoothing.Radius);
    }

    /// <summary>Begins a tile.</summary>
    /// <param name="tile">The tile, filled; its core is the wanted one with the smoothing's reach.</param>
    /// <param name="core">The wanted core.</param>
    /// <param name="mask">Which pixels of the tile's core count.</param>
    public void Begin(Tile tile, Region core, TileMask mask)
    {
        _tile = tile;
        _present = new GuidedTileCpu
        {
            Core = core,
            Outer = tile.Core,
            Probabilities = _probabilities is null ? null : (float*)_probabilities.Pointer,
            Guide = _guide is null ? null : (float*)_guide.Pointer,
            Mask = mask.Kept,
        };
    }

    /// <inheritdoc/>
    public override void TakeRow(long x, long y, int width, float* margins, nint groupStride, int groups)
    {
        Region outer = _present.Outer;
        long at = ((y - outer.Y) * outer.Width) + (x - outer.X);
        SoftmaxCpu.Run(margins, groupStride, groups, _present.Probabilities + at, checked((nint)outer.Pixels), width);
    }

    /// <inheritdoc/>
    public override void TakeSmoothed(byte* result)
    {
        _made = result;
        if (_values is not null)
        {
            long bytes = StoredProbabilities.Bytes(_present.Core, _classes) + _present.Core.Pixels;
            Buffer.MemoryCopy(result, _values.Pointer, _values.Length, bytes);
        }
    }

    /// <summary>Smooths the tile when all its margins are there, by the guided filter alone.</summary>
    /// <param name="result">Receives the results; its core is the present one.</param>
    public void Smooth(TileResult result)
    {
        var rows = new DecidedRows { Result = result, Watch = _work.Watch };
        if (!_work.SmoothsOnDevice)
        {
            Filter(ref rows);
            return;
        }
        Region core = _present.Core;
        if (!_work.Probabilities)
        {
            result.TakeClasses(_made, core.Pixels);
            return;
        }
        for (long row = 0; row < core.Height; row++)
        {
            rows.Take(core.X, core.Y + row, (int)core.Width, (float*)_made + (row * core.Width), (nint)core.Pixels);
        }
    }

    /// <summary>Smooths the tile where the forest is unsure, and leaves <see cref="Values"/>.</summary>
    public void SmoothUnsure()
    {
        if (!_work.SmoothsOnDevice)
        {
            var rows = new UnsureRows { Tile = _present, Values = Values, Classes = _classes, Watch = _work.Watch };
            Filter(ref rows);
        }
    }

    /// <summary>Puts the counted pixels of the present core into a grid, after <see cref="SmoothUnsure"/>.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="areas">How many of them each class has before smoothing; added to what is there.</param>
    public void CountInto(CountingGrid grid, long[] areas)
    {
        byte* classes = _work.SmoothsOnDevice ? _values!.Pointer + StoredProbabilities.Bytes(_present.Core, _classes) : null;
        grid.Take(Values, classes, _present, areas);
    }

    /// <summary>
    /// The <see cref="Values"/> of a part of the present core, moved together in their memory: they are those of the whole core no longer.
    /// </summary>
    public ReadOnlySpan<ushort> Cut(Region part)
    {
        Region core = _present.Core;
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
        _probabilities?.Dispose();
        _guide?.Dispose();
        _values?.Dispose();
        _guiding?.Dispose();
        _filter?.Dispose();
    }

    private void Filter<TRows>(ref TRows rows) where TRows : struct, ISmoothedRows
    {
        _guiding!.Run(_tile!, _tile!.Page!.Value, _present.Outer, _present.Guide);
        _filter!.Run(_present, ref rows);
    }

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
        public ushort* Values;
        public int Classes;
        public Watch Watch;

        public readonly void Take(long x, long y, int width, float* smoothed, nint classStride)
        {
            Watch.Look(0);
            Region outer = Tile.Outer, core = Tile.Core;
            float* own = Tile.Probabilities + ((y - outer.Y) * outer.Width) + (x - outer.X);
            ushort* to = Values + ((y - core.Y) * core.Width) + (x - core.X);
            SmoothedPixelsCpu.Choose(own, (nint)outer.Pixels, smoothed, classStride, Classes, to, (nint)core.Pixels, width);
        }
    }
}
