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

    /// <summary>"planned 109.2 MiB, 105.8 MiB at the peak".</summary>
    public string InNumbers => string.Create(
        CultureInfo.InvariantCulture, $"planned {PlannedBytes / 1048576.0:F1} MiB, {PeakBytes / 1048576.0:F1} MiB at the peak");

    /// <summary>Runs a command with the run's number of threads.</summary>
    public static OwnProcess Run(PerfRun run, ScratchFolder folder, params string[] arguments) =>
        Run(folder, run.Options.Threads, false, arguments);

    /// <summary>Runs a command.</summary>
    /// <param name="folder">Where its report goes.</param>
    /// <param name="threads">Its threads.</param>
    /// <param name="terminal">Whether it has a terminal, on which it draws a bar.</param>
    /// <param name="arguments">The command.</param>
    public static OwnProcess Run(ScratchFolder folder, int threads, bool terminal, params string[] arguments)
    {
        string report = folder.File("report.json");
        string[] all = [.. arguments, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--report", report];
        long start = Stopwatch.GetTimestamp();
        long peak = PeakOf(terminal ? OnTerminal(all) : new ProcessStartInfo(Program, all));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(report));
        bool known = document.RootElement.TryGetProperty("predictedPeakBytes", out JsonElement bytes);
        long planned = known && bytes.ValueKind == JsonValueKind.Number ? bytes.GetInt64() : 0;
        // The process behind a terminal is another one's child; what it says of itself lacks the writing of the report alone.
        long own = document.RootElement.GetProperty("peakBytes").GetInt64();
        return new OwnProcess(seconds, terminal ? own : Math.Max(peak, own), planned);
    }

    /// <summary>The program as a user starts it.</summary>
    public static string Program => Path.Combine(Repository.Root, "fastseg");

    /// <summary>`script` of util-linux gives a program a terminal.</summary>
    private static ProcessStartInfo OnTerminal(string[] arguments)
    {
        string command = string.Join(' ', arguments.Prepend(Program).Select(argument => $"'{argument}'"));
        return new ProcessStartInfo("/bin/bash", ["-c", "exec script -qec \"$0\" /dev/null </dev/null", command]);
    }

    private static long PeakOf(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
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
            string command = string.Join(' ', start.ArgumentList);
            throw new FastSegException($"fastseg {command} failed: {errors.Result.Trim()}{output.Result.Trim()}");
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
