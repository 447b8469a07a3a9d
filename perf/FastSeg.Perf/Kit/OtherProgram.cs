using System.Diagnostics;
using System.Text;

namespace FastSeg.Perf.Kit;

/// <summary>How a program ended.</summary>
/// <param name="Code">Its exit code; null where it was stopped at its limit.</param>
/// <param name="Output">What it printed, both streams of it, also where it was stopped.</param>
internal sealed record Ended(int? Code, string Output)
{
    /// <summary>The last line that says something.</summary>
    public string LastLine =>
        Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}

/// <summary>Finds and runs other programs, each with a limit.</summary>
internal static class OtherProgram
{
    /// <summary>Most characters that are kept of what a program prints.</summary>
    private const int MostText = 1 << 20;

    /// <summary>How long a killed program is waited for. One that hangs in the driver is left behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly string[] MorePlaces =
    [
        "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/nvidia/bin", "/usr/local/cuda/bin", "/usr/local/cuda/nsight-compute",
        "/opt/nvidia", "/usr/lib/wsl/lib", "/opt/conda/bin",
    ];

    /// <summary>
    /// Where programs of a name lie: in the folders of a path, and then where NVIDIA's and others' installers put them.
    /// </summary>
    public static IEnumerable<string> Find(string name, string path)
    {
        IEnumerable<string> toolkits = Folders("/usr/local", "cuda*").Select(folder => Path.Combine(folder, "bin"));
        IEnumerable<string> pythons = Folders("/opt", "*").SelectMany(
            folder => (string[])[Path.Combine(folder, "bin"), Path.Combine(folder, ".venv", "bin")]);
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(MorePlaces).Concat(toolkits).Concat(Folders("/opt/nvidia/nsight-compute", "*")).Concat(pythons)
            .Select(folder => Path.Combine(folder, name))
            .Where(File.Exists)
            .Distinct();
    }

    /// <summary>Runs a program to its end or to its limit, when it is killed with all that it started.</summary>
    public static Ended Run(string program, IEnumerable<string> arguments, TimeSpan limit, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }
        var text = new StringBuilder();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (text)
            {
                if (line.Data is not null && text.Length < MostText)
                {
                    text.Append(line.Data).Append('\n');
                }
            }
        }
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        int? code = WaitOrKill(process, limit);
        lock (text)
        {
            return new Ended(code, text.ToString());
        }
    }

    private static int? WaitOrKill(Process process, TimeSpan limit)
    {
        if (process.WaitForExit(limit))
        {
            // What it printed last may still be on its way; what it left running may hold the pipes open.
            process.WaitForExitAsync().Wait(Patience);
            return process.ExitCode;
        }
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is AggregateException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // One that ended meanwhile, or that may not be killed, is left behind.
        }
        process.WaitForExit(Patience);
        return null;
    }

    private static string[] Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? [.. Directory.GetDirectories(parent, pattern).OrderDescending(StringComparer.Ordinal)] : [];
}
