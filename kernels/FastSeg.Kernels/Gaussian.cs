using System.Runtime.CompilerServices;
using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The separable Gaussian, along x and then along y. Sums have the CPU's order: from the outermost taps inwards, two on a side at a time
/// (left outer, left inner, right outer, right inner pixel), then the single pair of an odd radius, the centre last; every step is a
/// fused multiply-add onto a sum that starts at 0.
/// </summary>
/// <remarks>
/// Groups have 32 x 8 threads; 8 rows are the most. Along x a group computes 128 columns of its rows, a thread four of them, 32 apart:
/// a warp then reads neighbouring floats, and a tap is loaded once for four sums. Along y a group computes 32 columns, a thread 8 rows,
/// one below the other: a pixel is then loaded once for two taps. With radius r a pixel costs 2 r + 1 multiply-adds a pass and, of shared
/// memory, 1.25 (2 r + 1) loads along x and 0.6 (2 r + 1) along y: for the default radii 4, 8, 16, 32, 64 together 506 multiply-adds and
/// 470 loads. 8 bytes a pass and sigma go through memory (what neighbouring groups read again comes from the L2 cache): 80 for five
/// sigmas. Shared bytes: 8,452 along x, 24,836 along y.
/// By count, loads from shared memory are the bound for the five sigmas: 7.2e12 a second on an H100 (132 SMs x 32 a clock x 1.7 GHz)
/// are 15 Gpx/s, multiply-adds 66 Gpx/s, memory 42 Gpx/s; on an A10 (72 SMs) 8, 31 and 7.5 Gpx/s: memory.
/// </remarks>
public static class Gaussian
{
    /// <summary>Largest radius whose pixels fit in shared memory; beyond it the far kernels read them from memory.</summary>
    public const int MaxRadius = 64;

    /// <summary>Columns of a group along x.</summary>
    public const int GroupColumnsAlongX = 4 * Warp;

    /// <summary>Rows of a thread along y.</summary>
    public const int ThreadRowsAlongY = 8;

    private const int Warp = 32, MaxGroupRows = 8, Reach = (ThreadRowsAlongY * Warp) + 1;
    private const int RowFloats = GroupColumnsAlongX + (2 * MaxRadius);
    private const int ColumnFloats = (ThreadRowsAlongY * MaxGroupRows) + (2 * MaxRadius);

    /// <summary>The pass along x, radius up to <see cref="MaxRadius"/>.</summary>
    /// <param name="source">The plane that is blurred; its edge pixels are repeated outwards.</param>
    /// <param name="target">Receives the sums; its rows are among the source's.</param>
    /// <param name="taps">Taps from the centre outwards, radius + 1.</param>
    /// <param name="radius">Index of the last tap.</param>
    public static void AlongX(PlaneWindow source, PlaneWindow target, ArrayView<float> taps, int radius)
    {
        ArrayView<float> pixels = SharedMemory.Allocate<float>(RowFloats * MaxGroupRows);
        ArrayView<float> weights = SharedMemory.Allocate<float>(MaxRadius + 1);
        int lane = Group.IdxX, left = target.X + (Grid.IdxX * GroupColumnsAlongX), y = target.Y + (Grid.IdxY * Group.DimY) + Group.IdxY;
        int row = Group.IdxY * RowFloats, columns = GroupColumnsAlongX + (2 * radius);
        for (int i = lane; i < columns; i += Warp)
        {
            pixels[row + i] = source.At(left - radius + i, y);
        }
        LoadTaps(taps, radius, weights);
        GroupBarrier.Wait();
        // Sum k belongs to the column 32 k further right: its pixels lie 32 k floats behind those of sum 0.
        int centre = row + radius + lane;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int t = radius;
        for (; t > 1; t -= 2)
        {
            ArrayView<float> pair = weights.SubView(t - 1, 2), l = pixels.SubView(centre - t, 98), r = pixels.SubView(centre + t - 1, 98);
            float outer = pair[1], inner = pair[0];
            s0 = Four(outer, inner, l[0], l[1], r[1], r[0], s0);
            s1 = Four(outer, inner, l[32], l[33], r[33], r[32], s1);
            s2 = Four(outer, inner, l[64], l[65], r[65], r[64], s2);
            s3 = Four(outer, inner, l[96], l[97], r[97], r[96], s3);
        }
        float middle = weights[0];
        if (t == 1)
        {
            ArrayView<float> p = pixels.SubView(centre - 1, 99);
            float pair = weights[1];
            s0 = Two(pair, p[0], p[2], s0);
            s1 = Two(pair, p[32], p[34], s1);
            s2 = Two(pair, p[64], p[66], s2);
            s3 = Two(pair, p[96], p[98], s3);
        }
        ArrayView<float> own = pixels.SubView(centre, 97);
        int x = left + lane;
        target.Put(x, y, Fma.Of(middle, own[0], s0));
        target.Put(x + 32, y, Fma.Of(middle, own[32], s1));
        target.Put(x + 64, y, Fma.Of(middle, own[64], s2));
        target.Put(x + 96, y, Fma.Of(middle, own[96], s3));
    }

    /// <summary>The pass along y; parameters as for <see cref="AlongX"/>, the target's columns among the source's.</summary>
    public static void AlongY(PlaneWindow source, PlaneWindow target, ArrayView<float> taps, int radius)
    {
        ArrayView<float> pixels = SharedMemory.Allocate<float>(ColumnFloats * Warp), weights = SharedMemory.Allocate<float>(MaxRadius + 1);
        int x = target.X + (Grid.IdxX * Warp) + Group.IdxX, top = target.Y + (Grid.IdxY * ThreadRowsAlongY * Group.DimY);
        int rows = (ThreadRowsAlongY * Group.DimY) + (2 * radius);
        for (int i = Group.IdxY; i < rows; i += Group.DimY)
        {
            pixels[(i * Warp) + Group.IdxX] = source.At(x, top - radius + i);
        }
        LoadTaps(taps, radius, weights);
        GroupBarrier.Wait();
        // Sum k belongs to the row k further down: its pixels lie k rows of 32 floats behind those of sum 0, and a loaded pixel (l1 to l7,
        // r1 to r7) is the inner one of one sum and the outer one of its neighbour.
        int y = Group.IdxY * ThreadRowsAlongY, centre = ((y + radius) * Warp) + Group.IdxX;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int t = radius;
        for (; t > 1; t -= 2)
        {
            ArrayView<float> pair = weights.SubView(t - 1, 2);
            ArrayView<float> l = pixels.SubView(centre - (t * Warp), Reach), r = pixels.SubView(centre + ((t - 1) * Warp), Reach);
            float outer = pair[1], inner = pair[0];
            float l1 = l[32], l2 = l[64], l3 = l[96], l4 = l[128], l5 = l[160];
            float l6 = l[192], l7 = l[224];
            float r1 = r[32], r2 = r[64], r3 = r[96], r4 = r[128], r5 = r[160];
            float r6 = r[192], r7 = r[224];
            s0 = Four(outer, inner, l[0], l1, r1, r[0], s0);
            s1 = Four(outer, inner, l1, l2, r2, r1, s1);
            s2 = Four(outer, inner, l2, l3, r3, r2, s2);
            s3 = Four(outer, inner, l3, l4, r4, r3, s3);
            s4 = Four(outer, inner, l4, l5, r5, r4, s4);
            s5 = Four(outer, inner, l5, l6, r6, r5, s5);
            s6 = Four(outer, inner, l6, l7, r7, r6, s6);
            s7 = Four(outer, inner, l7, l[256], r[256], r7, s7);
        }
        ArrayView<float> own = pixels.SubView(centre, ThreadRowsAlongY * Warp);
        float p0 = own[0], p1 = own[32], p2 = own[64], p3 = own[96], p4 = own[128];
        float p5 = own[160], p6 = own[192], p7 = own[224], middle = weights[0];
        if (t == 1)
        {
            float pair = weights[1];
            s0 = Two(pair, pixels[centre - 32], p1, s0);
            s1 = Two(pair, p0, p2, s1);
            s2 = Two(pair, p1, p3, s2);
            s3 = Two(pair, p2, p4, s3);
            s4 = Two(pair, p3, p5, s4);
            s5 = Two(pair, p4, p6, s5);
            s6 = Two(pair, p5, p7, s6);
            s7 = Two(pair, p6, pixels[centre + 256], s7);
        }
        y += top;
        target.Put(x, y, Fma.Of(middle, p0, s0));
        target.Put(x, y + 1, Fma.Of(middle, p1, s1));
        target.Put(x, y + 2, Fma.Of(middle, p2, s2));
        target.Put(x, y + 3, Fma.Of(middle, p3, s3));
        target.Put(x, y + 4, Fma.Of(middle, p4, s4));
        target.Put(x, y + 5, Fma.Of(middle, p5, s5));
        target.Put(x, y + 6, Fma.Of(middle, p6, s6));
        target.Put(x, y + 7, Fma.Of(middle, p7, s7));
    }

    /// <summary>The pass along x for any radius: one pixel a thread, read from memory, where the L1 cache serves the neighbours.</summary>
    public static void AlongXFar(PlaneWindow source, PlaneWindow target, ArrayView<float> taps, int radius)
    {
        int x = target.X + (Grid.IdxX * Group.DimX) + Group.IdxX, y = target.Y + (Grid.IdxY * Group.DimY) + Group.IdxY;
        float sum = 0;
        int t = radius;
        for (; t > 1; t -= 2)
        {
            sum = Four(
                taps[t], taps[t - 1],
                source.At(x - t, y), source.At(x - t + 1, y), source.At(x + t, y), source.At(x + t - 1, y), sum);
        }
        if (t == 1)
        {
            sum = Two(taps[1], source.At(x - 1, y), source.At(x + 1, y), sum);
        }
        target.Put(x, y, Fma.Of(taps[0], source.At(x, y), sum));
    }

    /// <summary>The pass along y for any radius; see <see cref="AlongXFar"/>.</summary>
    public static void AlongYFar(PlaneWindow source, PlaneWindow target, ArrayView<float> taps, int radius)
    {
        int x = target.X + (Grid.IdxX * Group.DimX) + Group.IdxX, y = target.Y + (Grid.IdxY * Group.DimY) + Group.IdxY;
        float sum = 0;
        int t = radius;
        for (; t > 1; t -= 2)
        {
            sum = Four(
                taps[t], taps[t - 1],
                source.At(x, y - t), source.At(x, y - t + 1), source.At(x, y + t), source.At(x, y + t - 1), sum);
        }
        if (t == 1)
        {
            sum = Two(taps[1], source.At(x, y - 1), source.At(x, y + 1), sum);
        }
        target.Put(x, y, Fma.Of(taps[0], source.At(x, y), sum));
    }

    /// <summary>Copies the taps to shared memory, by all threads of the group.</summary>
    private static void LoadTaps(ArrayView<float> taps, int radius, ArrayView<float> weights)
    {
        int size = Group.DimX * Group.DimY;
        for (int i = (Group.IdxY * Group.DimX) + Group.IdxX; i <= radius; i += size)
        {
            weights[i] = taps[i];
        }
    }

    /// <summary>Adds the pixels of two taps on both sides, in the promised order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Four(float outer, float inner, float leftOuter, float leftInner, float rightOuter, float rightInner, float sum) =>
        Fma.Of(inner, rightInner, Fma.Of(outer, rightOuter, Fma.Of(inner, leftInner, Fma.Of(outer, leftOuter, sum))));

    /// <summary>Adds the pixels of one tap on both sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Two(float tap, float left, float right, float sum) => Fma.Of(tap, right, Fma.Of(tap, left, sum));
}
