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
    /// <param name="type">Type of a sample; floats are differences of their bits.</param>
    public static void UndoHorizontal(byte* samples, long rows, long rowBytes, int step, SampleType type)
    {
        for (long y = 0; y < rows; y++)
        {
            byte* row = samples + (y * rowBytes);
            switch (type)
            {
                case SampleType.UInt8 or SampleType.Int8:
                    for (long i = step; i < rowBytes; i++)
                    {
                        row[i] += row[i - step];
                    }
                    break;
                case SampleType.UInt16 or SampleType.Int16:
                    for (long i = step; i < rowBytes / 2; i++)
                    {
                        ((ushort*)row)[i] += ((ushort*)row)[i - step];
                    }
                    break;
                case SampleType.Float32:
                    for (long i = step; i < rowBytes / 4; i++)
                    {
                        ((uint*)row)[i] += ((uint*)row)[i - step];
                    }
                    break;
                default:
                    throw type.NotNarrow();
            }
        }
    }

    /// <summary>
    /// Predictor 3: a row's floats are split into four planes of bytes, the highest first whatever the file's byte order, and each byte of
    /// the row is stored as its difference from the one <paramref name="step"/> before.
    /// </summary>
    /// <param name="samples">The stored bytes, in place; little-endian floats afterwards.</param>
    /// <param name="scratch">Memory for one row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="step">Samples of a pixel.</param>
    public static void UndoFloat(byte* samples, byte* scratch, long rows, long rowBytes, int step)
    {
        long count = rowBytes / 4;
        for (long y = 0; y < rows; y++)
        {
            byte* row = samples + (y * rowBytes);
            for (long i = step; i < rowBytes; i++)
            {
                row[i] += row[i - step];
            }
            Buffer.MemoryCopy(row, scratch, rowBytes, rowBytes);
            for (long i = 0; i < count; i++)
            {
                row[4 * i] = scratch[(3 * count) + i];
                row[(4 * i) + 1] = scratch[(2 * count) + i];
                row[(4 * i) + 2] = scratch[count + i];
                row[(4 * i) + 3] = scratch[i];
            }
        }
    }
}
