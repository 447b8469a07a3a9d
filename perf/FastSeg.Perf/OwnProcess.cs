using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>A run of the program as a user would start it.</summary>
/// <param name="Seconds">Wall time, start included.</param>
/// <param name="PeakBytes">Most memory it ever held (VmHWM).</param>
/// <param name="PlannedBytes">What its plan said; 0 where it reports none.</param>
internal sealed record OwnProcess(double Seconds, long PeakBytes, long PlannedBytes)
{
    /// <summary>"planned 109 MiB; measured is -3.1 % of it away".</summary>
    public string AgainstPlan => string.Create(
        CultureInfo.InvariantCulture,
        $"planned {PlannedBytes / 1048576.0:F0} MiB; measured is {100 * (((double)PeakBytes / PlannedBytes) - 1):+0.0;-0.0} % of it away");

    /// <summary>Runs a command with the run's number of threads.</summary>
    public static OwnProcess Run(PerfRun run, ScratchFolder folder, params string[] arguments)
    {
        string report = folder.File("report.json");
        string[] all = [.. arguments, "--threads", run.Options.Threads.ToString(CultureInfo.InvariantCulture), "--report", report];
        long start = Stopwatch.GetTimestamp();
        long peak = PeakOf(all);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(report));
        bool known = document.RootElement.TryGetProperty("predictedPeakBytes", out JsonElement bytes);
        long planned = known && bytes.ValueKind == JsonValueKind.Number ? bytes.GetInt64() : 0;
        return new OwnProcess(seconds, peak, planned);
    }

    private static long PeakOf(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "fastseg"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            // The launcher replaces itself by the program, and the peak starts anew with it: the last value read is the program's.
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
            string? line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            string? kibibytes = line?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
            return kibibytes is null ? null : long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
