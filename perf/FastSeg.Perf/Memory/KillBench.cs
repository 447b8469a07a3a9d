using System.Diagnostics;

namespace FastSeg.Perf.Memory;

/// <summary>Processes that are killed at random moments and gone on with: TIFF and OME-Zarr, classical and deep.</summary>
internal static class KillBench
{
    /// <summary>Pixels along a side: a hundred chunks of 128 x 128.</summary>
    private const long Side = 1280;

    public static void Run(PerfRun run)
    {
        if (run.Options.Kills == 0)
        {
            PerfRun.Note($"left out as wanted: kills");
            return;
        }
        using var folder = new ScratchFolder();
        string classical = folder.File("classical.fastseg"), deep = folder.File("deep.fastseg"), image = folder.File("image.tif");
        DenseModel.Get(run).Save(classical);
        DeepMemoryBench.Train(run, folder, deep);
        PerfImages.SaveMosaic(image, Side);
        foreach (string name in (string[])["labels.tif", "labels.ome.zarr"])
        {
            Kill(run, folder, $"classical {name}", name, [classical, image]);
            Kill(run, folder, $"deep {name}", name, [deep, image, "--deep", BackboneBench.Folder]);
        }
    }

    private static void Kill(PerfRun run, ScratchFolder folder, string title, string name, string[] what)
    {
        string scratch = Directory.CreateDirectory(folder.File(title)).FullName;
        var runs = new KilledRuns(
            arguments => Process.Start(new ProcessStartInfo(OwnProcess.Program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!,
            scratch);
        runs.Run(name, run.Options.Kills, what);
        runs.Failures.ForEach(failure => PerfRun.Note($"{title}: {failure}"));
        run.Add(new Quantity(
            "large", $"kills of segment, {title}, not gone on with to the same bytes", runs.Failures.Count, $"of {run.Options.Kills}",
            $"{runs.InTheMiddle} while results were written")
        {
            Goal = Goal.AtMost(0),
        });
    }
}
