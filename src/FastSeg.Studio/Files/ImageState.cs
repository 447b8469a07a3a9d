namespace FastSeg.Studio.Files;

/// <summary>What tells an image's content from that of an earlier or a later one under its name.</summary>
/// <param name="Exists">Whether there is an image of this name: a file, or the folder of an OME-Zarr.</param>
/// <param name="Length">Bytes of the file; of a folder, those of the metadata at its top.</param>
/// <param name="Changed">When it was changed last; of a folder, the latest time of its metadata and itself.</param>
internal readonly record struct ImageState(bool Exists, long Length, DateTime Changed)
{
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
        return found.Length == 0
            ? default
            : new ImageState(
                true, found.Sum(part => part.Length),
                found.Select(part => part.LastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(path)).Max());
    }
}
