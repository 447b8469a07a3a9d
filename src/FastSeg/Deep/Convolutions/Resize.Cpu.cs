using FastSeg.Simd;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// Pooling and nearest resizing of one row of 16-channel blocks. Columns are the whole image's: pointers are to where the image's column
/// 0 would lie, whether or not the buffer holds it.
/// </summary>
internal static unsafe class ResizeCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    /// <summary>Takes the largest of each two by two pixels. In an image of one column, that column stands in for the second.</summary>
    /// <param name="upper">The upper source row.</param>
    /// <param name="lower">The lower one, or the same.</param>
    /// <param name="width">Columns of the whole source.</param>
    /// <param name="first">First column to write.</param>
    /// <param name="last">Last column to write.</param>
    /// <param name="output">The row to write.</param>
    public static void Pool(float* upper, float* lower, int width, int first, int last, float* output)
    {
        for (int x = first; x <= last; x++)
        {
            nint left = (nint)(2 * x) * Lane, right = (nint)Math.Min((2 * x) + 1, width - 1) * Lane, to = (nint)x * Lane;
            for (int i = 0; i < Lane; i += TLanes.Count)
            {
                TVector top = TLanes.Max(TLanes.Load(upper + left + i), TLanes.Load(upper + right + i));
                TVector bottom = TLanes.Max(TLanes.Load(lower + left + i), TLanes.Load(lower + right + i));
                TLanes.Store(TLanes.Max(top, bottom), output + to + i);
            }
        }
    }

    /// <summary>Takes the nearest source column for each column.</summary>
    /// <param name="source">The source row.</param>
    /// <param name="sourceWidth">Columns of the whole source.</param>
    /// <param name="width">Columns of the whole result.</param>
    /// <param name="first">First column to write.</param>
    /// <param name="last">Last column to write.</param>
    /// <param name="output">The row to write.</param>
    public static void Nearest(float* source, int sourceWidth, int width, int first, int last, float* output)
    {
        for (int x = first; x <= last; x++)
        {
            float* from = source + ((nint)Resize.Nearest(x, sourceWidth, width) * Lane);
            for (int i = 0; i < Lane; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(from + i), output + ((nint)x * Lane) + i);
            }
        }
    }
}
