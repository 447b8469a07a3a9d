using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Pictures;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Masks;
using FastSeg.Images.Samples;
using FastSeg.Runs;

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
        Description = "Blend this label map over the image, in class colours, with names and area fractions under it.",
    };

    private readonly Option<string?> _strokes = new("--strokes")
    {
        HelpName = "L",
        Description = "Draw the strokes of this label image over the picture, wide enough to be seen.",
    };

    private readonly Option<string?> _truth = new("--truth")
    {
        HelpName = "T",
        Description = "Mark where S differs from this truth, instead of colouring classes; the legend has the IoU of each class.",
    };

    private readonly Option<int> _offset = TruthOffsetOption.Create();

    private readonly LabelsOptions _labelled = new("strokes");

    private readonly Option<bool> _outlines = new("--outlines") { Description = "Outline the classes of S instead of colouring them." };

    private readonly Option<bool> _sideBySide = new("--side-by-side")
    {
        Description = "Show the image, strokes, labels and overlay side by side, with captions.",
    };

    private readonly Option<bool> _plain = new("--plain") { Description = "Leave out the legend." };

    private readonly Option<string[]?> _names = NamesOption.Create("for the legend, by ascending label value, where S does not carry them");

    private readonly Option<Region?> _region = RegionOption.Create("S, L and T may be those of the whole image, or of the rectangle alone");

    private readonly Option<string?> _mask = new("--mask")
    {
        HelpName = "MASK",
        Description = "Where this image is 0, samples need not be numbers: the nearest pixel that is one stands for them.",
    };

    private readonly LeaveOutOptions _leftOut = new("such samples are refused");

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "P.png",
        Description = "The picture to write: the image at most 2048 pixels a side, panels side by side at most 1000.",
        Required = true,
    };

    public PreviewCommand() : base(
        "preview", "Makes a picture of an image, of its features, or of a segmentation over it.",
        "Large images are shrunk; others than uint8 are stretched between percentiles 0.1 and 99.9, for display only. " +
            "Area fractions are of all pixels of the label map that are not 0.",
        "fastseg preview image.tif -o image.png",
        "fastseg preview image.tif --strokes image_labels.tif -o strokes.png",
        "fastseg preview image.tif --segmentation labels.tif -o overlay.png",
        "fastseg preview image.tif --segmentation labels.tif --truth gt.png --truth-offset 1 -o mistakes.png",
        "fastseg preview image.tif --segmentation labels.tif --outlines --side-by-side -o panels.png",
        "fastseg preview image.tif --features -o features.png",
        "fastseg preview image.tif --features --deep models/fastseg-vit-tiny-8-int8 -o deep.png")
    {
        Arguments.Add(_image);
        Array.ForEach(
            (Option[])[_output, _region, _segmentation, _strokes, _truth, _offset, _outlines, _sideBySide, _plain, _names], Options.Add);
        _labelled.AddTo(this);
        _opening.AddTo(this);
        Array.ForEach((Option[])[_mask, _leftOut.Number, _features, _standardise], Options.Add);
        _deep.AddTo(this);
    }

    public override FileUse Files(ParseResult parsed) =>
        new(
            [
                parsed.GetRequiredValue(_image), parsed.GetValue(_segmentation), parsed.GetValue(_strokes), parsed.GetValue(_truth),
                parsed.GetValue(_mask), _deep.Projection(parsed),
            ],
            [parsed.GetRequiredValue(_output)]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string path = parsed.GetRequiredValue(_image), output = parsed.GetRequiredValue(_output);
        bool features = parsed.GetValue(_features);
        Check(parsed, features, output);
        using Backbone? backbone = _deep.Open(session);
        WholeFile.Check(output);
        ImageOptions opening = _opening.Wanted(parsed);
        using ImageReader file = ImageFile.Open(path, opening);
        using ImageReader? mask = parsed.GetValue(_mask) is { } named ? ImageFile.OpenMask(named, opening) : null;
        session.Warn(UnchosenPage.Warnings(file, mask));
        session.Warn(OrientedImage.Warnings(file, mask));
        using var page = new KeptPage(
            NarrowedImage.Of(file), LabelSet.OfMask(mask), _leftOut.NanAs(parsed), DataBar.None, session.Options(0));
        ImageReader whole = page.Image;
        Region? region = Part(whole, parsed);
        using CroppedImage? part = region is { } shownPart ? new CroppedImage(whole, shownPart) : null;
        using CroppedImage? keptPart = region is { } same && mask is not null ? new CroppedImage(mask, same) : null;
        ImageReader image = part ?? whole;
        DeepOptions? wanted = _deep.Wanted(parsed, backbone);
        Standardisation standardise = StandardiseOption.Chosen(parsed, _standardise);
        Picture picture = wanted is { } deep ? FeaturePicture.OfDeep(Pass, image, deep, standardise)
            : features ? FeaturePicture.Of(Pass, image, FeatureSpec.Paper with { Standardise = standardise }, keptPart ?? mask)
            : Result(session, whole, image);
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

    /// <summary>Refuses options that contradict each other.</summary>
    private void Check(ParseResult parsed, bool features, string output)
    {
        bool segmentation = parsed.GetValue(_segmentation) is not null, labels = segmentation || parsed.GetValue(_strokes) is not null;
        string? wrong = features && labels
                ? "--features shows another picture than --segmentation and --strokes; give one of them."
            : !Path.GetExtension(output).Equals(".png", StringComparison.OrdinalIgnoreCase)
                ? $"-o {output} must end in .png."
            : !features && _deep.Folder(parsed) is not null
                ? "--deep shows features; give --features with it."
            : !features && parsed.GetResult(_standardise) is { Implicit: false }
                ? "--standardise is about features; give --features with it, or leave it out."
            : parsed.GetValue(_outlines) && !segmentation
                ? "--outlines draws those of a label map; give --segmentation with it."
            : parsed.GetValue(_truth) is not null && !segmentation
                ? "--truth is what a label map is compared with; give --segmentation with it."
            : parsed.GetValue(_sideBySide) && !labels
                ? "--side-by-side shows labels beside the image; give --segmentation or --strokes with it."
            : null;
        if (wrong is not null)
        {
            throw new UsageException(wrong);
        }
    }

    /// <summary>The rectangle that is wanted; null where the whole image is.</summary>
    /// <exception cref="FastSegException">It is not inside the image.</exception>
    private Region? Part(ImageReader whole, ParseResult parsed) => parsed.GetValue(_region) is { } region
        ? SegmentRun.Area(whole.Info, new SegmentOptions { Region = region })
        : null;

    /// <summary>The image, with what is to be seen over it.</summary>
    private Picture Result(Session session, ImageReader whole, ImageReader image)
    {
        ParseResult parsed = session.Parsed;
        string? segmentation = parsed.GetValue(_segmentation);
        // A label map by itself is shown in the classes' colours: its numbers are no brightness.
        bool alone = segmentation is null && parsed.GetValue(_strokes) is null && whole.Info.IsLabelMap;
        ImageOptions opening = _opening.Wanted(parsed);
        LabelOptions asMap = alone ? new LabelOptions { Orient = opening.Orient, Opening = opening } : new LabelOptions();
        using ImageReader? map = Open(session, (whole, image), alone ? parsed.GetRequiredValue(_image) : segmentation, asMap);
        LabelOptions drawn = _labelled.Of(parsed) with { Orient = opening.Orient };
        using ImageReader? strokes = Open(session, (whole, image), parsed.GetValue(_strokes), drawn);
        using ImageReader? truth = Open(session, (whole, image), parsed.GetValue(_truth), new LabelOptions());
        ImageReader? Shown(ImageReader? labels) => labels is null || Part(whole, parsed) is not { } region || Fits(labels, image)
            ? labels
            : new CroppedImage(labels, region);
        var result = new ResultPicture
        {
            Map = Shown(map),
            MapAlone = alone,
            Strokes = Shown(strokes),
            Truth = truth is null || map is null
                ? null
                : TruthLayer.Of(Shown(map)!, Shown(truth)!, parsed.GetValue(_offset), session.Options(0)),
            Names = NamesOption.Given(parsed, _names),
            Outlines = parsed.GetValue(_outlines),
            SideBySide = parsed.GetValue(_sideBySide),
            Plain = parsed.GetValue(_plain),
        };
        return result.Of(image, session.Cancellation);
    }

    private static bool Fits(ImageReader labels, ImageReader image) =>
        labels.Info.Width == image.Info.Width && labels.Info.Height == image.Info.Height;

    /// <summary>Opens a label image of the size of the image, or of the part that is shown; null where none is given.</summary>
    private static ImageReader? Open(
        Session session, (ImageReader Whole, ImageReader Part) image, string? path, LabelOptions options)
    {
        if (path is null)
        {
            return null;
        }
        ImageReader labels = ImageFile.OpenLabels(path, options);
        try
        {
            session.Warn([.. UnchosenPage.Warnings(labels), .. LabelDoubts.Guesses([labels])]);
            ImageInfo info = image.Whole.Info;
            return Fits(labels, image.Whole) || Fits(labels, image.Part)
                ? labels
                : throw new FastSegException(
                    $"{path} is {labels.Info.Width} x {labels.Info.Height} pixels, " +
                    $"but {info.Name} is {info.Width} x {info.Height}; they must have the same size.");
        }
        catch
        {
            labels.Dispose();
            throw;
        }
    }
}
