using System.CommandLine;
using System.Diagnostics;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Images;

namespace FastSeg.Cli.Commands;

/// <summary>Compares segmentations with the truth.</summary>
internal sealed class ScoreCommand : FastSegCommand
{
    private readonly Argument<string[]> _pairs = new("PREDICTION TRUTH")
    {
        Description = "Label images in pairs: a segmentation, then its truth.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _offset = TruthOffsetOption.Create();

    private readonly LabelsOptions _labelled = new("truth");

    private readonly Option<string?> _model = new("--model")
    {
        HelpName = "M.fastseg",
        Description =
            "The model that made the segmentations. Those of images that it was trained on (the stem of the name and the size are the " +
            "same) are marked, and the mean over the others comes first.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    public ScoreCommand() : base(
        "score", "Compares segmentations with the truth.",
        "Prints, for each image, the intersection over union (IoU) of each class of the truth and their mean; " +
            "over all images, the mean of those means and the pooled confusion matrix.",
        "fastseg score labels.tif truth.png",
        "fastseg score a.tif a_gt.png b.tif b_gt.png --truth-offset 1 --json",
        "fastseg score out/a.tif a_gt.png out/b.tif b_gt.png --model m.fastseg")
    {
        Arguments.Add(_pairs);
        Options.Add(_offset);
        _labelled.AddTo(this);
        Options.Add(_model);
        Options.Add(_json);
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Threads | CommonUse.Report;

    public override FileUse Files(ParseResult parsed) => new([.. parsed.GetRequiredValue(_pairs), parsed.GetValue(_model)], []);

    public override int Run(Session session)
    {
        string[] files = session.Parsed.GetRequiredValue(_pairs);
        int offset = session.Parsed.GetValue(_offset);
        if (files.Length % 2 != 0)
        {
            throw new UsageException($"There are {files.Length} label images, which make no pairs; give PREDICTION TRUTH for every image.");
        }
        Model? model = session.Parsed.GetValue(_model) is { } path ? Model.Load(path) : null;
        IReadOnlyList<ModelImage>? trained = model is null ? null : TrainingImages(model, session.Parsed.GetValue(_model)!);
        var scores = new List<ImageScore>();
        for (int i = 0; i < files.Length; i += 2)
        {
            scores.Add(Compare(session, files[i], files[i + 1], (offset, _labelled.Of(session.Parsed)), (trained, model)));
        }
        bool json = session.Parsed.GetValue(_json);
        if (json)
        {
            ScoreText.WriteJson(session.Output, scores);
        }
        else
        {
            ScoreText.Write(session.Output, scores);
        }
        return ExitCode.Success;
    }

    /// <summary>The images that a model was trained on.</summary>
    /// <exception cref="FastSegException">The model does not say.</exception>
    private static IReadOnlyList<ModelImage> TrainingImages(Model model, string path) => model.Images ?? throw new FastSegException(
        $"{path} does not say which images it was trained on: it is older than that, or its trees were imported; score without --model.");

    /// <summary>Whether a segmentation is that of one of the images: segment calls its results after the images.</summary>
    private static bool IsAmong(IReadOnlyList<ModelImage> images, string prediction, ImageInfo info) => images.Any(image =>
        image.Width == info.Width && image.Height == info.Height && OutputPaths.Stem(image.Name) == OutputPaths.Stem(prediction));

    /// <summary>Scores one image, reports it, and hints where the values cannot match.</summary>
    private static ImageScore Compare(
        Session session, string prediction, string truth, (int Offset, LabelOptions Labels) options,
        (IReadOnlyList<ModelImage>? Images, Model? Itself) model)
    {
        long start = Stopwatch.GetTimestamp();
        using ImageReader labels = ImageFile.OpenLabels(prediction);
        using ImageReader classes = ImageFile.OpenLabels(truth, options.Labels);
        session.Warn([.. UnchosenPage.Warnings(labels, classes), .. LabelDoubts.Guesses([labels, classes])]);
        ConfusionMatrix counted = session.Long(Path.GetFileName(prediction), 0, how => Score.Compare(labels, classes, options.Offset, how));
        IReadOnlyList<LabelClass> known = TruthMatch.Classes(labels.Info, model.Itself, counted.Predictions);
        ConfusionMatrix matrix = Score.ByValues(counted, known);
        session.Warn(TruthMatch.Swapped(labels.Info, classes.Info, counted) is { } swapped ? [swapped] : []);
        TruthMatch.Refuse(matrix, prediction, truth);
        if (options.Offset == 0 && TruthMatch.Shifted(matrix, labels.Info.Bounds.Pixels) is { } shifted)
        {
            session.Warn([$"{truth}: {shifted}"]);
        }
        int[] compared = [.. known.Select(one => matrix != counted ? one.Value : one.Label)];
        if (options.Offset == 0 && TruthMatch.Foreign(matrix, compared) is { } other)
        {
            session.Warn([$"{truth}: {other}"]);
        }
        bool? trained = model.Images is null ? null : IsAmong(model.Images, prediction, labels.Info);
        session.Report.AddPixels(labels.Info.Bounds.Pixels);
        session.Report.Add(new ReportImage(prediction)
        {
            Pixels = labels.Info.Bounds.Pixels,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            MeanIou = matrix.MeanIou(),
            TrainedOn = trained,
        });
        return new ImageScore(prediction, truth, matrix, trained)
        {
            ByValues = matrix != counted,
            Names = TruthMatch.Names(known, matrix != counted, classes.Info),
        };
    }
}
