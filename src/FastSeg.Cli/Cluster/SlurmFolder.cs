using System.Text.Json;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;

namespace FastSeg.Cli.Cluster;

/// <summary>
/// The folder OUT.slurm beside an output: scripts, logs, and which jobs were submitted. It stays when the output is done, for whoever wants
/// to read the logs.
/// </summary>
/// <param name="output">OUT, as a full path.</param>
internal sealed class SlurmFolder(string output)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The folder.</summary>
    public string Path { get; } = $"{System.IO.Path.TrimEndingDirectorySeparator(output)}.slurm";

    private string JobsFile => At("jobs.json");

    /// <summary>The path of a file in it.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes scripts, those of an earlier submission aside.</summary>
    public void Write(IEnumerable<(string File, string Text)> scripts)
    {
        Folder.Make(Path);
        foreach ((string file, string text) in scripts)
        {
            WholeFile.Write(At(file), System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Keeps which jobs were submitted.</summary>
    public void Write(SlurmJobs jobs) => WholeFile.Write(JobsFile, JsonSerializer.SerializeToUtf8Bytes(jobs, Indented));

    /// <summary>The jobs that were submitted last; null where none were.</summary>
    /// <exception cref="FastSegException">The file that lists them is damaged.</exception>
    public SlurmJobs? Jobs()
    {
        try
        {
            return File.Exists(JobsFile) && JsonSerializer.Deserialize<SlurmJobs>(File.ReadAllBytes(JobsFile)) is { IsWhole: true } jobs
                ? jobs
                : File.Exists(JobsFile) ? throw Damaged("it lacks a member", null) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(ErrorText.OneLine(e.Message).TrimEnd('.'), e);
        }
    }

    /// <summary>The last line of a log that says something; null where there is none.</summary>
    public string? LastLine(string log)
    {
        const int Tail = 16 << 10;
        try
        {
            using FileStream file = File.OpenRead(At(log));
            file.Position = Math.Max(0, file.Length - Tail);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd().Split('\n', '\r').LastOrDefault(line => !string.IsNullOrWhiteSpace(line))?.Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private FastSegException Damaged(string why, Exception? cause) =>
        new($"{JobsFile} does not say which jobs were submitted ({why}); submit them again.", cause);
}
