namespace FastSeg.Perf;

/// <summary>Where this program was built: scripts, samples and results lie beside it.</summary>
internal static class Repository
{
    /// <summary>The folder that holds FastSeg.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FastSeg.sln")))
            {
                return folder.FullName;
            }
        }
        throw new FastSegException(
            $"FastSeg.sln is in no folder above {AppContext.BaseDirectory}; run perf from a clone of the repository.");
    }
}
