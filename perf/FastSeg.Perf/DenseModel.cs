using FastSeg.Forest;
using FastSeg.Perf.Kit;

namespace FastSeg.Perf;

/// <summary>The model that most measurements apply: trained with the defaults on the Ni images' scribbles, once a run.</summary>
internal static class DenseModel
{
    private static Model? _model;

    /// <summary>The model; the first call trains it and adds how long that took, or takes that of a kit.</summary>
    public static Model Get(PerfRun run)
    {
        if (_model is not null)
        {
            return _model;
        }
        if (KitFolder.Here is { } kit)
        {
            return _model = kit.Model(KitFolder.Dense);
        }
        TrainingResult result = Train(run, TrainingOptions.Published);
        _model = result.Model;
        DecisionForest forest = _model.Forest;
        run.Add(new Quantity(
            "train", $"{result.Model.Images!.Count} images, {result.Run.Pixels} labelled pixels", result.Run.Seconds, "s",
            $"{forest.Trees.Length} trees, {forest.Splits} splits, {(double)forest.Splits / forest.Trees.Length:F1} a tree; samples/ni"));
        return _model;
    }

    /// <summary>Trains on the scribbles of the Ni images in the sample, or of the first ones.</summary>
    public static TrainingResult Train(PerfRun run, TrainingOptions training, DeepOptions? deep = null, int most = int.MaxValue)
    {
        var images = new List<TrainingImage>();
        try
        {
            foreach ((string image, string labels) in PerfImages.Training.Take(most))
            {
                images.Add(new TrainingImage(ImageFile.Open(image), ImageFile.OpenLabels(labels)));
            }
            return Segmenter.Train(
                images, training: training, deep: deep,
                options: new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads });
        }
        finally
        {
            images.ForEach(image =>
            {
                image.Image.Dispose();
                image.Labels.Dispose();
            });
        }
    }
}
