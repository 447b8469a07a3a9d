namespace FastSeg.Images;

/// <summary>
/// Looks through a part of an image, on several threads, for the first pixel in reading order that filters must not see. Which one is
/// found depends on neither threads nor tiles.
/// </summary>
/// <param name="reader">The image.</param>
/// <param name="area">The part.</param>
internal sealed unsafe class SampleSearch(ImageReader reader, Region area)
{
    /// <summary>Rows read at a time.</summary>
    private const int Rows = 32;

    /// <summary>Columns read at a time.</summary>
    private const int Columns = 8192;

    /// <summary>Largest magnitude of a float sample; 0 lets all of them pass, NaN too.</summary>
    public float LargestSample { get; init; }

    /// <summary>Whether the three channels of a pixel must be equal.</summary>
    public bool Grey { get; init; }

    private ImageInfo Info => reader.Info;

    /// <summary>Whether there is anything that could be wrong.</summary>
    public bool CanFail => (LargestSample > 0 && Info.Type == SampleType.Float32) || (Grey && Info.Channels == 3);

    /// <summary>The sentence about the first such pixel; null where there is none.</summary>
    public FastSegException? Failure(RunOptions options)
    {
        if (!CanFail)
        {
            return null;
        }
        long bands = (area.Height + Rows - 1) / Rows;
        int workers = (int)Math.Min(options.WorkerCount, bands);
        byte[][] buffers = new byte[workers][];
        try
        {
            Workers.Run(workers, bands, options with { Progress = null }, (worker, band) =>
                Look(new Region(area.X, area.Y + (band * Rows), area.Width, Rows).Intersect(area), ref buffers[worker]));
            return null;
        }
        catch (FoundException found)
        {
            return found.Failure;
        }
    }

    /// <summary>Fails with the first pixel of a band of rows.</summary>
    private void Look(Region band, ref byte[] buffer)
    {
        buffer ??= new byte[Rows * Math.Min(Columns, band.Width) * Info.PixelBytes];
        (long X, long Y, FastSegException Failure)? first = null;
        for (long x = band.X; x < band.Right; x += Columns)
        {
            Region part = band with { X = x, Width = Math.Min(Columns, band.Right - x) };
            reader.Read(part, buffer);
            fixed (byte* samples = buffer)
            {
                if (Passes(samples, part.Pixels))
                {
                    continue;
                }
                (long at, FastSegException failure) = First(samples, part);
                long y = part.Y + (at / part.Width);
                if (first is null || y < first.Value.Y)
                {
                    first = (part.X + (at % part.Width), y, failure);
                }
            }
        }
        if (first is not null)
        {
            throw new FoundException(first.Value.Failure);
        }
    }

    private bool Passes(byte* samples, long pixels) =>
        (LargestSample == 0 || SampleChecks.AllWithin(samples, pixels * Info.Channels, Info.Type, LargestSample))
        && (!Grey || Info.Channels == 1 || SampleChecks.AllGrey(samples, pixels, Info.Type));

    private (long At, FastSegException Failure) First(byte* samples, Region part)
    {
        long at = 0;
        while (Passes(samples + (at * Info.PixelBytes), 1))
        {
            at++;
        }
        string where = $"{Info.Name}: the pixel at x {part.X + (at % part.Width)}, y {part.Y + (at / part.Width)} is";
        byte* pixel = samples + (at * Info.PixelBytes);
        for (int c = 0; c < Info.Channels && LargestSample > 0 && Info.Type == SampleType.Float32; c++)
        {
            float value = ((float*)pixel)[c];
            if (!(MathF.Abs(value) <= LargestSample))
            {
                return (at, new FastSegException($"{where} {Wrong(value)}"));
            }
        }
        return (at, new FastSegException($"{where} coloured, but the model was trained on grey images; give a grey image or train on colour ones."));
    }

    private string Wrong(float value) => float.IsFinite(value)
        ? $"{value:R}; samples beyond {LargestSample:R} either way overflow in the filters, so replace values that stand for missing data."
        : $"{(float.IsNaN(value) ? "NaN" : value > 0 ? "infinite" : "minus infinite")}; every sample must be a finite number.";

    /// <summary>Ends the search; the workers keep the one with the lowest number.</summary>
    private sealed class FoundException(FastSegException failure) : Exception
    {
        public FastSegException Failure { get; } = failure;
    }
}
