using System.Diagnostics;
using System.Security.Cryptography;

namespace FastSeg.Perf.Memory;

/// <summary>
/// Runs of the program that are killed (SIGKILL) at random moments and gone on with: each must end with the bytes of one that nothing
/// ended.
/// </summary>
/// <param name="start">Starts the program with some arguments; both streams of the process can be read.</param>
/// <param name="scratch">An empty folder for what is written; it stays the caller's.</param>
internal sealed class KilledRuns(Func<string[], Process> start, string scratch)
{
    private const string Journal = "journal", Data = "data";

    /// <summary>Side of a chunk of an OME-Zarr.</summary>
    public int Chunk { get; init; } = 128;

    /// <summary>How many kills came while results were written.</summary>
    public int InTheMiddle { get; private set; }

    /// <summary>A sentence for each run that was not gone on with to the same bytes.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Each file of a folder with its SHA-256.</summary>
    public static string[] Hashes(string folder) =>
    [
        .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(
            file => $"{Path.GetRelativePath(folder, file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];

    /// <summary>Runs a segmentation to its end, and then again so many times with a kill in between.</summary>
    /// <param name="name">The result's name; its extension says which format.</param>
    /// <param name="times">How many kills.</param>
    /// <param name="what">Model, images and options, beside the result and <c>--resume</c>.</param>
    public void Run(string name, int times, params string[] what)
    {
        string whole = Folder("whole");
        var clock = Stopwatch.StartNew();
        long journal = 0;
        if (Finish(Command(what, whole, name), () => journal = Math.Max(journal, Length(HiddenOf(whole, name)))) is { } failure)
        {
            Failures.Add($"nothing was killed: {failure}");
            return;
        }
        double milliseconds = clock.Elapsed.TotalMilliseconds;
        string[] expected = Hashes(whole);
        var random = new Random(times);
        for (int i = 0; i < times; i++)
        {
            string folder = Folder($"{i}"), hidden = HiddenOf(folder, name);
            using (Process process = start(Command(what, folder, name)))
            {
                if (i % 2 == 0)
                {
                    // When some random part of the results is written.
                    WaitForGrowth(process, hidden, (long)(journal * random.NextDouble()));
                }
                else
                {
                    process.WaitForExit((int)(milliseconds * (0.2 + (0.8 * random.NextDouble()))));
                }
                process.Kill();
                process.WaitForExit();
            }
            InTheMiddle += Path.Exists(Path.Combine(hidden, Data)) ? 1 : 0;
            // A kill may also come when everything has its name.
            bool isDone = Path.Exists(Path.Combine(folder, name)) && !Directory.Exists(hidden);
            if (!isDone && Finish(Command(what, folder, name)) is { } sentence)
            {
                Failures.Add($"kill {i}: {sentence}");
            }
            else if (!Hashes(folder).SequenceEqual(expected))
            {
                Failures.Add($"kill {i}: other bytes");
            }
            Directory.Delete(folder, recursive: true);
        }
        Directory.Delete(whole, recursive: true);
    }

    private string[] Command(string[] what, string folder, string name) =>
        ["segment", .. what, "-o", Path.Combine(folder, name), "--chunk", $"{Chunk}", "--threads", "2", "--resume"];

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(scratch, name)).FullName;

    private static string HiddenOf(string folder, string name) => Path.Combine(folder, $".{name}.fastseg-run");

    /// <summary>Runs a command to its end. Returns what it says where it fails.</summary>
    /// <param name="command">The command.</param>
    /// <param name="look">Called again and again until then; null for nothing.</param>
    private string? Finish(string[] command, Action? look = null)
    {
        using Process process = start(command);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        while (look is not null && !process.HasExited)
        {
            look();
            Thread.Sleep(1);
        }
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{error.Result}{output.Result}".Trim();
    }

    /// <summary>Waits until the journals in a run's folder have so many bytes, or the process has ended.</summary>
    private static void WaitForGrowth(Process process, string hidden, long bytes)
    {
        while (!process.HasExited && Length(hidden) < bytes)
        {
            Thread.Sleep(1);
        }
    }

    private static long Length(string hidden)
    {
        try
        {
            return new DirectoryInfo(hidden).EnumerateFiles(Journal, SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // The folder is not there yet, or a file has just got its name.
            return 0;
        }
    }
}
