using System.Runtime.InteropServices;
using System.Text;

namespace FastSeg.Cli.Terminal;

/// <summary>
/// Limits that whoever started the process set for it (ulimit, prlimit, a service's settings). Below some of them .NET fails in places that
/// say nothing about the cause: a part of the program "cannot be found", or a file "is damaged" because a thread could not be started.
/// </summary>
internal static unsafe partial class ProcessLimits
{
    // RLIMIT_DATA, RLIMIT_NPROC, RLIMIT_NOFILE and RLIMIT_AS of Linux.
    private const int Data = 2, Processes = 6, Files = 7, Space = 9;

    /// <summary>
    /// Files that are open at once, and some for images and results: .NET keeps its own open, about 140 for the studio, which has a server.
    /// </summary>
    public const ulong CommandFiles = 128, StudioFiles = 256;

    private const int StandardError = 2;

    /// <summary>What the system says of failures that a limit causes.</summary>
    private static readonly string[] Symptoms =
    [
        "creating thread", "temporarily unavailable", "allocate memory", "out of memory", "sufficient memory", "Too many open files",
        "Could not load file", "failed to map segment", "cannot create shared object descriptor",
    ];

    /// <summary>
    /// Whether the process may open enough files; if not, a sentence is on standard error. Nothing of .NET's console is used for it,
    /// which would need more files.
    /// </summary>
    public static bool Suffice(ulong least)
    {
        if (Limit(Files) is not { } files || files >= least)
        {
            return true;
        }
        Say($"this process may open {files} files at once, and needs {least}; raise the limit (ulimit -n 1024).");
        return false;
    }

    /// <summary>Writes a sentence to standard error without .NET's console.</summary>
    public static void Say(string sentence)
    {
        byte[] line = Encoding.UTF8.GetBytes($"fastseg: {sentence}\n");
        fixed (byte* first = line)
        {
            _ = Write(StandardError, first, (nuint)line.Length);
        }
    }

    /// <summary>Ends the process at once.</summary>
    public static void End(int code) => Exit(code);

    /// <summary>The sentence for a failure that one of the limits explains; null where none is set, or none does.</summary>
    public static string? Explain(Exception failure)
    {
        bool fits = false;
        for (Exception? e = failure; e is not null && !fits; e = e.InnerException)
        {
            fits = e is OutOfMemoryException || Symptoms.Any(words => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
        }
        string[] set =
        [
            .. Described(Data, "bytes of data", "ulimit -d"), .. Described(Space, "bytes of addresses", "ulimit -v"),
            .. Described(Processes, "threads and processes of its user", "ulimit -u"), .. Described(Files, "open files", "ulimit -n"),
        ];
        return fits && set.Length > 0 ? $"the limits of this process are too low for it: {string.Join(", ", set)}; raise them." : null;
    }

    /// <summary>A limit in words, where it is low enough to matter.</summary>
    private static string[] Described(int resource, string what, string how)
    {
        ulong usual = resource switch { Files => 1024, Processes => 1024, _ => 4UL << 30 };
        return Limit(resource) is { } limit && limit < usual ? [$"{limit} {what} ({how})"] : [];
    }

    /// <summary>The current limit of a resource; null where there is none, or the system does not say.</summary>
    private static ulong? Limit(int resource)
    {
        // struct rlimit: the current limit and the largest that it may be raised to.
        ulong* limits = stackalloc ulong[2];
        return GetLimit(resource, limits) == 0 && limits[0] != ulong.MaxValue ? limits[0] : null;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte* bytes, nuint count);
}
