namespace FastSeg.Studio.Files;

/// <summary>What tells an image's content from that of an earlier or a later one under its name.</summary>
/// <param name="Exists">Whether there is an image of this name: a file, or the folder of an OME-Zarr.</param>
/// <param name="Length">Bytes of the file; of a folder, those of the metadata at its top and the number of its folders.</param>
/// <param name="Changed">
/// When it was changed last; of a folder, the latest time of that metadata and of the folders of chunks, which change when a chunk comes or
/// is replaced.
/// </param>
internal readonly record struct ImageState(bool Exists, long Length, DateTime Changed)
{
    /// <summary>Folders of chunks that are looked at: more would make every stroke wait.</summary>
    private const int MostFolders = 512;

    private static readonly string[] Metadata = [".zattrs", ".zgroup", ".zarray", "zarr.json"];

    /// <summary>Looks at what lies there now.</summary>
    public static ImageState Of(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists)
        {
            return new ImageState(true, file.Length, file.LastWriteTimeUtc);
        }
        FileInfo[] found = [.. Metadata.Select(name => new FileInfo(Path.Combine(path, name))).Where(part => part.Exists)];
        if (found.Length == 0)
        {
            return default;
        }
        DirectoryInfo[] folders = [.. Folders(path).Take(MostFolders)];
        return new ImageState(
            true, found.Sum(part => part.Length) + folders.Length,
            found.Cast<FileSystemInfo>().Concat(folders).Max(part => part.LastWriteTimeUtc));
    }

    /// <summary>All folders but those of labels, which are no part of the image.</summary>
    private static IEnumerable<DirectoryInfo> Folders(string path)
    {
        var inside = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return new DirectoryInfo(path).EnumerateDirectories().Where(folder => folder.Name != "labels" && folder.LinkTarget is null)
            .SelectMany(folder => folder.EnumerateDirectories("*", inside).Prepend(folder));
    }
}
