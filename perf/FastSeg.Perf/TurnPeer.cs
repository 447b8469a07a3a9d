using System.Diagnostics;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>A script of perf/peers that waits between its runs, so that ours and its own take turns.</summary>
internal sealed class TurnPeer : IDisposable
{
    private readonly Process _process;

    private TurnPeer(Process process, JsonElement first) => (_process, First) = (process, first);

    /// <summary>What the script said before its first run.</summary>
    public JsonElement First { get; }

    /// <summary>Starts a script and waits until it has warmed up; null, with a note, where Python or a package is not here.</summary>
    /// <param name="run">Gets the versions.</param>
    /// <param name="name">What is compared with, for the note.</param>
    /// <param name="script">Name of the script.</param>
    /// <param name="arguments">Its arguments.</param>
    public static TurnPeer? Start(PerfRun run, string name, string script, params string[] arguments)
    {
        if (!File.Exists(Python.Interpreter))
        {
            PerfRun.Note($"{name}: not here, there is no {Python.Interpreter}");
            return null;
        }
        ProcessStartInfo start = Python.Script(script, arguments);
        start.RedirectStandardInput = true;
        Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (process.StandardOutput.ReadLine() is not { } line)
        {
            process.WaitForExit();
            PerfRun.Note($"{name}: not here, {errors.Result.Trim().Split('\n')[^1]}");
            process.Dispose();
            return null;
        }
        JsonElement first = JsonDocument.Parse(line).RootElement;
        Python.Keep(run, first);
        return new TurnPeer(process, first);
    }

    /// <summary>Seconds of one run, as the script takes them.</summary>
    /// <exception cref="FastSegException">The script has ended.</exception>
    public double Run()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine()
            ?? throw new FastSegException($"{string.Join(' ', _process.StartInfo.ArgumentList)} ended before its time.");
        return JsonDocument.Parse(line).RootElement.GetProperty("seconds").GetDouble();
    }

    /// <summary>Ends the script.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
