using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Writes the feature stack of an image.</summary>
internal sealed class FeaturesCommand : FastSegCommand
{
    private readonly Argument<string> _image = new("IMAGE")
    {
        Description = "The image: TIFF, PNG, JPEG, WebP, BMP or npy; FILE#2 is the second page of a TIFF.",
    };

    private readonly FeatureOptions _features = new();
    private readonly DeepFeatureOptions _deep = new();

    private readonly Option<string?> _model = new("--model")
    {
        HelpName = "M.fastseg",
        Description =
            "Compute exactly what this model sees, instead of what the options above say; --deep then only names its backbone's folder.",
    };

    private readonly Option<string?> _mask = new("--mask")
    {
        HelpName = "MASK",
        Description =
            "A label image of the image's size: where it is 0, samples do not count in mean and deviation, and may be NaN. Features are " +
                "written there all the same.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "F.npy|F.tif",
        Description = "The stack, float32: H x W x C in C order (npy), or one named page a feature (tif).",
        Required = true,
    };

    private readonly OpeningOptions _opening = new();
    private readonly Option<bool> _strict = StrictOption.Create();
    private readonly Option<long> _memory = MemoryOption.Create();

    public FeaturesCommand() : base(
        "features", "Writes the feature stack of an image, one float32 plane a feature.",
        "Images of several channels have every feature as often, channel after channel; RGB that is equal everywhere counts as grey. " +
            "Deep features come behind the classical ones; without --model a projection that is not stored is fitted to this image.",
        "fastseg features image.tif -o features.npy",
        "fastseg features image.tif --sigmas 1,2 --families gaussian,hessian -o features.tif",
        "fastseg features image.tif --deep models/fastseg-vit-tiny-8-int8 --upsampler nearest --channels 16 -o features.npy",
        "fastseg features image.tif --model m.fastseg -o features.npy")
    {
        Arguments.Add(_image);
        _features.AddTo(this);
        _deep.AddTo(this);
        _opening.AddTo(this);
        Array.ForEach((Option[])[_model, _mask, _output, _strict, _memory], Options.Add);
    }

    public override FileUse Files(ParseResult parsed) =>
        new(
            [parsed.GetRequiredValue(_image), parsed.GetValue(_model), parsed.GetValue(_mask), _deep.Projection(parsed)],
            [parsed.GetRequiredValue(_output)]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string path = parsed.GetRequiredValue(_image), output = parsed.GetRequiredValue(_output);
        if (Path.GetExtension(output).ToLowerInvariant() is not (".npy" or ".tif" or ".tiff"))
        {
            throw new UsageException($"-o {output} must end in .npy, .tif or .tiff.");
        }
        string? modelPath = parsed.GetValue(_model);
        if (modelPath is not null && _features.Given(parsed))
        {
            throw new UsageException(
                "--model says which features are computed; leave out --preset, --sigmas, --sigma-scale, --families, --standardise, " +
                    "--nan-as and --data-bar.");
        }
        if (modelPath is not null && _deep.Other(parsed) is { } option)
        {
            throw new UsageException($"--model says which features are computed; leave out {option}.");
        }
        FeatureSpec features = _features.Spec(parsed, _deep.Folder(parsed) is not null);
        Model? model = modelPath is null ? null : Model.Load(modelPath);
        using Backbone? backbone = model is null
            ? _deep.Open(session)
            : BackboneOption.Open(session, model, modelPath!, _deep.Folder(parsed));
        DeepOptions? wanted = model is null ? _deep.Wanted(parsed, backbone) : null;
        WholeFile.Check(output);
        ImageOptions opening = _opening.Wanted(parsed, model);
        using ImageReader image = ImageFile.Open(path, opening);
        using ImageReader? mask = parsed.GetValue(_mask) is { } kept ? ImageFile.OpenMask(kept, opening) : null;
        IReadOnlyList<string> names = [];
        ImageWriter Create(IReadOnlyList<string> planes)
        {
            names = planes;
            return ImageFile.Create(output, new ImageLayout(image.Info.Width, image.Info.Height, SampleType.Float32, planes.Count)
            {
                PixelSize = image.Info.PixelSize,
                PageNames = planes,
                KeepPageAxis = true,
            });
        }
        RunResult run = session.Long("features", parsed.GetValue(_memory), options => model is null
            ? Segmenter.Features(image, features, 0, Create, options, wanted, mask)
            : new Segmenter(model, backbone).Features(image, Create, options, mask));
        session.Add(run);
        session.Report.Add(new ReportImage(path)
        {
            Sha256 = session.Hash(path)?.Sha256,
            Data = run.Data.FirstOrDefault(),
            Output = output,
            Pixels = run.Pixels,
            Seconds = run.Seconds,
            Standardise = run.Standardise,
            Samples = run.Samples.FirstOrDefault(),
            DataBar = run.DataBars.Count > 0 ? run.DataBars[0] : null,
        });
        foreach (Region bar in run.DataBars)
        {
            session.Output.WriteLine(DataBarText.Of(bar));
        }
        DeepFeatureOptions.Say(session, wanted, features.Standardise);
        session.Output.WriteLine(
            $"{path}  {image.Info.Width} x {image.Info.Height} x {names.Count} features, {Units.Seconds(run.Seconds)}: {output}");
        return ExitCode.Success;
    }
}
