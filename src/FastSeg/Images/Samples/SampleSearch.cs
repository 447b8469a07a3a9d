using FastSeg.Common;

namespace FastSeg.Images.Samples;

/// <summary>
/// Looks through a region of an image, on several threads, for the first pixel in reading order that filters must not see. Which one is
/// found depends on neither threads nor tiles: bands of rows are numbered, and the lowest number that fails wins.
/// </summary>
/// <param name="reader">The image.</param>
/// <param name="area">The region.</param>
internal sealed unsafe class SampleSearch(ImageReader reader, Region area)
{
    /// <summary>Rows of a band, the unit of work of a thread.</summary>
    private const int Rows = 32;

    /// <summary>Columns of a band that are read at a time.</summary>
    private const int Columns = 8192;

    /// <summary>Between which limits a float sample passes; null lets everything pass, NaN too.</summary>
    public SampleLimits? Limits { get; init; }

    /// <summary>Whether the three channels of a pixel in colour must be equal to pass.</summary>
    public bool Grey { get; init; }

    private ImageInfo Info => reader.Info;

    /// <summary>Whether any pixel of such an image could fail; otherwise it is not read at all.</summary>
    public bool CanFail => (Limits is not null && Info.Type == SampleType.Float32) || LooksForColour;

    private bool LooksForColour => Grey && Info.IsColour;

    /// <summary>
    /// Whether an image is grey: one channel, or red, green and blue that are equal at every pixel. Channels of another meaning are never
    /// grey, whatever their samples.
    /// </summary>
    public static bool IsGrey(ImageReader reader, ComputeOptions options) =>
        reader.Info.Channels == 1
        || (reader.Info.IsColour && new SampleSearch(reader, reader.Info.Bounds) { Grey = true }.Failure(options) is null);

    /// <summary>The failure that names the first sample of an image, in reading order, that is NaN or infinite.</summary>
    public static FastSegException FirstNotFinite(ImageReader reader) =>
        new SampleSearch(reader, reader.Info.Bounds) { Limits = SampleLimits.Finite }.FailureOrChange();

    /// <summary>
    /// The failure about the first wrong pixel, for whoever has met one already. Where the search finds none, the file was changed in
    /// between, and the failure says that.
    /// </summary>
    public FastSegException FailureOrChange() =>
        Failure(new ComputeOptions { Threads = 1 }) ?? Changed(Info);

    /// <summary>The failure about a sample that is not finite or too large: what is wrong with it, and what would be right.</summary>
    public static FastSegException Refusal(ImageReader image, (long X, long Y, int Channel) at, float value, SampleLimits limits)
    {
        (ImageInfo info, long x, long y) = (image.Info, at.X, at.Y);
        if (float.IsInfinity(value) && image.StoredValue(x, y, at.Channel) is { } stored && double.IsFinite(stored))
        {
            return new FastSegException(FormattableString.Invariant(
                $"{Where(info, x, y)} {stored:R}, but samples become float32, which ends at {float.MaxValue:R} either way; ") +
                "replace values that stand for missing data.");
        }
        string beyond =
            limits.Low == -limits.High ? $"beyond {limits.High:R} either way" : $"below {limits.Low:R} or above {limits.High:R}";
        if (float.IsFinite(value))
        {
            return new FastSegException(
                $"{Where(info, x, y)} {value:R}; samples {beyond} overflow in the filters, so replace values that stand for missing data.");
        }
        const string Mask = "a mask", Number = "a number for it";
        string sentence = $"{Where(info, x, y)} {(float.IsNaN(value) ? "NaN" : value > 0 ? "infinite" : "minus infinite")}; " +
            $"every sample must be a finite number: leave such pixels out with {Mask}, or give {Number}.";
        // A failure names one setting, and the one underneath another.
        return new FastSegException(sentence, Setting.NanAs, Number, new FastSegException(sentence, Setting.Mask, Mask));
    }

    /// <summary>The failure where a search finds nothing although something wrong was met.</summary>
    public static FastSegException Changed(ImageInfo info) => new($"{info.Name} changed while it was read; run again.");

    /// <summary>The failure about the first wrong pixel; null where every pixel passes.</summary>
    public FastSegException? Failure(ComputeOptions options)
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

    /// <summary>Looks at one band and throws what is wrong with its first wrong pixel, in reading order.</summary>
    private void Look(Region band, ref byte[] buffer)
    {
        buffer ??= new byte[Rows * Math.Min(Columns, band.Width) * Info.PixelBytes];
        (long X, long Y, FastSegException Failure)? first = null;
        // A part further to the right may have its wrong pixel in a higher row, so all parts are looked at.
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
        (Limits is not { } limits || SampleChecks.AllWithin(samples, pixels * Info.Channels, Info.Type, limits))
        && (!LooksForColour || SampleChecks.AllGrey(samples, pixels, Info.Type));

    /// <summary>The number of the first pixel of a part that does not pass, and the sentence about it.</summary>
    private (long At, FastSegException Failure) First(byte* samples, Region part)
    {
        long at = 0;
        while (Passes(samples + (at * Info.PixelBytes), 1))
        {
            at++;
        }
        (long x, long y) = (part.X + (at % part.Width), part.Y + (at / part.Width));
        byte* pixel = samples + (at * Info.PixelBytes);
        for (int c = 0; c < Info.Channels && Limits is { } limits && Info.Type == SampleType.Float32; c++)
        {
            float value = ((float*)pixel)[c];
            if (!limits.Hold(value))
            {
                return (at, Refusal(reader, (x, y, c), value, limits));
            }
        }
        const string Mask = "a mask";
        return (at, new FastSegException(
            $"{Where(Info, x, y)} coloured, but the model was trained on grey images; " +
                $"leave a coloured scale bar out with {Mask}, give a grey image, or train on colour ones.", Setting.Mask, Mask));
    }

    private static string Where(ImageInfo info, long x, long y) => $"{info.Name}: the pixel at x {x}, y {y} is";

    /// <summary>Carries a band's failure out of its worker; <see cref="Workers"/> rethrows that of the lowest band.</summary>
    private sealed class FoundException(FastSegException failure) : Exception
    {
        public FastSegException Failure { get; } = failure;
    }
}
