using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>Peak memory of `segment` on a large image, in a process of its own, against what the plan said.</summary>
internal static class MemoryBench
{
    public static void Run(PerfRun run)
    {
        using var folder = new ScratchFolder();
        string model = folder.File("model.fastseg"), image = folder.File("large.tif"), report = folder.File("report.json");
        long side = run.Options.Large;
        DenseModel.Get(run).Save(model);
        PerfImages.SaveMosaic(image, side);
        long start = Stopwatch.GetTimestamp();
        long peak = PeakOf("segment", model, image, "-o", folder.File("labels.tif"), "--threads", run.Options.Threads.ToString(CultureInfo.InvariantCulture), "--report", report);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(report));
        double planned = document.RootElement.GetProperty("predictedPeakBytes").GetInt64();
        run.Add(new Measurement("memory", $"segment, {side} x {side} TIFF to TIFF, own process", seconds, side * side) { BytesPerPixel = 2, Note = "dense model, start included" });
        run.Add(new Quantity(
            "memory", $"peak of segment, {side} x {side}", peak / 1048576.0, "MiB",
            string.Create(CultureInfo.InvariantCulture, $"planned {planned / 1048576.0:F0} MiB; measured is {100 * (peak / planned - 1):+0.0;-0.0} % of it away")));
    }

    /// <summary>Runs the program as a user would and returns the most memory it ever held (VmHWM).</summary>
    private static long PeakOf(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "fastseg")) { RedirectStandardOutput = true, RedirectStandardError = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            // The launcher replaces itself by the program, whose count starts anew: the last value is the program's.
            peak = HighWater(process.Id) ?? peak;
        }
        if (process.ExitCode != 0)
        {
            throw new FastSegException($"fastseg {string.Join(' ', arguments)} failed: {errors.Result.Trim()}{output.Result.Trim()}");
        }
        return peak;
    }

    private static long? HighWater(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? null : long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
