using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>
/// Times the whole job, from an image's TIFF to a TIFF of labels, and the same job done with scipy, scikit-image and XGBoost's own
/// prediction.
/// </summary>
internal static class JobBench
{
    private const int CropSide = 1024;

    /// <summary>Mpx/s of `segment` with the dense model.</summary>
    private const double WantedMegapixels = 7.5;

    public static void Run(PerfRun run)
    {
        var segmenter = new Segmenter(DenseModel.Get(run));
        long side = run.Options.Size, pixels = side * side;
        using var folder = new ScratchFolder();
        string image = folder.File("image.tif");
        PerfImages.SaveMosaic(image, side);
        RunResult? fastest = null;
        double seconds = run.Best(() =>
        {
            RunResult result = Segment(segmenter, image, folder.File("labels.tif"), Options(run));
            fastest = fastest is null || result.Seconds < fastest.Seconds ? result : fastest;
        });
        run.Add(new Measurement("job", $"segment, {side} x {side} TIFF to TIFF", seconds, pixels)
        {
            BytesPerPixel = 2,
            Note = "dense model",
        });
        run.Add(new Quantity("job", "segment, pixels a second", pixels / seconds / 1e6, "Mpx/s", "")
        {
            Goal = Goal.AtLeast(WantedMegapixels),
        });
        foreach (StageReport stage in fastest!.Stages)
        {
            run.Add(new Measurement("job", $"  of it {stage.Name}", stage.Seconds, pixels));
        }
        if (run.Options.Peers)
        {
            Compare(run, segmenter, pixels / seconds, fastest);
        }
    }

    private static ComputeOptions Options(PerfRun run) => new() { Backend = BackendKind.Cpu, Threads = run.Options.Threads };

    /// <summary>From a file to a file of labels.</summary>
    public static RunResult Segment(Segmenter segmenter, string path, string output, ComputeOptions options)
    {
        using ImageReader image = ImageFile.Open(path);
        using ImageWriter labels = ImageFile.Create(output, segmenter.LabelLayout(image.Info));
        return segmenter.Segment(image, new SegmentOutputs { Labels = labels }, options: options);
    }

    private static void Compare(PerfRun run, Segmenter segmenter, double ours, RunResult fastest)
    {
        using var folder = new ScratchFolder();
        string image = folder.File("image.npy"), rows = folder.File("rows.npy"), forest = folder.File("forest.ubj");
        string probabilities = folder.File("probabilities.npy");
        Model model = segmenter.Model;
        PerfImages.SaveMosaic(image, CropSide);
        File.WriteAllBytes(forest, model.ForestBytes.Span);
        using (ImageReader reader = ImageFile.Open(image))
        using (ImageWriter writer = ImageFile.Create(probabilities, segmenter.ProbabilityLayout(reader.Info, SampleType.Float32)))
        {
            Segmenter.Features(
                reader, model.Features, model.Channels,
                names => ImageFile.Create(rows, new ImageLayout(CropSide, CropSide, SampleType.Float32, names.Count)));
            segmenter.Segment(reader, new SegmentOutputs { Probabilities = writer });
        }
        string threads = run.Options.Threads.ToString(CultureInfo.InvariantCulture);
        string runs = run.Options.Runs.ToString(CultureInfo.InvariantCulture);
        string[] predict = [forest, rows, "--threads", threads, "--repeat", runs, "--check", probabilities];
        if (Python.Run(run, "predict.py", predict) is not { } predicted)
        {
            return;
        }
        JsonElement check = predicted.GetProperty("check");
        int labels = check.GetProperty("labels").GetInt32();
        double worst = check.GetProperty("worst").GetDouble();
        string agreement = string.Create(
            CultureInfo.InvariantCulture,
            $"{(labels == 0 && worst <= 1e-6 ? "agree" : "DISAGREE")}: {labels} labels differ, probabilities by {worst:E1} at most");
        double pixels = predicted.GetProperty("pixels").GetInt64(), inplace = pixels / predicted.GetProperty("inplace").GetDouble();
        StageReport walk = fastest.Stages.Single(stage => stage.Stage == Stage.Forest);
        double ourForest = fastest.Pixels / walk.Seconds;
        run.Add(new Comparison("forest within segment, binning included", "XGBoost inplace_predict", ourForest, inplace, agreement));
        run.Add(new Comparison(
            "forest within segment, binning included", "XGBoost predict of a DMatrix",
            ourForest, pixels / predicted.GetProperty("dmatrix").GetDouble(), agreement));
        CompareJob(run, image, ours, inplace);
    }

    private static void CompareJob(PerfRun run, string image, double ours, double inplace)
    {
        string processes = run.Options.Threads.ToString(CultureInfo.InvariantCulture);
        if (Python.Run(run, "features.py", image, "--processes", processes) is { } features)
        {
            double pixels = features.GetProperty("pixels").GetInt64();
            double stacked = pixels / (features.GetProperty("seconds").GetDouble() + features.GetProperty("stackSeconds").GetDouble());
            double both = 1 / ((1 / stacked) + (1 / inplace));
            run.Add(new Comparison(
                "segment, with reading and writing", "scipy, scikit-image and XGBoost, without reading and writing",
                ours, both, "features and forest compared above"));
        }
    }
}
