using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// From planes to rows: puts the features of each labelled pixel next to each other, as XGBoost wants them.
/// </summary>
/// <remarks>
/// A group transposes 32 pixels x 32 features in shared memory, in 32 x 33 words (4,224 bytes). A warp reads one plane at 32 pixels, which
/// in a scribble lie side by side, and writes 32 features of one row, 128 contiguous bytes. The 33rd word of a line puts the 32 words of a
/// column into 32 banks. A value costs 4 bytes read (32, a sector, where labelled pixels are scattered), 4 written, about 12 instructions
/// and two accesses of shared memory: memory is the bound. Predicted for 58 features and pixels side by side: 464 bytes a labelled pixel,
/// 7.2 G pixels/s on an H100 (3.35 TB/s) and 1.3 G on an A10 (600 GB/s); for scattered pixels 2,088 bytes, 1.6 G and 0.29 G. A group is 32
/// x 8 threads (32 x 4 simulated; any number of rows works).
/// </remarks>
public static class Gather
{
    /// <summary>Pixels, and features, that a group transposes.</summary>
    public const int Side = 32;

    /// <summary>Groups: pixels in x, features in y.</summary>
    public static Index2D Groups(int pixels, int features) => new((pixels + Side - 1) / Side, (features + Side - 1) / Side);

    /// <summary>The kernel; groups have 32 columns and any number of rows of threads.</summary>
    public static void Rows(GatherRows gather)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(Side * (Side + 1));
        int firstPixel = Grid.IdxX * Side, firstFeature = Grid.IdxY * Side;
        int column = Group.IdxX, step = Group.DimY;
        int features = Math.Min(Side, gather.Features - firstFeature), pixels = Math.Min(Side, gather.Count - firstPixel);
        // In: a thread is a pixel, its warp reads one plane.
        if (column < pixels)
        {
            long from = ((long)firstFeature * gather.PlaneStride) + gather.Pixels[firstPixel + column];
            for (int feature = Group.IdxY; feature < features; feature += step)
            {
                tile[(feature * (Side + 1)) + column] = gather.Planes[from + ((long)feature * gather.PlaneStride)];
            }
        }
        GroupBarrier.Wait();
        // Out: a thread is a feature, its warp writes one row.
        if (column < features)
        {
            for (int pixel = Group.IdxY; pixel < pixels; pixel += step)
            {
                int at = firstPixel + pixel;
                long row = gather.FirstRow + (gather.RowOf.Length > 0 ? gather.RowOf[at] : at);
                gather.Rows[(row * gather.Features) + firstFeature + column] = tile[(column * (Side + 1)) + pixel];
            }
        }
    }
}

/// <summary>Which pixels' features <see cref="Gather.Rows"/> collects, and where to.</summary>
public struct GatherRows
{
    /// <summary>Features x pixels floats.</summary>
    public ArrayView<float> Planes;

    /// <summary>Where each pixel lies in a plane.</summary>
    public ArrayView<int> Pixels;

    /// <summary>The row of each pixel, counted from <see cref="FirstRow"/>; empty where the pixels' rows follow one another.</summary>
    public ArrayView<int> RowOf;

    /// <summary>Receives rows x features floats.</summary>
    public ArrayView<float> Rows;

    /// <summary>Row of the first pixel.</summary>
    public long FirstRow;

    /// <summary>Floats from a plane to the next.</summary>
    public int PlaneStride;

    /// <summary>Features.</summary>
    public int Features;

    /// <summary>Pixels to collect.</summary>
    public int Count;
}
