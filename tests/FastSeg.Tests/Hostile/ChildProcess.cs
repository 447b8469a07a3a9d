using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Hostile;

/// <summary>The program as a process of its own, whose memory and exit code are the system's to tell.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The runtime that the tests run on.</summary>
    public static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The program beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "FastSeg.Cli.dll");

    /// <summary>Runs a command and returns what it printed, and the most bytes that were ever resident.</summary>
    public static (Outcome Outcome, long PeakBytes) Run(params string[] arguments)
    {
        using Process process = Start(Dotnet, [Program, .. arguments]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        var watch = Stopwatch.StartNew();
        long peak = 0;
        while (!process.WaitForExit(2))
        {
            peak = Math.Max(peak, HighWater(process.Id));
            Assert.That(watch.Elapsed, Is.LessThan(Patience), string.Join(' ', arguments));
        }
        return (new Outcome(process.ExitCode, output.Result, error.Result), peak);
    }

    /// <summary>Runs a script in bash, in which $0 is the runtime and $1 the program.</summary>
    public static Outcome Script(string script, params string[] arguments)
    {
        using Process process = Start("/bin/bash", ["-c", script, Dotnet, Program, .. arguments]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        Assert.That(process.WaitForExit(Patience), Is.True, script);
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts a process whose streams can be read.</summary>
    public static Process Start(string file, string[] arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static long HighWater(int process)
    {
        const string Key = "VmHWM:";
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(Key.Length).TrimEnd("kB"), CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
