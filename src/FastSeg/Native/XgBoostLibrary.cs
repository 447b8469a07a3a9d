using System.Reflection;
using System.Runtime.InteropServices;
using FastSeg.Common;

namespace FastSeg.Native;

/// <summary>
/// Finds libxgboost. It is looked for in this order: the environment variable FASTSEG_XGBOOST (a file or its folder), a folder "native"
/// beside or above the program, the system's libraries, an installed Python package xgboost.
/// </summary>
internal static partial class XgBoostLibrary
{
    /// <summary>The library's name in the imports.</summary>
    public const string Name = "xgboost";

    private const string Variable = "FASTSEG_XGBOOST";

    private static readonly Lazy<(nint Handle, string Path)> Loaded = new(() => Load(Environment.GetEnvironmentVariable(Variable)));

    /// <summary>What of the environment was overruled, as a sentence; null where nothing was, or nothing is loaded yet.</summary>
    public static string? Note { get; private set; }

    /// <summary>The file that was loaded, or the name under which the system found it.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    public static string Path => Loaded.Value.Path;

    /// <summary>Resolves the imports' name; other names are left to the runtime.</summary>
    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == Name ? Loaded.Value.Handle : 0;

    /// <summary>Loads the first library of the search order.</summary>
    /// <param name="named">The value of FASTSEG_XGBOOST; null or empty where it is not set.</param>
    internal static (nint Handle, string Path) Load(string? named)
    {
        LetIdleThreadsSleep();
        Note = OverruleThreads();
        if (!string.IsNullOrEmpty(named))
        {
            // The library that the user named is used or refused: another version in its place would train another model.
            return FirstLoadable(InFolderOrFile(named))
                ?? throw new FastSegException(
                    $"{Variable} is \"{named}\", where no libxgboost could be loaded; name the file libxgboost.so or its folder.");
        }
        string[] own = [.. OwnFolders()];
        return FirstLoadable([.. own.SelectMany(InFolderOrFile), "libxgboost.so.0", "libxgboost.so", .. PythonPackages()])
            ?? throw new FastSegException(
                $"libxgboost was not found: {Variable} is not set, " +
                $"and it is neither in a folder \"native\" above {ProgramFolder.FullName}, " +
                "nor among the system's libraries (libxgboost.so.0, libxgboost.so), nor in an installed Python package xgboost; " +
                "install Debian's package libxgboost0 or Python's xgboost.");
    }

    /// <summary>
    /// Lets OpenMP's idle threads sleep. XGBoost's threads wait for each other some thousand times a round, and OpenMP's wait by spinning
    /// unless told otherwise: on a machine that was busy with something else, training on the demo's 8,000 pixels took 31 s spinning and
    /// 2.4 s sleeping. They spin for a moment before that, 5000 times instead of GNU's usual 300000: on a quiet machine that is as fast,
    /// and a sixth faster than sleeping at once where a few thousand pixels are trained on. OpenMP reads the variables once, when it is
    /// loaded. What the user has set is kept.
    /// </summary>
    private static void LetIdleThreadsSleep()
    {
        NativeEnvironment.Suggest("OMP_WAIT_POLICY", "passive");
        NativeEnvironment.Suggest("GOMP_SPINCOUNT", "5000");
    }

    /// <summary>
    /// Takes away what would give libxgboost fewer threads than it asks for: it lays out memory for the number that it asked for, and reads
    /// past what fewer threads filled in (OMP_DYNAMIC=true and OMP_MAX_ACTIVE_LEVELS=0 end the process). A stack that is larger than memory
    /// ends it, too. The number of threads belongs to the result, so none of these could be kept anyway.
    /// </summary>
    private static string? OverruleThreads()
    {
        string[] set =
        [
            .. ((string[])["OMP_DYNAMIC", "OMP_MAX_ACTIVE_LEVELS", "OMP_NESTED", "OMP_THREAD_LIMIT", "OMP_STACKSIZE", "GOMP_STACKSIZE"])
                .Where(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && !IsHarmless(name, value)),
        ];
        foreach (string name in set)
        {
            NativeEnvironment.Remove(name);
        }
        return set.Length == 0 ? null
            : $"{string.Join(", ", set)} in the environment {(set.Length == 1 ? "is" : "are")} not heeded: "
                + "libxgboost needs the threads that it asks for.";
    }

    private static bool IsHarmless(string name, string value) =>
        name is "OMP_DYNAMIC" or "OMP_NESTED" && value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first of some libraries that the system loads.</summary>
    private static (nint, string)? FirstLoadable(IEnumerable<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle))
            {
                return (handle, candidate);
            }
        }
        return null;
    }

    private static IEnumerable<string> InFolderOrFile(string path) =>
        Directory.Exists(path) ? Sorted(path, "libxgboost.so*", file: true)
        : File.Exists(path) ? [System.IO.Path.GetFullPath(path)]
        : [];

    /// <summary>The folders "native" beside and above the program.</summary>
    private static IEnumerable<string> OwnFolders()
    {
        for (DirectoryInfo? folder = new(ProgramFolder.FullName); folder is not null; folder = folder.Parent)
        {
            yield return System.IO.Path.Combine(folder.FullName, "native");
        }
    }

    /// <summary>The libraries of installed Python packages, those of an active environment first.</summary>
    private static IEnumerable<string> PythonPackages()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] prefixes =
        [
            Environment.GetEnvironmentVariable("VIRTUAL_ENV"), Environment.GetEnvironmentVariable("CONDA_PREFIX"),
            System.IO.Path.Combine(home, ".local"), "/usr/local", "/usr", "/opt/conda",
        ];
        return from prefix in prefixes
               where !string.IsNullOrEmpty(prefix)
               from python in Sorted(System.IO.Path.Combine(prefix, "lib"), "python3*", file: false)
               from packages in (string[])["site-packages", "dist-packages"]
               let file = System.IO.Path.Combine(python, packages, "xgboost", "lib", "libxgboost.so")
               where File.Exists(file)
               select file;
    }

    /// <summary>What matches in a folder, in an order that does not depend on the file system.</summary>
    private static string[] Sorted(string folder, string pattern, bool file)
    {
        try
        {
            string[] found = !Directory.Exists(folder) ? []
                : file ? Directory.GetFiles(folder, pattern)
                : Directory.GetDirectories(folder, pattern);
            System.Array.Sort(found, StringComparer.Ordinal);
            return found;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return [];
        }
    }
}
