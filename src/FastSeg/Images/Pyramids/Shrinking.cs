using System.Numerics;

namespace FastSeg.Images.Pyramids;

/// <summary>
/// Makes pixels of a smaller size of squares of a larger one. Squares at the edge have the pixels that exist.
/// </summary>
internal static unsafe class Shrinking
{
    /// <summary>Shrinks what an image's layout says the samples are: labels by their mode, everything else by its mean.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="from">The first pixel of the first square, rows behind each other.</param>
    /// <param name="width">Columns that there are.</param>
    /// <param name="height">Rows that there are.</param>
    /// <param name="to">Where the first pixel goes.</param>
    /// <param name="stride">Samples from a row to the next there.</param>
    /// <param name="size">Columns and rows that are made.</param>
    /// <param name="factor">The side of a square.</param>
    /// <exception cref="FastSegException">Samples of such a type are not shrunk.</exception>
    public static void Run(
        ImageLayout layout, byte* from, int width, int height, byte* to, int stride, (int Width, int Height) size, int factor)
    {
        switch (layout.Type, layout.IsLabelMap)
        {
            case (SampleType.UInt8, true):
                Mode(from, width, height, to, stride, size, factor);
                break;
            case (SampleType.UInt16, true):
                Mode((ushort*)from, width, height, (ushort*)to, stride, size, factor);
                break;
            case (SampleType.UInt8, false):
                Mean(from, width, height, to, stride, size, factor);
                break;
            case (SampleType.UInt16, false):
                Mean((ushort*)from, width, height, (ushort*)to, stride, size, factor);
                break;
            case (SampleType.Int16, false):
                Mean((short*)from, width, height, (short*)to, stride, size, factor);
                break;
            case (SampleType.Float32, false):
                Mean((float*)from, width, height, (float*)to, stride, size, factor);
                break;
            default:
                throw new FastSegException($"Sizes of an image of {layout.Type.Name()} are not made.");
        }
    }

    /// <summary>Shrinks labels: the value that most pixels of a square have, the lowest of those on a tie.</summary>
    /// <param name="from">The first pixel of the first square, rows behind each other.</param>
    /// <param name="width">Columns that there are.</param>
    /// <param name="height">Rows that there are.</param>
    /// <param name="to">Where the first pixel goes.</param>
    /// <param name="stride">Samples from a row to the next there.</param>
    /// <param name="size">Columns and rows that are made.</param>
    /// <param name="factor">The side of a square.</param>
    public static void Mode<T>(T* from, int width, int height, T* to, int stride, (int Width, int Height) size, int factor)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<T> values = stackalloc T[factor * factor];
        for (int y = 0; y < size.Height; y++)
        {
            int rows = Math.Min(factor, height - (y * factor));
            T* row = from + ((long)y * factor * width);
            for (int x = 0; x < size.Width; x++)
            {
                int columns = Math.Min(factor, width - (x * factor));
                T* square = row + (x * factor);
                to[((long)y * stride) + x] = factor == 2 && rows == 2 && columns == 2
                    ? OfFour(square[0], square[1], square[width], square[width + 1])
                    : OfSome(Gather(square, columns, rows, width, values));
            }
        }
    }

    /// <summary>Shrinks numbers: their mean, summed in float64 row by row; whole numbers are rounded, half to even.</summary>
    /// <param name="from">The first pixel of the first square, rows behind each other.</param>
    /// <param name="width">Columns that there are.</param>
    /// <param name="height">Rows that there are.</param>
    /// <param name="to">Where the first pixel goes.</param>
    /// <param name="stride">Samples from a row to the next there.</param>
    /// <param name="size">Columns and rows that are made.</param>
    /// <param name="factor">The side of a square.</param>
    public static void Mean<T>(T* from, int width, int height, T* to, int stride, (int Width, int Height) size, int factor)
        where T : unmanaged, INumber<T>
    {
        bool whole = typeof(T) != typeof(float);
        for (int y = 0; y < size.Height; y++)
        {
            int rows = Math.Min(factor, height - (y * factor));
            T* row = from + ((long)y * factor * width);
            for (int x = 0; x < size.Width; x++)
            {
                int columns = Math.Min(factor, width - (x * factor));
                double sum = 0;
                for (T* line = row + (x * factor), end = line + ((long)rows * width); line < end; line += width)
                {
                    for (int i = 0; i < columns; i++)
                    {
                        sum += double.CreateTruncating(line[i]);
                    }
                }
                double mean = sum / (rows * columns);
                to[((long)y * stride) + x] = T.CreateTruncating(whole ? Math.Round(mean, MidpointRounding.ToEven) : mean);
            }
        }
    }

    /// <summary>The values of a square.</summary>
    private static Span<T> Gather<T>(T* square, int columns, int rows, int width, Span<T> values) where T : unmanaged
    {
        int count = 0;
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                values[count++] = square[((long)y * width) + x];
            }
        }
        return values[..count];
    }

    /// <summary>The first of the longest runs of the sorted values.</summary>
    private static T OfSome<T>(Span<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        values.Sort();
        (T best, int most) = (values[0], 0);
        for (int i = 0, run = 0; i < values.Length; i++)
        {
            run = i > 0 && values[i] == values[i - 1] ? run + 1 : 1;
            if (run > most)
            {
                (best, most) = (values[i], run);
            }
        }
        return best;
    }

    /// <summary>The same of four values.</summary>
    private static T OfFour<T>(T a, T b, T c, T d) where T : unmanaged, IBinaryInteger<T>
    {
        if (a == b && c == d)
        {
            return T.Min(a, c);
        }
        (a, b) = (T.Min(a, b), T.Max(a, b));
        (c, d) = (T.Min(c, d), T.Max(c, d));
        (a, c) = (T.Min(a, c), T.Max(a, c));
        (b, d) = (T.Min(b, d), T.Max(b, d));
        (b, c) = (T.Min(b, c), T.Max(b, c));
        // Sorted: the lowest pair of equal neighbours holds the mode, as no other value can have more than two.
        return a == b ? a : b == c ? b : c == d ? c : a;
    }
}
