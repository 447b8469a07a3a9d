using System.Globalization;

namespace FastSeg.Perf.Memory;

/// <summary>
/// Images of hundreds and thousands of megapixels in 1 GiB, in processes of their own: their peak against the plan, and their rate against
/// that of the same model on an image in memory.
/// </summary>
internal static class LargeBench
{
    private const string Group = "large";
    private const string Limit = "1GiB";

    /// <summary>The free space below which the row of the OME-Zarr is skipped.</summary>
    private const long ZarrBytes = 12_000_000_000;

    /// <summary>How much of the rate in memory is wanted, and how far a peak may lie from its plan.</summary>
    private const double TiffShare = 0.9, ZarrShare = 0.8, PeakShare = 0.1;

    public static void Run(PerfRun run)
    {
        if (run.Options.Large == 0)
        {
            PerfRun.Note($"left out as wanted: large images");
            return;
        }
        double memory = InMemory(run);
        using var folder = new ScratchFolder();
        string model = folder.File("model.fastseg"), image = folder.File("large.tif");
        DenseModel.Get(run).Save(model);
        PerfImages.SaveMosaic(image, run.Options.Large);
        Measure(run, folder, model, image, folder.File("labels.tif"), run.Options.Large, memory * TiffShare);
        File.Delete(image);
        long side = run.Options.Huge, free = new DriveInfo(Path.GetTempPath()).AvailableFreeSpace;
        if (side == 0)
        {
            PerfRun.Note($"left out as wanted: the OME-Zarr, since its side is {side}");
            return;
        }
        if (free < ZarrBytes)
        {
            PerfRun.Note($"skipped: the OME-Zarr needs {ZarrBytes / 1e9:F0} GB, and {Path.GetTempPath()} has {free / 1e9:F1}");
            return;
        }
        image = folder.File("large.ome.zarr");
        PerfImages.SaveMosaic(image, side);
        Measure(run, folder, model, image, folder.File("labels.ome.zarr"), side, memory * ZarrShare);
    }

    /// <summary>Pixels a second from memory to memory.</summary>
    private static double InMemory(PerfRun run)
    {
        long side = run.Options.Size;
        var segmenter = new Segmenter(DenseModel.Get(run));
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        double seconds = run.Best(() => segmenter.Segment(
            image, options: new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads }));
        run.Add(new Measurement(Group, $"segment, {side} x {side} in memory", seconds, side * side) { Note = "dense model" });
        return side * side / seconds;
    }

    private static void Measure(
        PerfRun run, ScratchFolder folder, string model, string image, string output, long side, double wanted)
    {
        string name = $"{side} x {side} {Path.GetExtension(image)[1..]} in {Limit}";
        OwnProcess own = OwnProcess.Run(run, folder, "segment", model, image, "-o", output, "--memory", Limit);
        run.Add(new Measurement(Group, $"segment, {name}, own process", own.Seconds, side * side)
        {
            BytesPerPixel = 2,
            Note = "dense model, start included",
        });
        run.Add(new Quantity(Group, $"segment, {name}, pixels a second", side * side / own.Seconds / 1e6, "Mpx/s")
        {
            Goal = Goal.AtLeast(wanted / 1e6),
        });
        double off = Math.Abs(((double)own.PeakBytes / own.PlannedBytes) - 1);
        run.Add(new Quantity(Group, $"peak of segment, {name}, away from its plan", 100 * off, "%", own.InNumbers)
        {
            Goal = Goal.AtMost(100 * PeakShare),
        });
        run.Add(new Quantity(
            Group, $"peak of segment, {name}", own.PeakBytes / 1048576.0, "MiB",
            string.Create(CultureInfo.InvariantCulture, $"the limit is {Limit}")));
    }
}
