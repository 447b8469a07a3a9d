using System.CommandLine;
using FastSeg.Cli.Pictures;
using FastSeg.Cli.Text;
using FastSeg.Images;
using FastSeg.Models;

namespace FastSeg.Cli.Commands;

/// <summary>The whole main job on the sample of the repository.</summary>
internal sealed class DemoCommand : FastSegCommand
{
    private static readonly string[] Names = ["matrix", "secondary", "tertiary"];

    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "FOLDER", Description = "Where the pictures go. [default: out/demo beside samples/]" };

    public DemoCommand(App app) : base(
        app, "demo", "Does the whole main job on a small sample of real micrographs.",
        "Trains on scribbles over two micrographs of nickel superalloys, segments two others, compares them with the truth, and makes pictures.",
        "fastseg demo") => Options.Add(_output);

    public override int Run(Session session)
    {
        string samples = FindSamples();
        string output = session.Parsed.GetValue(_output) ?? Path.GetFullPath(Path.Combine(samples, "..", "..", "out", "demo"));
        Folder.Make(output);
        Model model = Train(session, Path.Combine(samples, "train"), output);
        var segmenter = new Segmenter(model);
        var scores = new List<ImageScore>();
        foreach (string truth in Files(Path.Combine(samples, "test"), "_gt.png"))
        {
            scores.Add(Segment(session, segmenter, truth, output));
        }
        session.Output.WriteLine($"  mean over {scores.Count} images: {ScoreText.MeanOfMeans(scores):0.000}");
        WriteStages(session);
        session.Output.WriteLine($"pictures (image | truth | segmentation), label maps and the model: {output}");
        return ExitCode.Success;
    }

    /// <summary>The sample lies beside the sources, some folders above the program.</summary>
    private static string FindSamples()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string samples = Path.Combine(folder.FullName, "samples", "ni");
            if (Directory.Exists(Path.Combine(samples, "train")) && Directory.Exists(Path.Combine(samples, "test")))
            {
                return samples;
            }
        }
        throw new FastSegException($"There is no folder samples/ni above {AppContext.BaseDirectory}; run the program from a copy of the repository.");
    }

    private static string[] Files(string folder, string ending)
    {
        string[] files = Directory.GetFiles(folder, $"*{ending}");
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0 ? files : throw new FastSegException($"{folder} has no file that ends in {ending}; restore the sample from the repository.");
    }

    private static Model Train(Session session, string folder, string output)
    {
        string[] labels = Files(folder, "_labels.png");
        string[] images = [.. labels.Select(path => path.Replace("_labels.png", ".png", StringComparison.Ordinal))];
        TrainingResult result;
        using (var set = new TrainingSet(images, labels))
        {
            result = session.Long("training", 0, options => Segmenter.Train(set.Images, names: Names, options: options));
        }
        string path = Path.Combine(output, "ni.fastseg");
        result.Model.Save(path);
        session.Report.XgboostVersion = result.Model.XgboostVersion;
        session.Report.Add(result.Run);
        session.Output.WriteLine($"trained on {Units.Count(result.Run.Pixels)} labelled pixels of {images.Length} images in {Units.Seconds(result.Run.Seconds)}");
        session.Output.WriteLine("segmented images it was not trained on; IoU by class:");
        return result.Model;
    }

    private static ImageScore Segment(Session session, Segmenter segmenter, string truth, string output)
    {
        string path = truth.Replace("_gt.png", ".png", StringComparison.Ordinal), stem = Path.GetFileNameWithoutExtension(path);
        string labels = Path.Combine(output, $"{stem}_labels.png");
        using ImageReader image = ImageFile.Open(path);
        RunResult run;
        using (ImageWriter writer = ImageFile.Create(labels, segmenter.LabelLayout(image.Info)))
        {
            run = session.Long(stem, 0, options => segmenter.Segment(image, new SegmentOutputs { Labels = writer }, null, options));
            session.Cancellation.ThrowIfCancellationRequested();
            writer.Commit();
        }
        session.Report.Add(run);
        using ImageReader result = ImageFile.OpenLabels(labels);
        using ImageReader wanted = ImageFile.OpenLabels(truth);
        ConfusionMatrix matrix = Score.Compare(result, wanted, truthOffset: 1);
        session.Report.Add(new ReportImage(path)
        {
            Output = labels,
            Pixels = run.Pixels,
            Seconds = run.Seconds,
            Classes = [.. segmenter.Model.Classes.Zip(run.ClassPixels)],
            MeanIou = matrix.MeanIou(),
        });
        string classes = string.Join(", ", matrix.Classes.Select(value => $"{segmenter.Model.Classes[value - 1].Name} {matrix.Iou(value):0.000}"));
        session.Output.WriteLine($"  {stem}  {classes}, mean {matrix.MeanIou():0.000}, in {Units.Seconds(run.Seconds)}");
        SavePicture(session, image, wanted, result, Path.Combine(output, $"{stem}.png"));
        return new ImageScore(labels, truth, matrix);
    }

    private static void SavePicture(Session session, ImageReader image, ImageReader truth, ImageReader result, string path)
    {
        Picture picture = Shrunk.Image(image, session.Cancellation);
        ushort[] classes = [.. Shrunk.Labels(truth, session.Cancellation).Select(value => (ushort)(value + 1))];
        ushort[] labels = Shrunk.Labels(result, session.Cancellation);
        Picture.Beside(picture, Picture.OfLabels(classes, picture.Width, picture.Height), Picture.OfLabels(labels, picture.Width, picture.Height)).Save(path);
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
}
