using System.Text.Json;
using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Resuming;

/// <summary>Which run made a store that is whole, as its metadata says.</summary>
internal static class MadeBy
{
    /// <summary>In what the run of a store differs from another; null where it is the same.</summary>
    /// <param name="path">The store.</param>
    /// <param name="run">The run that would make it now.</param>
    /// <exception cref="FastSegException">The metadata is damaged.</exception>
    public static string? Difference(string path, RunIdentity run)
    {
        var store = new ZarrStore(path, path);
        ZarrJson? attributes = store.Has(".zattrs") ? store.Json(".zattrs")
            : store.Has(ArrayMetadata.FileOfVersion3) ? store.Json(ArrayMetadata.FileOfVersion3).Find("attributes") : null;
        if (attributes?.Find(MetadataWriter.RunMember) is not { IsObject: true } made)
        {
            return "it does not say which run made it";
        }
        return new RunIdentity([.. made.Value.EnumerateObject().Select(one =>
            (one.Name, one.Value.ValueKind == JsonValueKind.String ? one.Value.GetString()! : ""))]).Difference(run.Recorded);
    }
}
