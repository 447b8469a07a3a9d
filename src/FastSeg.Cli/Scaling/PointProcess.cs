using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Trainer;

namespace FastSeg.Cli.Scaling;

/// <summary>A process of its own that measures one size. However it ends, there is a point.</summary>
internal static class PointProcess
{
    /// <summary>The command of this program that measures a point.</summary>
    public const string Command = "scaling-point";

    /// <summary>A process that was ended by a signal has this plus the signal's number as its exit code.</summary>
    private const int BySignal = 128;

    private const int Kill = 9;

    /// <summary>How this program is started again with a command line.</summary>
    public static ProcessStartInfo This(IEnumerable<string> arguments)
    {
        Assembly program = typeof(PointProcess).Assembly;
        bool hosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" || Assembly.GetEntryAssembly() != program;
        string[] all = [.. hosted ? (string[])[program.Location] : [], .. arguments];
        return new ProcessStartInfo(hosted ? TrainerProgram.Dotnet() : Environment.ProcessPath!, all);
    }

    /// <summary>Starts it, waits, and returns what it measured or why it did not.</summary>
    /// <param name="start">The program and its arguments.</param>
    /// <param name="side">Columns and rows of the image.</param>
    /// <param name="say">Hears what the process says besides its result.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ScalingPoint Run(ProcessStartInfo start, int side, Action<string> say, CancellationToken cancellation)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        using Process process = Started(start);
        process.StandardInput.Close();
        using CancellationTokenRegistration stop = cancellation.Register(process.Kill);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        string[] lines = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (process.ExitCode != 0)
        {
            return new ScalingPoint(side) { Stopped = Sentence(process.ExitCode, lines) };
        }
        Array.ForEach(lines, say);
        return Parsed(output) ?? new ScalingPoint(side) { Stopped = "The process ended well and printed no result." };
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new FastSegException($"{start.FileName} cannot be started: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static string Sentence(int code, string[] lines)
    {
        const string Own = "fastseg: ";
        if (lines.LastOrDefault(line => line.StartsWith(Own, StringComparison.Ordinal)) is { } said && code < BySignal)
        {
            return said[Own.Length..];
        }
        return code switch
        {
            BySignal + Kill => "The process was killed (SIGKILL), as the system does where memory runs out.",
            > BySignal => $"The process was ended by signal {code - BySignal}.",
            _ => $"The process ended with exit code {code}{(lines.Length > 0 ? $": {ErrorText.OneLine(lines[^1])}" : "")}.",
        };
    }

    private static ScalingPoint? Parsed(string output)
    {
        try
        {
            return JsonSerializer.Deserialize<ScalingPoint>(output);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
