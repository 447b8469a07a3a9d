using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Differences of Gaussians: for every i, and for every j &lt; i, blur j (that of the smaller sigma) minus blur i, in this order.
/// </summary>
/// <remarks>
/// A thread computes one pixel; groups have 32 x 8 threads and no shared memory. With five blurs, the default, a pixel costs 20 bytes read,
/// each blur once, 10 subtractions and 10 values stored: 40 bytes as planes, 10 as bins. By count memory is the bound: on an H100 56 Gpx/s
/// as planes, 112 as bins without the sink's search; on an A10 10 and 20.
/// </remarks>
public static class Dog
{
    /// <summary>The differences of exactly five blurs; each blur is read once.</summary>
    /// <param name="blurs">The first blur: at least the core.</param>
    /// <param name="stride">Floats from a blur to the next.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="plane">Plane of the first difference; the others follow.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Five<TSink>(PlaneWindow blurs, int stride, TileShape shape, int plane, TSink sink) where TSink : struct, IPlaneSink
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x < shape.CoreWidth && y < shape.CoreHeight)
        {
            int pixel = (y * shape.CoreWidth) + x;
            long at = blurs.Index(shape.CoreX + x, shape.CoreY + y), next = stride;
            ArrayView<float> values = blurs.Values;
            float b0 = values[at], b1 = values[at + next], b2 = values[at + (2 * next)];
            float b3 = values[at + (3 * next)], b4 = values[at + (4 * next)];
            sink.Store(plane, pixel, b0 - b1);
            sink.Store(plane + 1, pixel, b0 - b2);
            sink.Store(plane + 2, pixel, b1 - b2);
            sink.Store(plane + 3, pixel, b0 - b3);
            sink.Store(plane + 4, pixel, b1 - b3);
            sink.Store(plane + 5, pixel, b2 - b3);
            sink.Store(plane + 6, pixel, b0 - b4);
            sink.Store(plane + 7, pixel, b1 - b4);
            sink.Store(plane + 8, pixel, b2 - b4);
            sink.Store(plane + 9, pixel, b3 - b4);
        }
    }

    /// <summary>The differences of any number of blurs; a blur is read again for every difference, from the L1 cache.</summary>
    /// <param name="blurs">The first blur: at least the core.</param>
    /// <param name="count">Number of blurs.</param>
    /// <param name="stride">Floats from a blur to the next.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="plane">Plane of the first difference; the others follow.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Any<TSink>(PlaneWindow blurs, int count, int stride, TileShape shape, int plane, TSink sink)
        where TSink : struct, IPlaneSink
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x < shape.CoreWidth && y < shape.CoreHeight)
        {
            int pixel = (y * shape.CoreWidth) + x, to = plane;
            long at = blurs.Index(shape.CoreX + x, shape.CoreY + y);
            for (int i = 1; i < count; i++)
            {
                float larger = blurs.Values[at + ((long)i * stride)];
                for (int j = 0; j < i; j++)
                {
                    sink.Store(to, pixel, blurs.Values[at + ((long)j * stride)] - larger);
                    to++;
                }
            }
        }
    }
}
