using System.Diagnostics;
using System.Globalization;

namespace FastSeg.Perf.Memory;

/// <summary>Processes that are killed at random moments and gone on with: TIFF and OME-Zarr, classical and deep.</summary>
internal static class KillBench
{
    /// <summary>Pixels along a side, and along that of a chunk: a hundred chunks, and 25 tiles of a TIFF.</summary>
    private const int Side = 1280, Chunk = 128;

    /// <summary>The same where a transformer looks at the image, some seconds a megapixel: a hundred chunks, and nine tiles.</summary>
    private const int DeepSide = 600, DeepChunk = 64;

    /// <summary>Trees of the deep model, whose labels nobody looks at.</summary>
    private const string DeepRounds = "20";

    public static void Run(PerfRun run)
    {
        if (run.Options.Kills == 0)
        {
            PerfRun.Note($"left out as wanted: kills");
            return;
        }
        using var folder = new ScratchFolder();
        string classical = folder.File("classical.fastseg"), deep = folder.File("deep.fastseg");
        string image = folder.File("image.tif"), small = folder.File("small.tif");
        DenseModel.Get(run).Save(classical);
        DeepMemoryBench.Train(run, folder, deep, "--rounds", DeepRounds, "--no-score");
        PerfImages.SaveMosaic(image, Side);
        PerfImages.SaveMosaic(small, DeepSide);
        foreach (string name in (string[])["labels.tif", "labels.ome.zarr"])
        {
            Kill(run, folder, $"classical {name}", name, Chunk, [classical, image]);
            Kill(run, folder, $"deep {name}", name, DeepChunk, [deep, small, "--deep", BackboneBench.Folder]);
        }
    }

    private static void Kill(PerfRun run, ScratchFolder folder, string title, string name, int chunk, string[] what)
    {
        long start = Stopwatch.GetTimestamp();
        string scratch = Directory.CreateDirectory(folder.File(title)).FullName;
        var runs = new KilledRuns(
            arguments => Process.Start(new ProcessStartInfo(OwnProcess.Program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!,
            scratch)
        {
            Chunk = chunk,
        };
        runs.Run(name, run.Options.Kills, what);
        runs.Failures.ForEach(failure => PerfRun.Note($"{title}: {failure}"));
        run.Add(new Quantity(
            "large", $"kills of segment, {title}, not gone on with to the same bytes", runs.Failures.Count, $"of {run.Options.Kills}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{runs.InTheMiddle} while results were written; {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"))
        {
            Goal = Goal.AtMost(0),
        });
    }
}
