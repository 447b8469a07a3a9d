using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Where the files that tests read lie.</summary>
internal static class TestData
{
    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a file of the repository, given its path from the root.</summary>
    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    /// <summary>
    /// The path of a file or folder of the large data set, which lies in the folder that FASTSEG_DATA names, or else in shared/data beside
    /// the repository. Where it is missing, the test is skipped, and counted as skipped.
    /// </summary>
    public static string Shared(params string[] path) => Found([DataFolder, .. path], path);

    /// <summary>The same for the files beside that folder on which something once went wrong.</summary>
    public static string Finding(params string[] path) => Found([DataFolder, "..", "findings", .. path], ["findings", .. path]);

    private static string DataFolder =>
        Environment.GetEnvironmentVariable("FASTSEG_DATA") ?? Path.Combine(Root, "..", "shared", "data");

    private static string Found(string[] full, string[] name)
    {
        string found = Path.GetFullPath(Path.Combine(full));
        if (!Path.Exists(found))
        {
            Assert.Ignore($"needs shared data: {string.Join('/', name)}");
        }
        return found;
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "FastSeg.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new FastSegException($"FastSeg.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
