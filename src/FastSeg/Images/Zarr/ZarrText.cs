namespace FastSeg.Images.Zarr;

/// <summary>Stores in words.</summary>
internal static class ZarrText
{
    /// <summary>Format and layout of an image.</summary>
    public static string Format(Multiscale image, ZarrPlane plane)
    {
        ZarrArray array = image.Levels[plane.Level].Array;
        string kind = image.Version.Length == 0 ? $"Zarr {array.Version} array" : $"OME-Zarr {image.Version}";
        string level = image.Levels.Count == 1 ? "" : $", level {plane.Level} of {image.Levels.Count}";
        string axes = string.Join(
            ", ", image.Axes.Select((axis, i) => (axis.Name, Length: array.Shape[i])).Where(axis => axis.Name is not ('y' or 'x'))
                .Select(axis => $"{axis.Name} {axis.Length}"));
        string shards = array.Shard is { } shard ? $" in shards of {ZarrArray.Text(shard.Shape)}" : "";
        return $"{kind}{level}{(axes.Length > 0 ? $" ({axes})" : "")}, chunks of {ZarrArray.Text(array.Chunk)}{shards}, {array.CodecText}";
    }
}
