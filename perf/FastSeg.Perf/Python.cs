using System.Diagnostics;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>Runs a script of perf/peers with the system's Python, which sees Debian's packages.</summary>
internal static class Python
{
    /// <summary>The system's Python.</summary>
    public const string Interpreter = "/usr/bin/python3";

    /// <summary>The JSON object the script prints, or null with a note of what was missing.</summary>
    public static JsonElement? Run(PerfRun run, string script, params string[] arguments)
    {
        if (!File.Exists(Interpreter))
        {
            PerfRun.Note($"{script}: left out, there is no {Interpreter}");
            return null;
        }
        using Process process = Process.Start(Script(script, arguments))!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string reason = errors.Result.Trim().Split('\n')[^1];
            PerfRun.Note($"{script}: left out, {reason}");
            return null;
        }
        JsonElement result = JsonDocument.Parse(output).RootElement;
        Keep(run, result);
        return result;
    }

    /// <summary>How a script is started.</summary>
    public static ProcessStartInfo Script(string script, IEnumerable<string> arguments) => new(
        Interpreter, [Path.Combine(Repository.Root, "perf", "peers", script), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>Keeps the versions that a script says.</summary>
    public static void Keep(PerfRun run, JsonElement result)
    {
        foreach (JsonProperty version in result.GetProperty("versions").EnumerateObject())
        {
            run.PeerVersions[version.Name] = version.Value.GetString()!;
        }
    }
}
