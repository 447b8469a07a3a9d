using System.Globalization;

namespace FastSeg.Models;

/// <summary>Compares an image's samples with those that a model was trained on, and says in what they differ, a sentence each.</summary>
/// <param name="model">The model.</param>
/// <param name="mode">How the image's samples are standardised.</param>
/// <param name="fixedSamples">Whether they are standardised by the training images' mean and deviation instead of their own.</param>
internal sealed class DataCheck(Model model, Standardisation mode, bool fixedSamples = false)
{
    /// <summary>
    /// Share of the samples at an end of their type from which on an image is clipped, where not half as many were in a training image.
    /// </summary>
    private const double ClippedShare = 0.1;

    /// <summary>A range is another one from this factor on.</summary>
    private const double OtherRange = 4;

    /// <summary>
    /// How many deviations from the mean 0.1 % of the samples may at least lie, and how many times as far as in the training images.
    /// </summary>
    private const double FarOut = 10, FurtherOut = 2;

    /// <summary>An image of so few different numbers, or fewer, is taken for a label map, unless training images were like that.</summary>
    private const int FewValues = 8;

    private readonly IReadOnlyList<ImageData> _known = model.Data?.Images ?? [];

    /// <summary>Whether type and range reach the filters.</summary>
    private bool ByType => mode == Standardisation.None || fixedSamples;

    /// <summary>What is known of the type alone, before any sample is read.</summary>
    /// <param name="name">The image, at the beginning of a sentence.</param>
    /// <param name="stored">Type of its samples as they are stored.</param>
    public IReadOnlyList<string> OfType(string name, SampleType stored) =>
        ByType && OtherType(stored) ? [Sentence(name, stored, null)] : [];

    /// <summary>Compares an image.</summary>
    /// <param name="name">The image, at the beginning of a sentence.</param>
    /// <param name="found">What is known of its samples.</param>
    /// <returns>The same with its doubts, and the sentences.</returns>
    public (ImageData Data, IReadOnlyList<string> Sentences) Of(string name, ImageData found)
    {
        var sentences = new List<string>();
        DataDoubts doubts = DataDoubts.None;
        void Doubt(DataDoubts doubt, string sentence)
        {
            doubts |= doubt;
            sentences.Add(sentence);
        }
        if (ByType)
        {
            DataDoubts type = (OtherType(found.Type) ? DataDoubts.Type : 0) | (OtherValues(found) ? DataDoubts.Range : 0);
            if (type != DataDoubts.None)
            {
                Doubt(type, Sentence(name, found.Type, found));
            }
        }
        else if (IsConstant(found))
        {
            Doubt(DataDoubts.Constant, $"{name}: all samples are {Text(found.Mean)}, so there is nothing to tell apart.");
        }
        else
        {
            if (Clipped(found) is { } clipped)
            {
                Doubt(DataDoubts.Clipped, $"{name}: {clipped}; expose or scale it so that nothing is cut off.");
            }
            if (Outliers(found) is { } outliers)
            {
                Doubt(DataDoubts.Range, $"{name}: {outliers}; look for hot pixels, a frame or text, and leave them out with a mask.");
            }
        }
        if (found.Values is > 1 and <= FewValues && !_known.Any(known => known.Values > 0))
        {
            Doubt(
                DataDoubts.Labels,
                $"{name} has only {found.Values} different values, as a label map has; if it is one, give the image that it belongs to.");
        }
        if (OtherChannels(found) is { } channels)
        {
            Doubt(DataDoubts.Channels, $"{name} {channels}.");
        }
        return (found with { Doubts = doubts }, sentences);
    }

    /// <summary>Says where the images of a training without standardisation differ; null where they do not.</summary>
    /// <param name="images">The images with their names.</param>
    public static string? Mixed(IReadOnlyList<(string Name, ImageData Data)> images)
    {
        for (int i = 1; i < images.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                ((string one, ImageData first), (string other, ImageData second)) = (images[j], images[i]);
                if (first.Type.Divisor() != second.Type.Divisor() || SampleRange.Seen(first).IsFarFrom(SampleRange.Seen(second)))
                {
                    return $"The training images have other types or ranges: {one} has {Samples(first)}, {other} {Samples(second)}, " +
                        $"and without standardisation the model sees {SampleRange.Seen(first)} and {SampleRange.Seen(second)}; " +
                        "bring them to one type and range, or train with images standardised.";
                }
            }
        }
        return null;
    }

    private static string Samples(ImageData data) => $"{data.Type.Name()} samples {SampleRange.Stored(data)}";

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>As for standardisation: what is left is rounding.</summary>
    private static bool IsConstant(ImageData data) => data.Deviation <= 1e-6 * Math.Abs(data.Mean);

    private bool OtherType(SampleType stored)
    {
        IEnumerable<SampleType?> known = model.Data is null ? (model.Images ?? []).Select(image => image.Type)
            : _known.Select(image => (SampleType?)image.Type);
        return known.Any() && known.All(type => type is { } other && other.Divisor() != stored.Divisor());
    }

    /// <summary>What the filters see of an image's samples, or their numbers where these reach the filters.</summary>
    private SampleRange Seen(ImageData data) => mode == Standardisation.None ? SampleRange.Seen(data) : SampleRange.Stored(data);

    private bool OtherValues(ImageData found)
    {
        SampleRange range = Seen(found);
        return _known.Count > 0
            && !_known.Select(Seen).Append(SampleRange.Around(_known.Select(Seen))).Any(known => range.IsLike(known, OtherRange));
    }

    /// <summary>What is said of another type or range. One sentence: type, range, what to do.</summary>
    private string Sentence(string name, SampleType stored, ImageData? found)
    {
        SampleType[] types = [.. (model.Data is null ? (model.Images ?? []).Select(image => image.Type!.Value)
            : _known.Select(image => image.Type)).Distinct()];
        string range = found is null ? "" : $" {SampleRange.Stored(found)} (0.1 to 99.9 %)";
        string trained = string.Join(" and ", types.Select(type => type.Name()));
        trained += types.Length == 1 && _known.Count > 0 ? $" {SampleRange.Around(_known.Select(SampleRange.Stored))}" : "";
        string how = fixedSamples
            ? "and every frame is standardised by the training images' mean and deviation"
            : "and does not standardise images";
        string seen = fixedSamples ? ""
            : found is null || _known.Count == 0
                ? $": it sees samples / {stored.Divisor()}, and saw samples / " +
                    string.Join(" or ", types.Select(type => type.Divisor()).Distinct())
                : $": it sees {Seen(found)}, and saw {SampleRange.Around(_known.Select(Seen))}";
        return $"{name} has samples of {stored.Name()}{range}, but the model was trained on {trained} {how}{seen}; " +
            "bring the image to the type and range of the training images, or train with images standardised.";
    }

    /// <summary>What is cut off, in words; null where it is not much.</summary>
    private string? Clipped(ImageData found)
    {
        double least = Math.Max(ClippedShare, 2 * _known.Select(known => known.AtLeast).DefaultIfEmpty().Max());
        double most = Math.Max(ClippedShare, 2 * _known.Select(known => known.AtMost).DefaultIfEmpty().Max());
        return found.AtMost >= most ? $"{Percent(found.AtMost)} of the samples have the largest value that they can have"
            : found.AtLeast >= least ? $"{Percent(found.AtLeast)} of the samples have the least value that they can have"
            : null;
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F0} %");

    /// <summary>Which samples lie far out, in words; null where none do.</summary>
    private string? Outliers(ImageData found)
    {
        if (_known.Count == 0)
        {
            return null;
        }
        SampleRange range = SampleRange.Standardised(found), known = SampleRange.Around(_known.Select(SampleRange.Standardised));
        double low = -Math.Max(FarOut, FurtherOut * -known.Low), high = Math.Max(FarOut, FurtherOut * known.High);
        return range.High > high ? $"0.1 % of the samples lie more than {Text(range.High)} deviations above the mean, " +
                $"in the training images {Text(known.High)}"
            : range.Low < low ? $"0.1 % of the samples lie more than {Text(-range.Low)} deviations below the mean, " +
                $"in the training images {Text(-known.Low)}"
            : null;
    }

    /// <summary>In what the channels differ, in words; null where they do not.</summary>
    private string? OtherChannels(ImageData found)
    {
        if (model.Channels == 1 || _known.Count == 0 || _known.Any(known => known.Kind == found.Kind && SameNames(known, found)))
        {
            return null;
        }
        return $"{Words(found)}, but the model was trained on images that {Words(_known[0], many: true)}; " +
            "the same channels in the same order are needed for labels to be trusted";
    }

    private static bool SameNames(ImageData one, ImageData other) =>
        one.ChannelNames is null || other.ChannelNames is null || one.ChannelNames.SequenceEqual(other.ChannelNames);

    private static string Words(ImageData data, bool many = false) => (many ? "have " : "has ") + data switch
    {
        { ChannelNames: { } names } => $"the channels {string.Join(", ", names)}",
        { Kind: ChannelKind.Grey } => "one grey channel",
        { Kind: ChannelKind.Colour } => "red, green and blue",
        _ => "channels that are no colours",
    };
}
