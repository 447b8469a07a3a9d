using System.Runtime.InteropServices;

namespace FastSeg.Images.Masks;

/// <summary>How drawn, rather than taken, the lowest rows of a page look: what a search for a data bar goes by.</summary>
/// <remarks>
/// Drawn rows are flat: most pixels equal their left neighbour. Text, scales and frames change by much, and rarely; what was taken changes
/// at nearly every pixel.
/// </remarks>
internal sealed class BarRows
{
    /// <summary>Bytes of samples that are read at a time, unless a row has more.</summary>
    private const long ReadBytes = 1 << 20;

    private readonly ImageReader _image;

    /// <summary>Reads the rows from <paramref name="top"/> on.</summary>
    public BarRows(ImageReader image, long top, CancellationToken cancellation)
    {
        (_image, Top) = (image, top);
        (Flat, NearlyFlat) = (new double[image.Info.Height - top], new double[image.Info.Height - top]);
        Visit(top, cancellation, (y, values) =>
        {
            (int same, int alike, int pairs) = Pairs(values);
            (Flat[y - top], NearlyFlat[y - top]) = ((double)same / pairs, (double)alike / pairs);
        });
    }

    /// <summary>The first row that was read.</summary>
    public long Top { get; }

    /// <summary>For each row, the share of pixels that equal their left neighbour.</summary>
    public double[] Flat { get; }

    /// <summary>
    /// The same, where samples of a byte may differ by a little, as they do after JPEG; equal to <see cref="Flat"/> for other types.
    /// </summary>
    public double[] NearlyFlat { get; }

    /// <summary>
    /// For each row from one on, how many pixels jump, that is, differ from their left neighbour by at least a part of the range that those
    /// rows have; and how many of them stand below one that jumps, or beside that place, as the strokes of letters do.
    /// </summary>
    public (int[] Jumps, long Below) Jumps(long from, double part, CancellationToken cancellation)
    {
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        Visit(from, cancellation, (_, values) =>
        {
            foreach (float value in values)
            {
                (least, most) = float.IsFinite(value) ? (Math.Min(least, value), Math.Max(most, value)) : (least, most);
            }
        });
        double jump = Math.Max((most - least) * part, double.Epsilon);
        int[] jumps = new int[_image.Info.Height - from];
        int channels = _image.Info.Channels;
        // One column more on each side, where nothing jumps.
        bool[] row = new bool[_image.Info.Width + 2], above = new bool[_image.Info.Width + 2];
        long below = 0;
        Visit(from, cancellation, (y, values) =>
        {
            (row, above) = (above, row);
            for (int i = channels, x = 2; i < values.Length; i += channels, x++)
            {
                row[x] = Math.Abs((double)values[i] - values[i - channels]) >= jump;
                jumps[y - from] += row[x] ? 1 : 0;
                below += row[x] && (above[x - 1] || above[x] || above[x + 1]) ? 1 : 0;
            }
        });
        return (jumps, below);
    }

    /// <summary>Counts pixels that equal their left neighbour, or nearly do.</summary>
    private (int Same, int Alike, int Pairs) Pairs(ReadOnlySpan<float> values)
    {
        const float Little = 4;
        int channels = _image.Info.Channels, same = 0, alike = 0;
        float little = _image.Info.Type == SampleType.UInt8 ? Little : 0;
        for (int i = channels; i < values.Length; i += channels)
        {
            float most = 0;
            for (int c = 0; c < channels; c++)
            {
                float apart = Math.Abs(values[i + c] - values[i + c - channels]);
                most = apart <= most ? most : apart;
            }
            same += most == 0 ? 1 : 0;
            alike += most <= little ? 1 : 0;
        }
        return (same, alike, Math.Max(1, (values.Length / channels) - 1));
    }

    /// <summary>Hands on row after row, its samples as numbers.</summary>
    private void Visit(long from, CancellationToken cancellation, RowVisitor visit)
    {
        ImageInfo info = _image.Info;
        long rows = Math.Clamp(ReadBytes / (info.Width * info.PixelBytes), 1, info.Height - from);
        byte[] samples = new byte[checked(rows * info.Width * info.PixelBytes)];
        float[] values = new float[info.Width * info.Channels];
        for (long y = from; y < info.Height; y += rows)
        {
            cancellation.ThrowIfCancellationRequested();
            Region strip = new Region(0, y, info.Width, rows).Intersect(info.Bounds);
            _image.Read(strip, samples);
            for (long i = 0; i < strip.Height; i++)
            {
                int bytes = checked((int)(info.Width * info.PixelBytes));
                Convert(samples.AsSpan((int)(i * bytes), bytes), info.Type, values);
                visit(y + i, values);
            }
        }
    }

    private static void Convert(ReadOnlySpan<byte> samples, SampleType type, float[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = type switch
            {
                SampleType.UInt8 => samples[i],
                SampleType.Int8 => (sbyte)samples[i],
                SampleType.UInt16 => MemoryMarshal.Cast<byte, ushort>(samples)[i],
                SampleType.Int16 => MemoryMarshal.Cast<byte, short>(samples)[i],
                _ => MemoryMarshal.Cast<byte, float>(samples)[i],
            };
        }
    }

    private delegate void RowVisitor(long y, ReadOnlySpan<float> values);
}
