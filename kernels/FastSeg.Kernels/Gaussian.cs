using System.Runtime.CompilerServices;
using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The separable Gaussian, along x and then along y. Sums have the CPU's order: from the outermost taps inwards, two on a side at a time
/// (left outer, left inner, right outer, right inner pixel), then the single pair of an odd radius, the centre last; every step is a
/// fused multiply-add onto a sum that starts at 0.
/// </summary>
/// <remarks>
/// Groups have 32 x 8 threads; 8 rows are the most. Along y a thread computes 8 rows of a column, one below the other, and a group 32
/// columns; along x 8 columns of a row, and a group 32 rows: its lanes walk along different rows, which lie an odd number of floats apart,
/// so that they read from different banks, and its sums go through shared memory so that neighbouring lanes store neighbouring columns.
/// Eight taps of eight sums read 15 pixels on a side, and the next eight taps read seven of them again: these stay in registers, so a
/// step of 128 multiply-adds has 24 reads. What radii leave over goes by two taps and by one. With radius r a pixel costs 2 r + 1
/// multiply-adds a pass: for the default radii 4, 8, 16, 32, 64 together 506. 8 bytes a pass and sigma go through memory (what neighbouring
/// groups read again comes from the L2 cache): 80 for five sigmas. Shared bytes: 24,964 along x, 24,836 along y.
/// </remarks>
public static class Gaussian
{
    /// <summary>Largest radius whose pixels fit in shared memory; beyond it the far kernels read them from memory.</summary>
    public const int MaxRadius = 64;

    /// <summary>Columns of a thread along x.</summary>
    public const int ThreadColumnsAlongX = 8;

    /// <summary>Rows of a group along x: a lane each.</summary>
    public const int GroupRowsAlongX = Warp;

    /// <summary>Rows of a thread along y.</summary>
    public const int ThreadRowsAlongY = 8;

    private const int Warp = 32, MaxGroupRows = 8;
    private const int RowFloats = (ThreadColumnsAlongX * MaxGroupRows) + (2 * MaxRadius) + 1;
    private const int ColumnFloats = (ThreadRowsAlongY * MaxGroupRows) + (2 * MaxRadius);

    /// <summary>The pass along x, radius up to <see cref="MaxRadius"/>.</summary>
    /// <param name="source">The plane that is blurred; its edge pixels are repeated outwards.</param>
    /// <param name="target">Receives the sums; its rows are among the source's.</param>
    /// <param name="taps">Taps from the centre outwards, radius + 1.</param>
    /// <param name="radius">Index of the last tap.</param>
    public static void AlongX(PlaneWindow source, PlaneWindow target, ArrayView<float> taps, int radius)
    {
        ArrayView<float> pixels = SharedMemory.Allocate<float>(RowFloats * GroupRowsAlongX);
        ArrayView<float> weights = SharedMemory.Allocate<float>(MaxRadius + 1);
        int lane = Group.IdxX, width = ThreadColumnsAlongX * Group.DimY;
        int left = target.X + (Grid.IdxX * width), top = target.Y + (Grid.IdxY * GroupRowsAlongX);
        for (int row = Group.IdxY; row < GroupRowsAlongX; row += Group.DimY)
        {
            for (int i = lane; i < width + (2 * radius); i += Warp)
            {
                pixels[(row * RowFloats) + i] = source.At(left - radius + i, top + row);
            }
        }
        LoadTaps(taps, radius, weights);
        GroupBarrier.Wait();
        int column = Group.IdxY * ThreadColumnsAlongX;
        GaussianSums sums = GaussianSums.Of(pixels, (lane * RowFloats) + radius + column, 1, weights, radius);
        GroupBarrier.Wait();
        ArrayView<float> own = pixels.SubView((lane * RowFloats) + column, ThreadColumnsAlongX);
        own[0] = sums.A;
        own[1] = sums.B;
        own[2] = sums.C;
        own[3] = sums.D;
        own[4] = sums.E;
        own[5] = sums.F;
        own[6] = sums.G;
        own[7] = sums.H;
        GroupBarrier.Wait();
        for (int row = Group.IdxY; row < GroupRowsAlongX; row += Group.DimY)
        {
            for (int i = lane; i < width; i += Warp)
            {
                target.Put(left + i, top + row, pixels[(row * RowFloats) + i]);
            }
        }
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
        int y = Group.IdxY * ThreadRowsAlongY;
        GaussianSums sums = GaussianSums.Of(pixels, ((y + radius) * Warp) + Group.IdxX, Warp, weights, radius);
        y += top;
        target.Put(x, y, sums.A);
        target.Put(x, y + 1, sums.B);
        target.Put(x, y + 2, sums.C);
        target.Put(x, y + 3, sums.D);
        target.Put(x, y + 4, sums.E);
        target.Put(x, y + 5, sums.F);
        target.Put(x, y + 6, sums.G);
        target.Put(x, y + 7, sums.H);
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
    internal static float Four(float outer, float inner, float leftOuter, float leftInner, float rightOuter, float rightInner, float sum) =>
        Fma.Of(inner, rightInner, Fma.Of(outer, rightOuter, Fma.Of(inner, leftInner, Fma.Of(outer, leftOuter, sum))));

    /// <summary>Adds the pixels of one tap on both sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Two(float tap, float left, float right, float sum) => Fma.Of(tap, right, Fma.Of(tap, left, sum));
}
