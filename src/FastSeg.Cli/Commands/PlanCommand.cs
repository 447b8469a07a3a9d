using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Images;

namespace FastSeg.Cli.Commands;

/// <summary>Says what a segmentation would need, without running it.</summary>
internal sealed class PlanCommand : FastSegCommand
{
    private readonly Argument<string> _model = new("M.fastseg") { Description = "The model." };
    private readonly Argument<string> _image = new("IMAGE") { Description = "The image that would be segmented." };
    private readonly OutputOptions _what = new();

    private readonly Option<string> _format = new("--format")
    {
        HelpName = "tif|png|npy|ome.zarr",
        Description = "Format that would be written.",
        DefaultValueFactory = _ => "tif",
    };

    private readonly ZarrOptions _zarr = new();
    private readonly Option<string?> _deep = BackboneOption.Create();
    private readonly OpeningOptions _opening = new();
    private readonly Option<long> _memory = MemoryOption.Create();
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    public PlanCommand() : base(
        "plan", "Prints tiles, buffers and peak memory of a segmentation before anything runs.", "The options are those of segment.",
        "fastseg plan m.fastseg image.tif",
        "fastseg plan m.fastseg image.tif --memory 512MiB --threads 8 --json")
    {
        Arguments.Add(_model);
        Arguments.Add(_image);
        _what.AddTo(this);
        ChoiceOption.Only(_format, "tif", "png", "npy", "ome.zarr");
        Options.Add(_format);
        _zarr.AddTo(this);
        Options.Add(_deep);
        _opening.AddTo(this);
        Options.Add(_memory);
        Options.Add(_json);
    }

    public override FileUse Files(ParseResult parsed) =>
        new([parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_image), _what.MaskPath(parsed)], []);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string modelPath = parsed.GetRequiredValue(_model);
        Model model = ModelFirst.Load(Name, modelPath, parsed.GetRequiredValue(_image));
        using Backbone? backbone = BackboneOption.Open(session, model, modelPath, parsed.GetValue(_deep));
        var segmenter = new Segmenter(model, backbone);
        ImageOptions opening = _opening.Wanted(parsed, model);
        ImageStack? stack = ImageFile.OpenStack(parsed.GetRequiredValue(_image), opening);
        using ImageReader image = stack?.Open(0) ?? ImageFile.Open(parsed.GetRequiredValue(_image), opening);
        ImageStack? masks = stack is null ? null : _what.OpenMasks(parsed, opening);
        using ImageReader? mask = masks?.Open(0) ?? _what.OpenMask(parsed, opening);
        session.Warn(UnchosenPage.OfImage(image, mask));
        session.Warn(OrientedImage.Warnings(image, mask));
        SegmentOptions options = _what.Segment(parsed, mask);
        Plan plan = Make(segmenter, image, stack, options, session);
        session.Report.Plan(plan.PeakBytes);
        session.Report.Add(new ReportImage(image.Info.Name) { Pixels = plan.Area.Pixels });
        if (parsed.GetValue(_json))
        {
            PlanText.WriteJson(session.Output, plan);
        }
        else
        {
            PlanText.Write(session.Output, image.Info, plan);
        }
        return ExitCode.Success;
    }

    private Plan Make(
        Segmenter segmenter, ImageReader image, ImageStack? stack, SegmentOptions options, Session session)
    {
        ParseResult parsed = session.Parsed;
        SampleType? probabilities = _what.Probabilities(parsed);
        OutputPaths paths = OutputPaths.Beside(
            $"{OutputPaths.Stem(parsed.GetRequiredValue(_image))}.{parsed.GetValue(_format)}", probabilities is not null,
            _what.Confidence(parsed));
        OutputPaths.CheckPng(paths);
        var outputs = new PlannedOutputs
        {
            Labels = paths.Labels,
            Probabilities = paths.Probabilities,
            ProbabilityType = probabilities ?? SampleType.Float32,
            Confidence = paths.Confidence,
            OmeZarr = _zarr.Of(parsed),
            Pyramid = _what.Pyramid(parsed),
            Stack = stack,
        };
        return segmenter.Plan(image, outputs, options, session.Options(parsed.GetValue(_memory)));
    }
}
