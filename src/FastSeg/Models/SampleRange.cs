using System.Globalization;

namespace FastSeg.Models;

/// <summary>Where nearly all samples of an image lie: from the 0.1 to the 99.9 percentile.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct SampleRange(double Low, double High)
{
    /// <summary>From this factor on two training images have other ranges, or where so much of the wider one lies between them.</summary>
    private const double FarFactor = 6, FarGap = 0.5;

    /// <summary>The samples as they are stored.</summary>
    public static SampleRange Stored(ImageData data) => new(data.Low, data.High);

    /// <summary>The samples as filters see them without standardisation.</summary>
    public static SampleRange Seen(ImageData data) => new(data.Low / data.Type.Divisor(), data.High / data.Type.Divisor());

    /// <summary>The samples in deviations from their mean.</summary>
    public static SampleRange Standardised(ImageData data) => data.Deviation == 0
        ? default
        : new((data.Low - data.Mean) / data.Deviation, (data.High - data.Mean) / data.Deviation);

    /// <summary>The range that holds all of several.</summary>
    public static SampleRange Around(IEnumerable<SampleRange> ranges) =>
        ranges.Aggregate((all, next) => new SampleRange(Math.Min(all.Low, next.Low), Math.Max(all.High, next.High)));

    private double Span => High - Low;

    /// <summary>Whether this range is neither much wider nor much narrower than a known one, and its middle lies in it.</summary>
    public bool IsLike(SampleRange known, double factor)
    {
        double middle = (Low + High) / 2;
        return Span <= factor * known.Span && factor * Span >= known.Span && middle >= known.Low && middle <= known.High;
    }

    /// <summary>Whether one of two ranges is several times as wide as the other, or they lie far apart.</summary>
    public bool IsFarFrom(SampleRange other)
    {
        double wider = Math.Max(Span, other.Span), gap = Math.Max(Low, other.Low) - Math.Min(High, other.High);
        return wider > FarFactor * Math.Min(Span, other.Span) || gap > FarGap * wider;
    }

    /// <summary>"from 20 to 225".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"from {Low:G4} to {High:G4}");
}
