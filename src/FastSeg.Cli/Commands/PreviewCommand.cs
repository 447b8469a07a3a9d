using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Pictures;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Images;

namespace FastSeg.Cli.Commands;

/// <summary>Makes a picture to look at.</summary>
internal sealed class PreviewCommand : FastSegCommand
{
    private readonly Argument<string> _image = new("IMAGE")
    {
        Description = "The image: TIFF, PNG, JPEG, WebP, BMP or npy; FILE#2 is the second page of a TIFF. " +
            "Of two channels the first is shown, of more than three the first three.",
    };

    private readonly Option<bool> _features = new("--features")
    {
        Description =
            "Show the first three principal components of the classical features (preset paper) as red, green and blue; " +
            "with --deep those of the transformer's features, at low resolution and at full resolution side by side.",
    };

    private readonly OpeningOptions _opening = new();
    private readonly DeepFeatureOptions _deep = new();
    private readonly Option<string> _standardise = StandardiseOption.Create();

    private readonly Option<string?> _segmentation = new("--segmentation")
    {
        HelpName = "S",
        Description = "Blend this label map over the image, in class colours.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "P.png",
        Description = "The picture to write, at most 2048 pixels a side.",
        Required = true,
    };

    public PreviewCommand() : base(
        "preview", "Makes a picture of an image, of its features, or of a segmentation over it.",
        "Large images are shrunk; others than uint8 are stretched between percentiles 0.1 and 99.9, for display only.",
        "fastseg preview image.tif -o image.png",
        "fastseg preview image.tif --segmentation labels.tif -o overlay.png",
        "fastseg preview image.tif --features -o features.png",
        "fastseg preview image.tif --features --deep models/fastseg-vit-tiny-8-int8 -o deep.png")
    {
        Arguments.Add(_image);
        Options.Add(_features);
        _deep.AddTo(this);
        _opening.AddTo(this);
        Array.ForEach((Option[])[_standardise, _segmentation, _output], Options.Add);
    }

    public override FileUse Files(ParseResult parsed) =>
        new(
            [parsed.GetRequiredValue(_image), parsed.GetValue(_segmentation), _deep.Projection(parsed)],
            [parsed.GetRequiredValue(_output)]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string path = parsed.GetRequiredValue(_image), output = parsed.GetRequiredValue(_output);
        string? segmentation = parsed.GetValue(_segmentation);
        bool features = parsed.GetValue(_features);
        if (features && segmentation is not null)
        {
            throw new UsageException("--features and --segmentation show different pictures; give one of them.");
        }
        if (!Path.GetExtension(output).Equals(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"-o {output} must end in .png.");
        }
        if (!features && _deep.Folder(parsed) is not null)
        {
            throw new UsageException("--deep shows features; give --features with it.");
        }
        if (!features && parsed.GetResult(_standardise) is { Implicit: false })
        {
            throw new UsageException("--standardise is about features; give --features with it, or leave it out.");
        }
        using Backbone? backbone = _deep.Open(session);
        WholeFile.Check(output);
        using ImageReader image = ImageFile.Open(path, _opening.Wanted(parsed));
        session.Warn(UnchosenPage.Warnings(image));
        session.Warn(OrientedImage.Warnings(image));
        DeepOptions? wanted = _deep.Wanted(parsed, backbone);
        Standardisation standardise = StandardiseOption.Chosen(parsed, _standardise);
        Picture picture = wanted is { } deep ? FeaturePicture.OfDeep(Pass, image, deep, standardise)
            : features ? FeaturePicture.Of(Pass, image, FeatureSpec.Paper with { Standardise = standardise })
            : segmentation is null ? Shrunk.Image(image, session.Cancellation) : Overlay(session, image, segmentation);
        WholeFile.Write(output, picture.ToPng());
        DeepFeatureOptions.Say(session, wanted, standardise);
        session.Report.Add(new ReportImage(path) { Output = output, Pixels = image.Info.Bounds.Pixels });
        string shown = !features && ShownChannels.Note(image.Info) is { } note ? $", {note}" : "";
        session.Output.WriteLine($"{output}  {picture.Width} x {picture.Height}{shown}");
        return ExitCode.Success;

        RunResult Pass(string what, Func<ComputeOptions, RunResult> run)
        {
            RunResult result = session.Long(what, 0, run);
            if (what != FeaturePicture.Components)
            {
                session.Add(result);
            }
            return result;
        }
    }

    private static Picture Overlay(Session session, ImageReader image, string segmentation)
    {
        using ImageReader labels = ImageFile.OpenLabels(segmentation);
        session.Warn(UnchosenPage.Warnings(labels));
        if (labels.Info.Width != image.Info.Width || labels.Info.Height != image.Info.Height)
        {
            throw new FastSegException(
                $"{segmentation} is {labels.Info.Width} x {labels.Info.Height} pixels, " +
                    $"but {image.Info.Name} is {image.Info.Width} x {image.Info.Height}; they must have the same size.");
        }
        return Shrunk.Image(image, session.Cancellation).Overlay(Shrunk.Labels(labels, session.Cancellation));
    }
}
