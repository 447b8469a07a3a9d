using System.CommandLine;
using FastSeg.Backends;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Pictures;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>The whole main job on the sample of the repository, without and with deep features.</summary>
internal sealed class DemoCommand : FastSegCommand
{
    private const string BackboneName = "fastseg-vit-tiny-8-int8";

    private static readonly string[] Names = ["matrix", "fine (tertiary)", "coarse (secondary)"];

    private readonly Option<string?> _output = new("--output", "-o")
    {
        HelpName = "FOLDER",
        Description = "Where the pictures go. [default: out/demo beside samples/]",
    };

    private readonly Option<string?> _samples = new("--samples")
    {
        HelpName = "FOLDER",
        Description = "A folder with train/ and test/ like samples/ni. [default: samples/ni above the program]",
    };

    public DemoCommand() : base(
        "demo", "Does the whole main job on a sample of real micrographs.",
        "Trains on strokes over four micrographs of nickel superalloys, segments four others, compares them with the truth, " +
            $"and makes pictures: with classical features, with deep ones of models/{BackboneName} as well, and smoothed.",
        "fastseg demo")
    {
        Options.Add(_output);
        Options.Add(_samples);
    }

    public override int Run(Session session)
    {
        string samples = session.Parsed.GetValue(_samples) ?? SampleFolder.Find();
        string output = session.Parsed.GetValue(_output) ?? Path.GetFullPath(Path.Combine(samples, "..", "..", "out", "demo"));
        string[] truths = SampleFolder.Files(Path.Combine(samples, "test"), "_gt.png");
        Folder.Make(output);
        using Backbone? backbone = Open(session);
        List<Method> methods = Train(session, backbone, samples, output);
        session.Output.WriteLine("segmented images that they were not trained on; IoU by class:");
        foreach (string truth in truths)
        {
            Segment(session, methods, truth, output);
        }
        session.Output.WriteLine($"mean IoU over the {truths.Length} images that they were not trained on:");
        var means = new TextTable(false, true);
        methods.ForEach(method => means.Row(method.Name, $"{ScoreText.MeanOfMeans(method.Scores):0.000}"));
        means.Write(session.Output);
        WriteStages(session);
        string typical = Typical(methods[^1].Scores, output);
        WholeFile.Write(Path.Combine(output, "demo.png"), File.ReadAllBytes(typical));
        session.Output.WriteLine(
            $"pictures, label maps and models: {output}; demo.png is {Path.GetFileName(typical)}, whose score is nearest to the mean");
        return ExitCode.Success;
    }

    /// <summary>The backbone in the box, or null and a sentence where it is missing.</summary>
    private static Backbone? Open(Session session)
    {
        string? found = BackboneFolders.Find().FirstOrDefault(folder => Path.GetFileName(folder) == BackboneName);
        if (found is null)
        {
            session.Output.WriteLine(
                $"deep features are left out: there is no models/{BackboneName} above the program, nor in {BackboneFolders.Variable}");
            return null;
        }
        Backbone backbone = Backbone.Open(found, DeepFeatureOptions.NetworkThreads, BackendChoice.CudaOrdinal(session.Backend));
        session.Say(backbone.Note);
        return backbone;
    }

    private static List<Method> Train(Session session, Backbone? backbone, string samples, string output)
    {
        using TrainingSet set = SampleFolder.Training(samples);
        var methods = new List<Method> { Train(session, "classical", "", null, set, output) };
        if (backbone is not null)
        {
            var deep = new DeepOptions(backbone);
            Method plain = Train(session, "classical + deep", "_deep", deep, set, output);
            methods.AddRange(plain, new Method("classical + deep, smoothed", "_smoothed", plain.Segmenter, Smoothing.Safe, []));
        }
        return methods;
    }

    private static Method Train(Session session, string name, string suffix, DeepOptions? deep, TrainingSet set, string output)
    {
        TrainingResult result = session.Long(
            name, 0, options => Segmenter.Train(set.Images, names: Names, options: options, deep: deep));
        result.Model.Save(Path.Combine(output, $"ni{suffix}.fastseg"));
        session.Report.XgboostVersion = result.Model.XgboostVersion;
        session.Add(result.Run);
        DeepFeatureOptions.Say(session, deep, Standardisation.Image);
        session.Output.WriteLine(
            $"{name}: trained on {Units.Count(result.Run.Pixels)} labelled pixels of {set.Images.Count} images, " +
                $"{result.Model.Planes} features, in {Units.Seconds(result.Run.Seconds)}");
        return new Method(name, suffix, new Segmenter(result.Model, deep?.Backbone), Smoothing.None, []);
    }

    private static void Segment(Session session, List<Method> methods, string truth, string output)
    {
        string path = truth.Replace("_gt.png", ".png", StringComparison.Ordinal), stem = Path.GetFileNameWithoutExtension(path);
        using ImageReader image = ImageFile.Open(path);
        using ImageReader wanted = ImageFile.OpenLabels(truth);
        Picture picture = Shrunk.Image(image, session.Cancellation);
        ushort[] classes = [.. ShrunkLabels.Of(wanted, session.Cancellation).Labels.Select(value => (ushort)(value + 1))];
        var panels = new List<Panel>
        {
            new(picture, "image", "not trained on"),
            new(Picture.OfLabels(classes, picture.Width, picture.Height), "truth", stem),
        };
        session.Output.WriteLine($"  {stem}");
        foreach (Method method in methods)
        {
            string labels = Path.Combine(output, $"{stem}{method.Suffix}_labels.png");
            RunResult run = Segment(session, method, image, labels);
            using ImageReader result = ImageFile.OpenLabels(labels);
            ConfusionMatrix matrix = Score.Compare(result, wanted, truthOffset: 1);
            Report(session, method, run, new ReportImage(path) { Output = labels, MeanIou = matrix.MeanIou() }, matrix);
            method.Scores.Add(new ImageScore(labels, truth, matrix));
            Picture found = Picture.OfLabels(ShrunkLabels.Of(result, session.Cancellation).Labels, picture.Width, picture.Height);
            panels.Add(new Panel(found, method.Name, FormattableString.Invariant($"mean IoU {matrix.MeanIou():0.000}")));
        }
        Picture legend = Legend.Of(
            picture.Width, picture.Height, methods[0].Segmenter.Model.Classes,
            [.. methods.Select(method => (method.Name, method.Scores[^1].Matrix))]);
        panels.Add(new Panel(legend, "", ""));
        WholeFile.Write(Path.Combine(output, $"{stem}.png"), Sheet.Of(panels).ToPng());
    }

    /// <summary>The picture of the image whose score is nearest to the mean.</summary>
    private static string Typical(List<ImageScore> scores, string output)
    {
        double mean = ScoreText.MeanOfMeans(scores);
        ImageScore typical = scores.MinBy(score => Math.Abs(score.Matrix.MeanIou() - mean))!;
        return Path.Combine(output, Path.GetFileName(typical.Truth).Replace("_gt.png", ".png", StringComparison.Ordinal));
    }

    private static RunResult Segment(Session session, Method method, ImageReader image, string labels)
    {
        using ImageWriter writer = ImageFile.Create(labels, method.Segmenter.LabelLayout(image.Info));
        var outputs = new SegmentOutputs { Labels = writer };
        var how = new SegmentOptions { Smoothing = method.Smoothing };
        return session.Long(method.Name, 0, options => method.Segmenter.Segment(image, outputs, how, options));
    }

    private static void Report(Session session, Method method, RunResult run, ReportImage image, ConfusionMatrix matrix)
    {
        IReadOnlyList<ModelClass> all = method.Segmenter.Model.Classes;
        session.Add(run);
        session.Report.Add(image with { Pixels = run.Pixels, Seconds = run.Seconds, Classes = [.. all.Zip(run.ClassPixels)] });
        string classes = string.Join(", ", matrix.Classes.Select(value => $"{all[value - 1].Name} {matrix.Iou(value):0.000}"));
        session.Output.WriteLine($"    {method.Name}: {classes}, mean {matrix.MeanIou():0.000}, in {Units.Seconds(run.Seconds)}");
    }

    private static void WriteStages(Session session)
    {
        session.Output.WriteLine("seconds by stage, training and segmentation together:");
        var table = new TextTable(false, true);
        foreach (StageReport stage in session.Report.Stages)
        {
            table.Row(stage.Name, Units.Seconds(stage.Seconds));
        }
        table.Write(session.Output);
    }

    /// <summary>A way to segment that is shown beside others, and its scores so far.</summary>
    private sealed record Method(string Name, string Suffix, Segmenter Segmenter, Smoothing Smoothing, List<ImageScore> Scores);
}
