using FastSeg.Native;

namespace FastSeg.Images.Samples;

/// <summary>
/// Keeps some of a page's samples, from which percentiles are taken: every so-many-th row, and of long rows every so-many-th sample. Which
/// ones depends on the page's size alone, never on threads, tiles or memory.
/// </summary>
internal sealed unsafe class SampleSketch : IDisposable
{
    /// <summary>
    /// Samples that are kept about, where a page has more: for an image that is segmented, and for one that is trained on. 0.1 % of the
    /// former are 131, and keeping them takes a tenth of a millisecond.
    /// </summary>
    public const int OfRun = 1 << 17, OfTraining = 1 << 20;

    /// <summary>Most samples of a row are half as many as of a page, so that a page of one row is sampled, too.</summary>
    private const int RowsAtLeast = 2;

    private readonly ImageInfo _image;
    private readonly long _columnStep, _rowStep, _perRow;
    private readonly HostBuffer _samples;
    private readonly long[] _counts;
    private readonly SampleHistogram? _histogram;

    /// <summary>Allocates.</summary>
    /// <param name="image">The page, of samples as filters take them.</param>
    /// <param name="most">About how many samples are kept: <see cref="OfRun"/>, or <see cref="OfTraining"/>.</param>
    public SampleSketch(ImageInfo image, int most)
    {
        _image = image;
        (_columnStep, _rowStep, _perRow) = Steps(image, most);
        _samples = new HostBuffer(SampleBytes(image, most));
        _histogram = image.Type == SampleType.Float32 ? null : new SampleHistogram(image, 1);
        _counts = new long[(image.Height + _rowStep - 1) / _rowStep];
    }

    /// <summary>Bytes that it takes, once the percentiles are taken: floats are copied for that.</summary>
    public static long Bytes(ImageInfo image, int most)
    {
        long samples = SampleBytes(image, most);
        return samples + (image.Type == SampleType.Float32 ? samples + FloatRanks.Bytes : SampleHistogram.Bytes(image, 1));
    }

    /// <summary>Whether samples of a row are kept.</summary>
    public bool Takes(long y) => y % _rowStep == 0;

    /// <summary>Forgets what was kept.</summary>
    public void Clear() => Array.Clear(_counts);

    /// <summary>
    /// Keeps some of a row's samples, for which <see cref="Takes"/> holds. Threads may call for different parts of a row, each part once.
    /// </summary>
    /// <param name="y">The row.</param>
    /// <param name="before">How many samples the row has in front of these, those that are left out not counted.</param>
    /// <param name="samples">The samples, those that are left out not among them.</param>
    /// <param name="count">How many.</param>
    public void Take(long y, long before, byte* samples, long count)
    {
        long slot = y / _rowStep, place = (before + _columnStep - 1) / _columnStep, skipped = (place * _columnStep) - before;
        long kept = Math.Max(0, (count - skipped + _columnStep - 1) / _columnStep);
        int bytes = _image.Type.Bytes();
        byte* to = _samples.Pointer + (((slot * _perRow) + place) * bytes);
        samples += skipped * bytes;
        Interlocked.Add(ref _counts[slot], kept);
        if (_columnStep == 1)
        {
            new ReadOnlySpan<byte>(samples, (int)(kept * bytes)).CopyTo(new Span<byte>(to, (int)(kept * bytes)));
            return;
        }
        for (long i = 0; i < kept; i++, samples += _columnStep * bytes, to += bytes)
        {
            new ReadOnlySpan<byte>(samples, bytes).CopyTo(new Span<byte>(to, bytes));
        }
    }

    /// <summary>Where the kept samples lie; null where there are none. Floats that are not finite are left out.</summary>
    public SampleSpread? Spread()
    {
        if (_histogram is null)
        {
            float[] values = Floats();
            int different = WholeValues(values);
            var ranks = new FloatRanks(values);
            return ranks.Count == 0 ? null : SampleSpread.Of(ranks.Count, ranks.Sorted) with { Values = different };
        }
        _histogram.Clear();
        for (int slot = 0; slot < _counts.Length; slot++)
        {
            _histogram.Add(0, _samples.Pointer + (slot * _perRow * _image.Type.Bytes()), _counts[slot]);
        }
        return _histogram.Spread();
    }

    /// <summary>Frees the samples.</summary>
    public void Dispose()
    {
        _samples.Dispose();
        _histogram?.Dispose();
    }

    private static long SampleBytes(ImageInfo image, int most)
    {
        (_, long rowStep, long perRow) = Steps(image, most);
        return (image.Height + rowStep - 1) / rowStep * perRow * image.Type.Bytes();
    }

    /// <summary>Steps between the samples of a row and between rows, and how many of a row are kept.</summary>
    private static (long Column, long Row, long PerRow) Steps(ImageInfo image, int most)
    {
        long row = image.Width * image.Channels, columnStep = Math.Max(1, row * RowsAtLeast / most);
        long perRow = (row + columnStep - 1) / columnStep;
        return (columnStep, Math.Max(1, ((image.Height * perRow) + most - 1) / most), perRow);
    }

    /// <summary>How many different whole numbers there are; 0 where a label map has fewer, or one is no whole number.</summary>
    private static int WholeValues(float[] values)
    {
        var different = new HashSet<float>();
        foreach (float value in values)
        {
            if (different.Add(value) && (different.Count > SampleSpread.MostValues || value != MathF.Floor(value)))
            {
                return 0;
            }
        }
        return different.Count;
    }

    /// <summary>The kept samples that are finite.</summary>
    private float[] Floats()
    {
        var values = new List<float>(checked((int)_counts.Sum()));
        for (int slot = 0; slot < _counts.Length; slot++)
        {
            foreach (float value in new ReadOnlySpan<float>((float*)_samples.Pointer + (slot * _perRow), (int)_counts[slot]))
            {
                if (float.IsFinite(value))
                {
                    values.Add(value);
                }
            }
        }
        return [.. values];
    }
}
