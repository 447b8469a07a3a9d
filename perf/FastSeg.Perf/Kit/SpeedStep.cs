using System.Globalization;
using FastSeg.Perf.Devices;

namespace FastSeg.Perf.Kit;

/// <summary>
/// How fast the device is: what it does at most, family after family beside what is counted, whole runs, single frames. The first run, in
/// which the driver assembles the kernels, is measured apart.
/// </summary>
internal static class SpeedStep
{
    private const string SimulatedNote = "rates and times: a simulation has no speed; it only went through the kernels.";

    public static void Run(StepWork work)
    {
        // A folder of its own for what the driver assembles: the first process finds nothing there, the second finds all.
        (string, string) cache = ("CUDA_CACHE_PATH", Path.Combine(work.Scratch, "first"));
        work.Waiting = 3;
        work.Worker("first", "run, nothing assembled before", cache);
        work.Waiting = 2;
        if (!work.Settings.Simulated)
        {
            work.Worker("first", "run of a later process", cache);
        }
        work.Waiting = 1;
        work.Workers("families", GpuFamilies.Parts);
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo(SimulatedNote);
        }
        else
        {
            DeviceStep.Clocks(work, "right after the kernels");
        }
        work.Waiting = 0;
        work.Worker("whole");
    }

    /// <summary>Seconds from a process's first call to its first labels, and those of the next call.</summary>
    public static void First(KitWorker worker)
    {
        Model model = KitFolder.Required.Model(KitFolder.Dense);
        int side = worker.Simulated ? 16 : 512;
        byte[] pixels = PerfImages.Mosaic(side);
        double Once()
        {
            using var image = MemoryImage.FromMemory<byte>(pixels, side, side);
            var segmenter = new Segmenter(model);
            byte[] labels = new byte[pixels.Length];
            using ImageWriter writer = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels);
            return LatencyClock.Seconds(() => segmenter.Segment(
                image, new SegmentOutputs { Labels = writer }, options: new ComputeOptions { Backend = worker.Kind }));
        }
        double first = Once();
        if (!worker.Simulated)
        {
            double second = Once();
            worker.Found.Row(
                "First runs", ["512 x 512", "first labels, s", "second labels, s"], $"first {worker.Argument}", Text(first), Text(second));
        }
    }

    /// <summary>The families of some parts, with spaces between them.</summary>
    public static void Families(KitWorker worker)
    {
        GpuModel here = GpuFamilies.Device(worker.Kind);
        worker.Found.Rate(KitPage.Copying, here.BytesPerSecond);
        worker.Found.Rate(KitPage.MultiplyAdds, here.FlopsPerSecond);
        var families = new GpuFamilies(worker.Kind, KitFolder.Required.Model(KitFolder.Dense).Forest);
        foreach (FamilyTime time in worker.Argument.Split(' ').SelectMany(families.Measure))
        {
            worker.Found.Rate(time.Name, time.Rate);
            worker.Found.Row(
                "Families", ["family", "pixels", "ms", "Gpx/s", "how"], time.Name, time.Pixels.ToString("0", CultureInfo.InvariantCulture),
                time.Seconds > 0 ? Text(1e3 * time.Seconds) : "", time.Rate > 0 ? Text(time.Rate / 1e9) : "", time.Note);
        }
    }

    /// <summary>The group "gpu" of the measurements, which writes down what it has so far after each result.</summary>
    public static void Whole(KitWorker worker)
    {
        string side = worker.Simulated ? "64" : KitFolder.Required.Recipe.MosaicSide.ToString(CultureInfo.InvariantCulture);
        PerfOptions options = PerfOptions.Parse(["--only", "gpu", "--size", side, .. worker.Simulated ? (string[])["--simulated"] : []]);
        PerfRun run = null!;
        run = new PerfRun(options, new Bounds(0, 0)) { Added = () => Keep(run, worker.Found) };
        GpuBench.Whole(run);
        if (worker.Simulated)
        {
            GpuBench.Rehearse(new PerfRun(options, new Bounds(0, 0)));
        }
    }

    private static void Keep(PerfRun run, Findings found)
    {
        found.Tables.Clear();
        found.Tables.AddRange(
            Tables.All(run).Where(table => table.Rows.Count > 0)
                .Select(table => new FindingTable(table.Name, table.Titles, [.. table.Rows])));
        found.Save();
    }

    private static string Text(double value) => value.ToString(value < 10 ? "0.000" : "0.0", CultureInfo.InvariantCulture);
}
