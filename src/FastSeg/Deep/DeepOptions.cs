using FastSeg.Deep;
using FastSeg.Images.Samples;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>The deep features that a training run shall add.</summary>
/// <param name="Backbone">The transformer; the caller keeps owning it. Its number of threads is kept in the model.</param>
public sealed record DeepOptions(Backbone Backbone)
{
    /// <summary>How a sentence calls the setting that a caller may know by another name.</summary>
    private const string ChannelWords = "a number of channels of", CountWords = "The number of channels", ScaleWords = "The scales";

    /// <summary>What is said of an upsampler that may fit.</summary>
    private const string OnlyByName = ", so it is used only where it is asked for";

    private readonly IReadOnlyList<int> _scales = DeepScales.One;
    private readonly int? _channels;

    /// <summary>The transformer.</summary>
    public Backbone Backbone { get; init => field = NotNull(value); } = NotNull(Backbone);

    /// <summary>Deep channels where neither the caller nor the backbone's folder says how many.</summary>
    public const int DefaultChannels = 32;

    /// <summary>
    /// Deep channels, k: 1 to the backbone's dimension for each scale. They are divided equally among the scales; those of the first scale
    /// come first. Where they are not set, they are those that the learned upsampler takes, or <see cref="DefaultChannels"/>.
    /// </summary>
    /// <exception cref="FastSegException">They are not set, and the backbone's upsampler is damaged.</exception>
    public int Channels
    {
        get => _channels
            ?? (Network?.Config is { } own && Backbone.Misfit(own) is null ? own.ChannelsIn : DefaultChannels);
        init => _channels = value;
    }

    /// <summary>
    /// The projection of scale 1; null takes the one of the backbone's folder, and fits one to the images where there is none or it has
    /// fewer components than channels are wanted. Where there are fewer channels, they are its first components.
    /// </summary>
    public ProjectionFile? Projection { get; init; }

    /// <summary>Whether the projection of scale 1 is fitted to the images although the backbone's folder has one.</summary>
    public bool FitProjection { get; init; }

    /// <summary>
    /// The scales at which the transformer sees a page, ascending: 1 is the page itself; 2 is the page enlarged by the factor 2
    /// (bicubic, Catmull-Rom), whose features are of half a patch. Every scale has a projection of its own.
    /// </summary>
    public IReadOnlyList<int> Scales
    {
        get => _scales;
        init => _scales = DeepScales.Shared(NotNull(value));
    }

    /// <summary>
    /// How they are brought to full resolution; null takes the backbone's learned upsampler where there is one and everything is as it
    /// was trained: patch, channels, projection, flips, scale 1, images standardised as a whole. Otherwise it is bilinear.
    /// </summary>
    public Upsampling? Upsampling { get; init; }

    /// <summary>The learned upsampler; null takes the one of the backbone's folder.</summary>
    public UpsamplerFile? Upsampler { get; init; }

    /// <summary>
    /// Along each axis, how many times the transformer sees the page, each time shifted by a part of a patch: 1, 2 or 4, a divisor of the
    /// patch. With more than 1 there is a cell every patch / shifts pixels, upsampling is bilinear, and the scale is 1; the transformer
    /// takes 4 or 16 times as long.
    /// </summary>
    public int Shifts { get; init; } = 1;

    /// <summary>
    /// The range of samples that the transformer sees as 0 to 1; null takes it from the training images. There is none where images are
    /// standardised: four deviations either way are seen as 0.02 and 0.98.
    /// </summary>
    public InputRange? Range { get; init; }

    /// <summary>
    /// Numbers, from 0 up, of three channels that the transformer and the upsampling see as red, green and blue; one may be named more than
    /// once. Null for an image of one channel or three as it is, and for the mean of all channels of another.
    /// </summary>
    public IReadOnlyList<int>? Rgb { get; init; }

    /// <summary>Refuses channels that an image does not have.</summary>
    /// <exception cref="FastSegException">Which, and how many there are.</exception>
    internal void CheckRgb(ImageInfo image)
    {
        const string RgbWords = "The channels for red, green and blue";
        if (Rgb is { } rgb && (rgb.Count != 3 || rgb.Any(channel => channel < 0 || channel >= image.Channels) || image.Channels == 1))
        {
            throw new FastSegException(
                $"{RgbWords} are {string.Join(',', rgb)}, but {image.Name} has {ChannelSet.Of(image).Text()}, which count from 0; "
                + "name three that it has.", Setting.Rgb, RgbWords);
        }
    }

    /// <summary>The learned upsampler that there is; null for none.</summary>
    internal UpsamplerFile? Network => Upsampler ?? Backbone.Upsampler;

    /// <summary>
    /// Whether tokens are averaged over the four flips of a window, which takes four times as long and removes most of their positional
    /// bias; null for what the backbone's folder says. A model keeps it.
    /// </summary>
    public bool? FlipAverage { get; init; }

    /// <summary>Refuses a range where images are standardised.</summary>
    /// <exception cref="FastSegException">There is one.</exception>
    internal void CheckRange(Standardisation standardise)
    {
        const string RangeWords = "An input range";
        if (Range is not null && standardise != Standardisation.None)
        {
            throw new FastSegException(
                $"{RangeWords} has no effect on standardised images; leave it out, or switch standardisation off.",
                Setting.Range, RangeWords);
        }
    }

    /// <summary>Decides how features are upsampled.</summary>
    /// <param name="standardise">How the images are standardised.</param>
    /// <exception cref="FastSegException">
    /// Learned upsampling is asked for and there is no upsampler that fits, or it or the projection is damaged.
    /// </exception>
    public UpsamplingChoice Choose(Standardisation standardise)
    {
        if (Shifts > 1)
        {
            CheckShifts();
            return new UpsamplingChoice(FastSeg.Upsampling.Bilinear, "as asked for");
        }
        if (Upsampling is { } wanted and not FastSeg.Upsampling.Learned)
        {
            return new UpsamplingChoice(wanted, "as asked for");
        }
        if (Misfit(standardise) is not var (what, remedy))
        {
            return new UpsamplingChoice(FastSeg.Upsampling.Learned, Network?.Name ?? Backbone.UpsamplerPath);
        }
        return Upsampling is null
            ? new UpsamplingChoice(FastSeg.Upsampling.Bilinear, what)
            : throw Failure($"{Backbone.Folder}: {what}; {remedy}, or choose nearest or bilinear.");
    }

    /// <summary>Decides where the projection of scale 1 comes from.</summary>
    /// <exception cref="FastSegException">The projection that was given does not fit, or that of the folder is damaged.</exception>
    public ProjectionChoice ChooseProjection() => ProjectionChoice.Of(this);

    /// <summary>Refuses scales that are not possible, or that the channels or the backbone's patch cannot be divided by.</summary>
    /// <exception cref="FastSegException">The sentence says which.</exception>
    internal void CheckScales()
    {
        CheckShifts();
        string scales = DeepScales.Text(Scales);
        if (!DeepScales.ArePossible(Scales))
        {
            throw new FastSegException(
                $"{ScaleWords} {(scales.Length > 0 ? scales : "(none)")} are not possible; give 1, 2 or both, the smaller first.",
                Setting.Scales, ScaleWords);
        }
        if (Scales.FirstOrDefault(scale => Backbone.Description.Patch % scale != 0) is var scale and > 0)
        {
            throw new FastSegException(
                $"{ScaleWords} {scales} do not fit {Backbone.Folder}, whose patches of {Backbone.Description.Patch} pixels "
                + $"cannot be divided by {scale}; give scale 1 alone.",
                Setting.Scales, ScaleWords);
        }
        int dimension = Backbone.Description.Dimension;
        if (Scales.Count > 1 && (Channels % Scales.Count != 0 || Channels > Scales.Count * (long)dimension))
        {
            throw new FastSegException(
                $"{CountWords} {Channels} cannot be divided among the scales {scales} of {Backbone.Folder}; give a multiple of "
                + $"{Scales.Count}, at most {Scales.Count * dimension}.",
                Setting.Channels, CountWords);
        }
    }

    /// <summary>Whether a page can be seen so many times along an axis.</summary>
    internal static bool ArePossible(int shifts) => shifts is 1 or 2 or 4;

    /// <summary>Refuses shifts that are not possible, or that patch, scales or upsampling do not fit.</summary>
    private void CheckShifts()
    {
        int patch = Backbone.Description.Patch;
        string? wrong = !ArePossible(Shifts) ? $"{Shifts} shifts along each axis are not possible; give 1, 2 or 4"
            : patch % Shifts != 0
                ? $"{Backbone.Folder}: its patches of {patch} pixels cannot be divided into {Shifts} shifts; "
                    + (patch % 2 == 0 ? "give 2 shifts, or bilinear upsampling" : "choose bilinear upsampling")
            : Shifts > 1 && Scales != DeepScales.One
                ? $"Tokens of shifted pages take scale 1 alone, but the scales are {DeepScales.Text(Scales)}; give scale 1 alone"
            : Shifts > 1 && Upsampling is not (null or FastSeg.Upsampling.Bilinear)
                ? "Tokens of shifted pages are upsampled bilinearly, and another upsampling is asked for; leave one of both out"
            : null;
        if (wrong is not null)
        {
            throw new FastSegException($"{wrong}.");
        }
    }

    private static FastSegException Failure(string sentence) => sentence.Contains(ChannelWords, StringComparison.Ordinal)
        ? new FastSegException(sentence, Setting.Channels, ChannelWords)
        : new FastSegException(sentence);

    /// <summary>Why the learned upsampler cannot be used, and what would help; null where it can.</summary>
    private (string What, string Remedy)? Misfit(Standardisation standardise)
    {
        if (Network is not { Config: var config })
        {
            return ($"there is no learned upsampler ({Backbone.UpsamplerPath})", "import one");
        }
        if (Scales != DeepScales.One)
        {
            return ($"a learned upsampler takes scale 1 alone, but the scales are {DeepScales.Text(Scales)}", "give scale 1 alone");
        }
        if (Backbone.Misfit(config) is { } why)
        {
            return (why, "import one that was trained for this backbone");
        }
        return config.ChannelsIn == Channels
            ? ProjectionMisfit(config) ?? FlipMisfit(config) ?? ImageMisfit(config, standardise)
            : ($"the upsampler takes {config.ChannelsIn} channels, but {Channels} are wanted",
                $"choose {ChannelWords} {config.ChannelsIn}");
    }

    /// <summary>Likewise where it was trained for another projection. Weights that name none go with any, but only by name.</summary>
    private (string What, string Remedy)? ProjectionMisfit(UpsamplerConfig config)
    {
        if (config.Projection is not { } trained)
        {
            return Upsampling is null ? ($"the upsampler names no projection that it was trained for{OnlyByName}", "") : null;
        }
        string? found = ChooseProjection().Stored?.Tensors.First(Channels).Identity();
        string here = found is null ? "one is fitted to the images" : $"this one is {ProjectionChoice.Short(found)}";
        return found == trained
            ? null
            : ($"the upsampler was trained for the projection {ProjectionChoice.Short(trained)}, but {here}",
                "give the projection that it was trained for");
    }

    /// <summary>
    /// Likewise where it was trained on tokens with flips, and these are without, or the other way round. Weights that do not say it were
    /// trained as the backbone's folder has it.
    /// </summary>
    private (string What, string Remedy)? FlipMisfit(UpsamplerConfig config)
    {
        bool here = FlipAverage ?? Backbone.Description.FlipAverage;
        string Averaged(bool flips) => flips ? "averaged over flips" : "not averaged over flips";
        if (config.FlipAverage is { } trained && trained != here)
        {
            return (
                $"the upsampler was trained on tokens {Averaged(trained)}, but these are {Averaged(here)}",
                "average tokens as it was trained");
        }
        return Upsampling is null && config.FlipAverage is null && here != Backbone.Description.FlipAverage
            ? ($"the tokens are {Averaged(here)}, and the upsampler does not say that its were{OnlyByName}", "")
            : null;
    }

    /// <summary>Likewise where it was trained on images of another standardisation.</summary>
    private (string What, string Remedy)? ImageMisfit(UpsamplerConfig config, Standardisation standardise)
    {
        if (config.Standardise is { } trained && trained != standardise)
        {
            return (
                $"the upsampler was trained on images {Words(trained)}, but these are {Words(standardise)}",
                "standardise the images as it was trained");
        }
        return Upsampling is not null ? null
            : config.Standardise is null ? ($"the upsampler does not say how its images were standardised{OnlyByName}", "")
            : standardise != Standardisation.Image ? ($"the images are {Words(standardise)}{OnlyByName}", "")
            : null;
    }

    private static string Words(Standardisation standardise) => standardise switch
    {
        Standardisation.Image => "standardised as a whole",
        Standardisation.Local => "standardised locally",
        _ => "not standardised",
    };
}

/// <summary>How deep features will be brought to full resolution, and why so.</summary>
/// <param name="Upsampling">How.</param>
/// <param name="Reason">Why, in words that can follow a colon.</param>
public sealed record UpsamplingChoice(Upsampling Upsampling, string Reason);
