namespace FastSeg.Perf;

/// <summary>
/// Times what a person waits for while drawing: new labels, a new model, a new segmentation of what is on the screen. The process has the
/// image in memory and has run the loop before, but nothing is kept from one pass to the next: the features are computed again.
/// </summary>
internal static class LoopBench
{
    private const int View = 1024;

    /// <summary>Most that is wanted of the whole loop.</summary>
    private const double WantedSeconds = 0.7;

    public static void Run(PerfRun run)
    {
        if ((PerfImages.Example("0_large.png"), PerfImages.Example("0_labels.tif")) is not ({ } large, { } strokes))
        {
            PerfRun.Note($"loop: left out, it needs examples/0_large.png and 0_labels.tif of the large data set");
            return;
        }
        (byte[] pixels, long width, long height) = Load(ImageFile.Open(large));
        (byte[] drawn, long drawnWidth, _) = Load(ImageFile.OpenLabels(strokes));
        byte[] labels = Spread(drawn, drawnWidth, width, height);
        using var image = MemoryImage.FromMemory<byte>(pixels, width, height);
        RunResult? trained = null, segmented = null;
        double seconds = run.Best(() =>
        {
            (RunResult train, RunResult segment) = Once(run, image, labels);
            if (trained is null || train.Seconds + segment.Seconds < trained.Seconds + segmented!.Seconds)
            {
                (trained, segmented) = (train, segment);
            }
        });
        string name = $"relabel, train, segment {View} x {View} of {width} x {height}";
        run.Add(new Quantity("loop", name, seconds, "s", $"{trained!.Pixels} labelled pixels") { Goal = Goal.AtMost(WantedSeconds) });
        AddStages(run, "train", trained);
        AddStages(run, "segment", segmented!);
    }

    private static (RunResult Trained, RunResult Segmented) Once(PerfRun run, MemoryImage image, byte[] labels)
    {
        // One pixel's label is drawn or taken back, so that every pass trains on labels that differ from those of the pass before.
        int stroke = Array.FindIndex(labels, value => value != 0);
        labels[stroke + 1] = (byte)(labels[stroke + 1] == 0 ? labels[stroke] : 0);
        var options = new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads };
        using var drawn = MemoryImage.FromMemory<byte>(labels, image.Info.Width, image.Info.Height, name: "labels");
        TrainingResult trained = Segmenter.Train([new TrainingImage(image, drawn)], options: options);
        var segmenter = new Segmenter(trained.Model);
        long x = (image.Info.Width - View) / 2, y = (image.Info.Height - View) / 2;
        var view = new SegmentOptions { Region = new Region(x, y, View, View) };
        using var result = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info, view), new byte[View * View]);
        return (trained.Run, segmenter.Segment(image, new SegmentOutputs { Labels = result }, view, options));
    }

    private static void AddStages(PerfRun run, string part, RunResult result)
    {
        IEnumerable<string> stages = result.Stages.Select(stage => FormattableString.Invariant($"{stage.Name} {stage.Seconds:F3}"));
        run.Add(new Quantity("loop", $"  {part}", result.Seconds, "s", string.Join(", ", stages)));
    }

    /// <summary>
    /// The large image is the small one with every pixel repeated; each label goes to the middle of its pixel's repetitions.
    /// </summary>
    private static byte[] Spread(byte[] drawn, long drawnWidth, long width, long height)
    {
        long times = width / drawnWidth;
        byte[] labels = new byte[width * height];
        for (long i = 0; i < drawn.Length; i++)
        {
            (long y, long x) = Math.DivRem(i, drawnWidth);
            labels[((((y * times) + (times / 2)) * width) + (x * times)) + (times / 2)] = drawn[i];
        }
        return labels;
    }

    private static (byte[] Samples, long Width, long Height) Load(ImageReader image)
    {
        using (image)
        {
            byte[] samples = new byte[image.Info.Bounds.Pixels * image.Info.PixelBytes];
            image.Read(image.Info.Bounds, samples);
            return (samples, image.Info.Width, image.Info.Height);
        }
    }
}
