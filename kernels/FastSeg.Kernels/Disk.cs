using System.Runtime.CompilerServices;
using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Mean, minimum and maximum over a disk. Sums have the CPU's order: within a row the centre, then pair by pair outwards; the rows from
/// the outermost pair inwards, upper + lower as one term, and the middle row last.
/// </summary>
/// <remarks>
/// A thread computes one pixel; groups have 32 x 8 threads and no shared memory. With P pixels in the disk (about 3.14 sigma^2) a pixel
/// costs P loads, which the L1 cache serves, P additions, 2 P comparisons and some 5 P instructions for addresses; 4 bytes read from
/// memory and 3 values stored.
/// By count, for sigma 16 (P = 797), instructions are the bound: 5.2 Gpx/s on an H100, 2.4 on an A10.
/// </remarks>
public static class Disk
{
    /// <summary>The device function.</summary>
    /// <param name="pixels">The image.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="halfWidths">Half widths of the disk's rows, from the middle one outwards: radius + 1.</param>
    /// <param name="radius">Rows of the disk above its middle one, and as many below.</param>
    /// <param name="share">1 / number of the disk's pixels.</param>
    /// <param name="planes">The planes that are wanted.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Run<TSink>(
        PlaneWindow pixels, TileShape shape, ArrayView<int> halfWidths, int radius, float share, DiskPlanes planes, TSink sink)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, line = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < shape.CoreWidth && line < shape.CoreHeight)
        {
            int x = shape.CoreX + column, y = shape.CoreY + line;
            float sum = 0, min = pixels.At(x, y), max = min;
            for (int dy = radius; dy >= 0; dy--)
            {
                int half = halfWidths[dy];
                float upper = pixels.At(x, y - dy), lower = pixels.At(x, y + dy);
                min = Math.Min(min, Math.Min(upper, lower));
                max = Math.Max(max, Math.Max(upper, lower));
                for (int h = 1; h <= half; h++)
                {
                    float a = pixels.At(x - h, y - dy), b = pixels.At(x + h, y - dy);
                    float c = pixels.At(x - h, y + dy), d = pixels.At(x + h, y + dy);
                    upper += a + b;
                    lower += c + d;
                    min = Math.Min(min, Math.Min(Math.Min(a, b), Math.Min(c, d)));
                    max = Math.Max(max, Math.Max(Math.Max(a, b), Math.Max(c, d)));
                }
                // The middle row is its own mirror image: it counts once.
                float term = dy == 0 ? upper : upper + lower;
                sum = dy == radius ? term : sum + term;
            }
            int pixel = (line * shape.CoreWidth) + column;
            Store(planes.Mean, pixel, sum * share, sink);
            Store(planes.Min, pixel, min, sink);
            Store(planes.Max, pixel, max, sink);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TSink>(int plane, int pixel, float value, TSink sink) where TSink : struct, IPlaneSink
    {
        if (plane >= 0)
        {
            sink.Store(plane, pixel, value);
        }
    }
}

/// <summary>Numbers of the planes of the statistics over one disk; below 0 where a family is off.</summary>
public struct DiskPlanes
{
    /// <summary>Mean.</summary>
    public int Mean;

    /// <summary>Minimum.</summary>
    public int Min;

    /// <summary>Maximum.</summary>
    public int Max;
}
