using FastSeg.Forest;

namespace FastSeg.Perf;

/// <summary>The model that most measurements apply: trained with the defaults on the Ni images' scribbles, once a run.</summary>
internal static class DenseModel
{
    private static Model? _model;

    /// <summary>The model; the first call trains it and adds how long that took.</summary>
    public static Model Get(PerfRun run)
    {
        if (_model is not null)
        {
            return _model;
        }
        var images = new List<TrainingImage>();
        try
        {
            foreach ((string image, string labels) in PerfImages.Training)
            {
                images.Add(new TrainingImage(ImageFile.Open(image), ImageFile.OpenLabels(labels)));
            }
            TrainingResult result = Segmenter.Train(
                images, training: TrainingOptions.Published,
                options: new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads });
            _model = result.Model;
            DecisionForest forest = _model.Forest;
            run.Add(new Quantity(
                "train", $"{images.Count} images, {result.Run.Pixels} labelled pixels", result.Run.Seconds, "s",
                $"{forest.Trees.Length} trees, {forest.Splits} splits, {(double)forest.Splits / forest.Trees.Length:F1} a tree; " +
                    "samples/ni"));
            return _model;
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
