namespace FastSeg.Images.Zarr;

/// <summary>Says which images there are in a store that is no image itself.</summary>
internal static class ZarrContents
{
    /// <summary>Images that a sentence lists.</summary>
    private const int MostListed = 12;

    /// <summary>The failure of opening a store of several images.</summary>
    /// <param name="store">The store.</param>
    /// <param name="attributes">Its attributes.</param>
    public static FastSegException Refusal(ZarrStore store, ZarrJson attributes)
    {
        if (attributes.Find("plate") is { } plate)
        {
            return Listed(store, "is a plate", OfPlate(store, plate));
        }
        if (attributes.Find("well") is { } well)
        {
            return Listed(store, "is a well of a plate", [.. Paths(well.Find("images")).Take(MostListed + 1)]);
        }
        if (attributes.Find("labels") is { } labels)
        {
            IEnumerable<string> names = labels.List().Where(name => name.IsText).Select(name => name.Text());
            return Listed(store, "is a group of label images", [.. names.Take(MostListed + 1)]);
        }
        IReadOnlyList<string> numbered = store.Numbered();
        return attributes.Find("bioformats2raw.layout") is not null || numbered.Count > 0
            ? Listed(store, "holds several images (layout of bioformats2raw)", numbered)
            : attributes.Bad("has no multiscales, so it is no image of OME-Zarr");
    }

    private static FastSegException Listed(ZarrStore store, string what, IReadOnlyList<string> images)
    {
        if (images.Count == 0)
        {
            return store.Bad("", $"{what} without an image");
        }
        string list = string.Join(", ", images.Take(MostListed).Select(store.NameOf));
        return new FastSegException($"{store.Name} {what}; give one of them: {list}{(images.Count > MostListed ? ", .." : "")}.");
    }

    /// <summary>The images of a plate's first wells, in the order of the wells: of no more than a sentence lists.</summary>
    private static List<string> OfPlate(ZarrStore store, ZarrJson plate)
    {
        var images = new List<string>();
        foreach (string path in Paths(plate.Find("wells")).Distinct().Take(MostListed + 1))
        {
            if (images.Count > MostListed || path.Split('/').Any(part => part is "" or "." or ".."))
            {
                break;
            }
            string attributes = ZarrStore.Join(path, ".zattrs"), group = ZarrStore.Join(path, ArrayMetadata.FileOfVersion3);
            ZarrJson? well = store.Has(attributes) ? store.Json(attributes)
                : store.Has(group) ? store.Json(group).Find("attributes")?.Find("ome") : null;
            images.AddRange(Paths(well?.Find("well")?.Find("images")).Select(image => ZarrStore.Join(path, image)));
        }
        return images;
    }

    private static IEnumerable<string> Paths(ZarrJson? list) => (list?.List() ?? [])
        .Select(entry => entry.Find("path")).OfType<ZarrJson>().Where(path => path.IsText).Select(path => path.Text());
}
