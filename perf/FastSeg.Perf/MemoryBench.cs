namespace FastSeg.Perf;

/// <summary>Peak memory of `segment` on a large image, in a process of its own, against what the plan said.</summary>
internal static class MemoryBench
{
    public static void Run(PerfRun run)
    {
        long side = run.Options.Large;
        if (side == 0)
        {
            PerfRun.Note($"left out as wanted: a large image");
            return;
        }
        using var folder = new ScratchFolder();
        string model = folder.File("model.fastseg"), image = folder.File("large.tif");
        DenseModel.Get(run).Save(model);
        PerfImages.SaveMosaic(image, side);
        OwnProcess own = OwnProcess.Run(run, folder, "segment", model, image, "-o", folder.File("labels.tif"));
        run.Add(new Measurement("memory", $"segment, {side} x {side} TIFF to TIFF, own process", own.Seconds, side * side)
        {
            BytesPerPixel = 2,
            Note = "dense model, start included",
        });
        run.Add(new Quantity("memory", $"peak of segment, {side} x {side}", own.PeakBytes / 1048576.0, "MiB", own.AgainstPlan));
    }
}
