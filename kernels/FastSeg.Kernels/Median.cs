using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The exact median over a disk, by bisection between the disk's smallest and largest value. Every step counts the pixels that are not
/// above the middle; the middle is taken between the bit patterns of floats, which have the order of their values.
/// </summary>
/// <remarks>
/// A thread computes one pixel; groups have 32 x 8 threads and no shared memory. With P pixels in the disk and B steps (the logarithm of
/// how many floats lie between the extremes: at most 32, about 24 in 8-bit images) a pixel costs (B + 1) P loads, which the L1 cache
/// serves, and some 7 (B + 1) P instructions; 4 bytes read from memory and one value stored. By count, for sigma 16 (P = 797),
/// instructions are the bound: 0.24 Gpx/s on an H100, 0.11 on an A10.
/// </remarks>
public static class Median
{
    private const uint Sign = 0x80000000;

    /// <summary>The device function.</summary>
    /// <param name="pixels">The image, without -0 and NaN.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="halfWidths">Half widths of the disk's rows, from the middle one outwards: radius + 1.</param>
    /// <param name="radius">Rows of the disk above its middle one, and as many below.</param>
    /// <param name="rank">Number of the disk's pixels that come before the median in ascending order.</param>
    /// <param name="plane">Plane of the median.</param>
    /// <param name="sink">Where the plane goes.</param>
    public static void Run<TSink>(
        PlaneWindow pixels, TileShape shape, ArrayView<int> halfWidths, int radius, int rank, int plane, TSink sink)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, line = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < shape.CoreWidth && line < shape.CoreHeight)
        {
            int x = shape.CoreX + column, y = shape.CoreY + line;
            float min = pixels.At(x, y), max = min;
            for (int dy = -radius; dy <= radius; dy++)
            {
                int half = halfWidths[Math.Abs(dy)];
                for (int dx = -half; dx <= half; dx++)
                {
                    float value = pixels.At(x + dx, y + dy);
                    min = Math.Min(min, value);
                    max = Math.Max(max, value);
                }
            }
            uint low = Key(min), high = Key(max);
            while (low < high)
            {
                uint middle = low + ((high - low) >> 1);
                if (CountUpTo(pixels, x, y, halfWidths, radius, Value(middle)) > rank)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }
            float median = Value(low);
            // -0 lies below +0 as a pattern but counts zeros like it: the bisection may end there.
            sink.Store(plane, (line * shape.CoreWidth) + column, median == 0f ? 0f : median);
        }
    }

    /// <summary>Number of the disk's pixels that are at most <paramref name="limit"/>.</summary>
    private static int CountUpTo(PlaneWindow pixels, int x, int y, ArrayView<int> halfWidths, int radius, float limit)
    {
        int count = 0;
        for (int dy = -radius; dy <= radius; dy++)
        {
            int half = halfWidths[Math.Abs(dy)];
            for (int dx = -half; dx <= half; dx++)
            {
                count += pixels.At(x + dx, y + dy) <= limit ? 1 : 0;
            }
        }
        return count;
    }

    /// <summary>A float's bits as an unsigned number, changed so that these numbers have the order of the floats.</summary>
    private static uint Key(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        return (bits & Sign) != 0 ? ~bits : bits | Sign;
    }

    /// <summary>The float of a key.</summary>
    private static float Value(uint key) => Interop.IntAsFloat((key & Sign) != 0 ? key & ~Sign : ~key);
}
