using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>Mean, minimum, maximum and median over disks, for one channel, band by band.</summary>
/// <remarks>
/// A disk is a stack of horizontal runs, the shortest ones at its top and bottom. For every pixel the run around it is joined step by
/// step, one pixel longer on both sides each time. As soon as the runs have the length of a row of the disk, that row and its mirror
/// image join the result.
/// </remarks>
internal sealed unsafe class Disk<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly Disk[] _disks;
    private readonly PlaneLayout _layout;
    private readonly int _radius;
    private readonly int _stride;
    private readonly int _runStride;
    private readonly float* _pixels;
    private readonly float* _runs;
    private readonly Median? _median;

    /// <summary>Carves the buffers for panels up to <paramref name="maxWidth"/> wide.</summary>
    public Disk(Arena arena, FeatureSpec spec, PlaneLayout layout, int maxWidth)
    {
        _layout = layout;
        _disks = [.. spec.Sigmas.Select(sigma => new Disk(sigma))];
        _radius = _disks.Max(disk => disk.Radius);
        int rows = Gaussian<TLanes, TVector>.BlockRows + (2 * _radius);
        _runStride = maxWidth;
        _stride = maxWidth + (2 * _radius) + Arena.Line;
        _pixels = arena.Floats((long)rows * _stride);
        _runs = arena.Floats((long)rows * _runStride);
        _median = layout.Median >= 0 ? new Median(arena, _disks, maxWidth, Gaussian<TLanes, TVector>.BlockRows) : null;
    }

    /// <summary>Computes the planes of a band.</summary>
    public void Run(in PixelSource source, in Band band)
    {
        for (int row = 0; row < band.Height + (2 * _radius); row++)
        {
            Pixels<TLanes, TVector>.Read(
                source, band.Y - _radius + row, band.X - _radius, Whole(band.Width) + (2 * _radius), _pixels + ((nint)row * _stride));
        }
        for (int i = 0; i < _disks.Length; i++)
        {
            if (_layout.Mean >= 0)
            {
                Run<Sum>(_disks[i], band, _layout.Mean + i);
                Scale(band, _layout.Mean + i, 1f / _disks[i].Pixels);
            }
            if (_layout.Min >= 0)
            {
                Run<Smaller>(_disks[i], band, _layout.Min + i);
            }
            if (_layout.Max >= 0)
            {
                Run<Larger>(_disks[i], band, _layout.Max + i);
            }
        }
        _median?.Run(source, band, _layout.Median);
    }

    /// <summary>Rounds up to whole vectors.</summary>
    private static int Whole(int count) => (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    /// <summary>Computes one statistic over one disk.</summary>
    private void Run<TJoin>(in Disk disk, in Band band, int plane) where TJoin : struct, IDiskJoin<TVector>
    {
        int rows = band.Height + (2 * disk.Radius);
        float* pixels = _pixels + ((nint)(_radius - disk.Radius) * _stride) + _radius;
        // h: half width of the runs; dy: the row of the disk, counted from the middle, that joins next.
        int dy = disk.Radius;
        for (int h = 0; dy >= 0; h++)
        {
            for (int row = 0; row < rows; row++)
            {
                Widen<TJoin>(pixels + ((nint)row * _stride), h, band.Width, _runs + ((nint)row * _runStride));
            }
            for (; dy >= 0 && disk.HalfWidth(dy) == h; dy--)
            {
                for (int row = 0; row < band.Height; row++)
                {
                    float* middle = _runs + ((nint)(row + disk.Radius) * _runStride);
                    nint away = (nint)dy * _runStride;
                    JoinRows<TJoin>(middle - away, middle + away, dy == 0, dy == disk.Radius, band.Width, band.Row(plane, row));
                }
            }
        }
    }

    /// <summary>Lengthens the runs of a row from 2 h - 1 to 2 h + 1 pixels; with h = 0 they begin as the pixels themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TJoin>(float* pixels, int h, int width, float* runs) where TJoin : struct, IDiskJoin<TVector>
    {
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TVector run = h == 0
                ? TLanes.Load(pixels + x)
                : TJoin.Join(TLanes.Load(runs + x), TJoin.Join(TLanes.Load(pixels + x - h), TLanes.Load(pixels + x + h)));
            TLanes.Store(run, runs + x);
        }
    }

    /// <summary>Joins the runs of an upper and a lower row, or of the middle one, to the result; the first pair begins it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void JoinRows<TJoin>(float* upper, float* lower, bool middle, bool first, int width, float* to)
        where TJoin : struct, IDiskJoin<TVector>
    {
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TVector term = middle ? TLanes.Load(upper + x) : TJoin.Join(TLanes.Load(upper + x), TLanes.Load(lower + x));
            TLanes.Store(first ? term : TJoin.Join(TLanes.Load(to + x), term), to + x);
        }
    }

    /// <summary>Multiplies a plane, in place.</summary>
    private static void Scale(in Band band, int plane, float factor)
    {
        TVector share = TLanes.Broadcast(factor);
        for (int row = 0; row < band.Height; row++)
        {
            float* values = band.Row(plane, row);
            for (int x = 0; x < band.Width; x += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Load(values + x), share), values + x);
            }
        }
    }

    private readonly struct Sum : IDiskJoin<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Join(TVector a, TVector b) => TLanes.Add(a, b);
    }

    private readonly struct Smaller : IDiskJoin<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Join(TVector a, TVector b) => TLanes.Min(a, b);
    }

    private readonly struct Larger : IDiskJoin<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Join(TVector a, TVector b) => TLanes.Max(a, b);
    }
}

/// <summary>How a statistic joins two values: their sum, the smaller or the larger one.</summary>
internal interface IDiskJoin<TVector> where TVector : struct
{
    /// <summary>The joined value.</summary>
    static abstract TVector Join(TVector a, TVector b);
}
