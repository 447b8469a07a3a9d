using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>What a segmentation writes, which pixels it covers and how it smooths; shared by segment and plan.</summary>
internal sealed class OutputOptions
{
    private readonly Option<string?> _probabilities = new("--probabilities")
    {
        HelpName = "float|uint8",
        Description = "Also write class probabilities, one page a class: float32 0..1 or uint8 0..255.",
    };

    private readonly Option<bool> _confidence = new("--confidence")
    {
        Description = "Also write the probability of the chosen class (float32).",
    };

    private readonly Option<bool> _pyramid = new("--pyramid")
    {
        Description = "Write TIFFs with smaller sizes, too, as viewers of large images want them; an OME-Zarr always has them.",
    };

    private readonly Option<bool> _keepValues = new("--keep-values")
    {
        Description = "Write the label values of the training images instead of 1..C.",
    };

    private readonly Option<Region?> _region = RegionOption.Create();

    private readonly Option<string?> _mask = new("--mask")
    {
        HelpName = "MASK",
        Description =
            "A label image of the image's size: where it is 0 nothing is segmented and the output is 0. A sample may be NaN there, and " +
                "a scale bar coloured.",
    };

    private readonly LeaveOutOptions _leaveOut = new("what the model says");

    private readonly Option<Smoothing?> _smooth = SmoothOption.Create(
        "What is done to the probabilities before each pixel gets its label.", "what the model says");

    private readonly Option<double[]?> _weights = ClassWeightsOption.Create();

    public OutputOptions() => ChoiceOption.Only(_probabilities, "float", "uint8");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_probabilities);
        command.Options.Add(_confidence);
        command.Options.Add(_pyramid);
        command.Options.Add(_keepValues);
        command.Options.Add(_region);
        command.Options.Add(_mask);
        _leaveOut.AddTo(command);
        command.Options.Add(_smooth);
        command.Options.Add(_weights);
    }

    /// <summary>The type of the probabilities; null where they are not wanted.</summary>
    public SampleType? Probabilities(ParseResult parsed) => parsed.GetValue(_probabilities) switch
    {
        null => null,
        "float" => SampleType.Float32,
        _ => SampleType.UInt8,
    };

    /// <summary>Whether a confidence map is wanted.</summary>
    public bool Confidence(ParseResult parsed) => parsed.GetValue(_confidence);

    /// <summary>Whether TIFFs hold smaller sizes, too.</summary>
    public bool Pyramid(ParseResult parsed) => parsed.GetValue(_pyramid);

    /// <summary>The mask's path; null where there is none.</summary>
    public string? MaskPath(ParseResult parsed) => parsed.GetValue(_mask);

    /// <summary>Opens the mask, if there is one; the caller disposes it.</summary>
    public ImageReader? OpenMask(ParseResult parsed, ImageOptions opening) => MaskPath(parsed) is { } path
        ? ImageFile.OpenMask(path, opening)
        : null;

    /// <summary>Opens the masks of a stack, if there is one for each image; null where there is one for all, or none.</summary>
    public ImageStack? OpenMasks(ParseResult parsed, ImageOptions opening) => MaskPath(parsed) is { } path
        ? ImageFile.OpenMaskStack(path, opening)
        : null;

    /// <summary>Region, mask, label values and smoothing.</summary>
    public SegmentOptions Segment(ParseResult parsed, ImageReader? mask) => new()
    {
        Region = parsed.GetValue(_region),
        KeepValues = parsed.GetValue(_keepValues),
        Mask = mask,
        NanAs = _leaveOut.NanAs(parsed),
        DataBar = _leaveOut.Bar(parsed),
        Smoothing = parsed.GetValue(_smooth),
        ClassWeights = parsed.GetValue(_weights) is { Length: > 0 } weights ? weights : null,
    };
}
