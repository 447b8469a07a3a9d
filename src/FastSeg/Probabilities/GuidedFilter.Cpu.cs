using System.Runtime.Intrinsics;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// The guided filter on the CPU; see <see cref="GuidedFilter"/>. Every worker has one of its own. A tile that is there whole is cut into
/// strips of as many columns as a panel of the filters has; one whose rows come little by little is a single strip.
/// </summary>
internal sealed unsafe class GuidedFilterCpu : IDisposable
{
    private readonly HostBuffer _buffer;
    private readonly GuidedStrip _strip;

    /// <summary>Allocates everything that tiles need.</summary>
    /// <param name="classes">Classes, at least 2.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="epsilon">Variance of the guide from which on an edge is kept.</param>
    /// <param name="bits">Width of the vectors, 256 or 512; 0 for the one that the process uses. Results do not depend on it.</param>
    public GuidedFilterCpu(int classes, int radius, double epsilon, int bits = 0)
    {
        bits = bits == 0 ? VectorPath.Bits : bits;
        _buffer = new HostBuffer(Bytes(classes, radius, bits));
        _strip = Create(new Arena(_buffer), classes, radius, Math.Max((float)epsilon, GuidedFilter.LeastEpsilon), bits);
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(int classes, int radius) => Bytes(classes, radius, VectorPath.Bits);

    /// <summary>Floats from a plane to the next where they lie side by side in a row; room for the columns that a strip reads.</summary>
    public static nint PlaneStride(int radius) => GuidedStrip.StrideOf(radius);

    /// <summary>
    /// The first row that <see cref="Continue"/> will read of the tile that was begun; all rows of the core above it are smoothed.
    /// </summary>
    public long FirstRead => _strip.FirstRead;

    /// <summary>Smooths the pixels of a tile's core and hands them on row by row. Allocates nothing.</summary>
    public void Run<TRows>(in GuidedTileCpu tile, ref TRows rows) where TRows : struct, ISmoothedRows
    {
        long width;
        for (long x = tile.Core.X; x < tile.Core.Right; x += width)
        {
            width = Band.Panel(tile.Core.Right - x);
            _strip.Start(tile, tile.Core with { X = x, Width = width });
            Continue(tile, tile.Outer.Bottom, ref rows);
        }
    }

    /// <summary>Begins a tile whose rows come little by little; its core has at most <see cref="GuidedStrip.MaxWidth"/> columns.</summary>
    public void Start(in GuidedTileCpu tile) => _strip.Start(tile, tile.Core);

    /// <summary>Smooths what can be smoothed, and hands it on row by row. Allocates nothing.</summary>
    /// <param name="tile">The tile that was begun, whose planes may begin with any row up to <see cref="FirstRead"/>.</param>
    /// <param name="bottom">The row behind the last one that is there.</param>
    /// <param name="rows">Takes the smoothed rows.</param>
    public void Continue<TRows>(in GuidedTileCpu tile, long bottom, ref TRows rows) where TRows : struct, ISmoothedRows
    {
        while (_strip.Begins(tile, bottom))
        {
            for (float* values = _strip.Next(out long y); values != null; values = _strip.Next(out y))
            {
                rows.Take(_strip.Core.X, y, (int)_strip.Core.Width, values, _strip.Stride);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static long Bytes(int classes, int radius, int bits)
    {
        var count = new Arena();
        Create(count, classes, radius, 1, bits);
        return count.Bytes;
    }

    private static GuidedStrip Create(Arena arena, int classes, int radius, float epsilon, int bits) => bits == 512
        ? new GuidedStrip<Simd512, Vector512<float>>(arena, classes, radius, epsilon)
        : new GuidedStrip<Simd256, Vector256<float>>(arena, classes, radius, epsilon);
}
