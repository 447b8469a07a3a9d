using System.Numerics;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Undoes the differences that TIFF writers take of neighbouring samples before they compress (TIFF 6.0, section 14; Adobe's technical note
/// 3 for floats).
/// </summary>
internal static unsafe class TiffPredictor
{
    /// <summary>Predictor 2: each sample is stored as its difference from the same sample of the pixel before, modulo its size.</summary>
    /// <param name="samples">Little-endian samples, in place.</param>
    /// <param name="rows">Rows; each begins anew.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="step">Samples of a pixel.</param>
    /// <param name="size">Bytes of a sample; floats are differences of their bits.</param>
    public static void UndoHorizontal(byte* samples, long rows, long rowBytes, int step, int size)
    {
        for (long y = 0; y < rows; y++)
        {
            byte* row = samples + (y * rowBytes);
            switch (size)
            {
                case 1:
                    Sum(row, rowBytes, step);
                    break;
                case 2:
                    Sum((ushort*)row, rowBytes / 2, step);
                    break;
                case 4:
                    Sum((uint*)row, rowBytes / 4, step);
                    break;
                default:
                    Sum((ulong*)row, rowBytes / 8, step);
                    break;
            }
        }
    }

    /// <summary>
    /// Predictor 3: a row's floats are split into planes of bytes, the highest first whatever the file's byte order, and each byte of the
    /// row is stored as its difference from the one <paramref name="step"/> before.
    /// </summary>
    /// <param name="samples">The stored bytes, in place; little-endian floats afterwards.</param>
    /// <param name="scratch">Memory for one row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="step">Samples of a pixel.</param>
    /// <param name="size">Bytes of a float: 2, 3, 4 or 8.</param>
    public static void UndoFloat(byte* samples, byte* scratch, long rows, long rowBytes, int step, int size)
    {
        long count = rowBytes / size;
        for (long y = 0; y < rows; y++)
        {
            byte* row = samples + (y * rowBytes);
            Sum(row, rowBytes, step);
            Buffer.MemoryCopy(row, scratch, rowBytes, rowBytes);
            for (int b = 0; b < size; b++)
            {
                byte* plane = scratch + ((size - 1 - b) * count);
                for (long i = 0; i < count; i++)
                {
                    row[(size * i) + b] = plane[i];
                }
            }
        }
    }

    /// <summary>Adds to each value the one <paramref name="step"/> before.</summary>
    private static void Sum<T>(T* values, long count, int step) where T : unmanaged, IBinaryInteger<T>
    {
        for (long i = step; i < count; i++)
        {
            values[i] = unchecked(values[i] + values[i - step]);
        }
    }
}
