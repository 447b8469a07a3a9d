using System.ComponentModel;
using System.Diagnostics;
using FastSeg.Cli.Errors;

namespace FastSeg.Cli.Cluster;

/// <summary>SLURM's own programs.</summary>
internal static class SlurmTool
{
    /// <summary>A program that does not answer for so long has a controller that is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Submits a script and returns the job's number.</summary>
    /// <param name="folder">The folder that the script lies in, and where its logs go.</param>
    /// <param name="script">The script's name.</param>
    /// <param name="after">What it waits for, as SLURM writes it; null for nothing.</param>
    /// <exception cref="FastSegException">SLURM did not take it.</exception>
    public static string Submit(string folder, string script, string? after)
    {
        string[] waits = after is null ? [] : [$"--dependency={after}", "--kill-on-invalid-dep=yes"];
        string answer = Run(folder, "sbatch", ["--parsable", .. waits, script]);
        // Where there are several clusters, the cluster's name stands behind a semicolon.
        string job = answer.Trim().Split(';')[0];
        return job.Length > 0 && job.All(char.IsAsciiDigit)
            ? job
            : throw new FastSegException($"sbatch answered \"{ErrorText.OneLine(answer)}\" instead of a job's number for {script}.");
    }

    /// <summary>Takes jobs back; says nothing where they are gone already.</summary>
    public static void Cancel(string folder, IEnumerable<string> jobs)
    {
        try
        {
            Run(folder, "scancel", [.. jobs]);
        }
        catch (FastSegException)
        {
            // What failed before this is what the user must hear of.
        }
    }

    /// <summary>The state of each task of jobs that SLURM still knows as waiting or running, by its number, such as 12_3 or 13.</summary>
    /// <exception cref="FastSegException">SLURM does not answer.</exception>
    public static IReadOnlyDictionary<string, string> States(IReadOnlyCollection<string> jobs)
    {
        string answer = Run(Environment.CurrentDirectory, "squeue", ["--noheader", "--array", "--format=%F|%K|%T"]);
        var states = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('|', StringSplitOptions.TrimEntries) is [string job, string task, string state] && jobs.Contains(job))
            {
                states[task == "N/A" ? job : $"{job}_{task}"] = state;
            }
        }
        return states;
    }

    private static string Run(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Started(start);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new FastSegException($"{program} did not answer for {Patience.TotalMinutes:F0} minutes; see whether SLURM runs.");
        }
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Result
            : throw new FastSegException($"{program} failed: {Reason(error.Result, process.ExitCode)}.");
    }

    private static string Reason(string error, int code)
    {
        string text = ErrorText.OneLine(error).TrimEnd('.');
        return text.Length > 0 ? text : FormattableString.Invariant($"it says nothing, and its exit code is {code}");
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new FastSegException(
                $"{start.FileName} cannot be started ({ErrorText.OneLine(e.Message).TrimEnd('.')}); " +
                "run this where SLURM's programs are, such as on a login node.", e);
        }
    }
}
