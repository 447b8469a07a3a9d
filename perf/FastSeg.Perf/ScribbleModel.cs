namespace FastSeg.Perf;

/// <summary>A model of a few hundred labelled pixels, trained as the paper does, once a run.</summary>
internal static class ScribbleModel
{
    private const int StrokePixels = 450;

    private static Model? _model;

    /// <summary>An image and the labels drawn on it: of the large data set, or else of the sample.</summary>
    public static (string Image, string Labels) Drawn =>
        (PerfImages.Example("0.tif"), PerfImages.Example("0_labels.tif")) is ({ } image, { } strokes)
            ? (image, strokes)
            : PerfImages.Training[0];

    /// <summary>The model; the first call trains it and adds how long that took.</summary>
    public static Model Get(PerfRun run)
    {
        if (_model is not null)
        {
            return _model;
        }
        using ImageReader image = ImageFile.Open(Drawn.Image), all = ImageFile.OpenLabels(Drawn.Labels);
        (byte[] few, int count) = Few(all);
        using var drawn = MemoryImage.FromMemory<byte>(few, all.Info.Width, all.Info.Height, name: "strokes");
        TrainingResult result = Segmenter.Train(
            [new TrainingImage(image, drawn)], training: TrainingOptions.Published,
            options: new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads });
        run.Add(new Quantity("train", $"strokes, {count} labelled pixels", result.Run.Seconds, "s", Path.GetFileName(Drawn.Labels)));
        return _model = result.Model;
    }

    /// <summary>A few labelled pixels, evenly taken from a label image.</summary>
    private static (byte[] Labels, int Count) Few(ImageReader all)
    {
        byte[] labels = new byte[all.Info.Bounds.Pixels];
        all.Read(all.Info.Bounds, labels);
        int[] labelled = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != 0)];
        byte[] few = new byte[labels.Length];
        int count = Math.Min(StrokePixels, labelled.Length);
        for (int i = 0; i < count; i++)
        {
            int at = labelled[(int)((long)i * labelled.Length / count)];
            few[at] = labels[at];
        }
        return (few, count);
    }
}
