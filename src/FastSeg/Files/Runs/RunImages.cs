using System.Text.Json;

namespace FastSeg.Files.Runs;

/// <summary>
/// The images of a run that is done in blocks and writes them into one store, or into several beside each other. It lies in the run's
/// folder, so that all blocks number the same units, and whoever puts them together knows what there is.
/// </summary>
/// <param name="Units">Units of each image.</param>
/// <param name="Rows">Rows of pixels of each image.</param>
/// <param name="Stores">Names of the stores, that of the labels first.</param>
/// <param name="Version">The version of OME-NGFF that they are written in.</param>
internal sealed record RunImages(IReadOnlyList<long> Units, IReadOnlyList<long> Rows, IReadOnlyList<string> Stores, string Version)
{
    private const int Largest = 1 << 24;

    /// <summary>A block as it shares the units of one image.</summary>
    /// <param name="block">The block.</param>
    /// <param name="image">The image's number.</param>
    public RunBlock Of(RunBlock block, int image)
    {
        IReadOnlyList<long> sizes = block.IsAreas ? Rows : Units;
        return block with { Before = sizes.Take(image).Sum(), Total = sizes.Sum() };
    }

    /// <summary>Whether a block has nothing of an image.</summary>
    /// <param name="block">The block.</param>
    /// <param name="image">The image's number.</param>
    public bool LeavesOut(RunBlock block, int image) => Of(block, image).HasNone((block.IsAreas ? Rows : Units)[image]);

    /// <summary>Keeps it in a run's folder, or compares it with what another block has kept there.</summary>
    /// <exception cref="FastSegException">That is another one, or cannot be written.</exception>
    public void Keep(RunFolder folder)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(this);
        if (Read(folder.Hidden) is { } there)
        {
            if (!JsonSerializer.SerializeToUtf8Bytes(there).AsSpan().SequenceEqual(text))
            {
                throw new FastSegException(
                    $"{folder.Path}: {folder.Hidden} is of another run: its images have other sizes, or another order; "
                    + $"{RunFolder.AnotherRemedy}.");
            }
            return;
        }
        using var file = new PartialFile(PathOf(folder.Hidden));
        file.Save(stream => stream.Write(text));
        file.Commit();
    }

    /// <summary>Reads what a run's folder has; null where the run has one image, or no blocks.</summary>
    /// <param name="hidden">The folder.</param>
    /// <exception cref="FastSegException">It is damaged.</exception>
    public static RunImages? Read(string hidden)
    {
        string path = PathOf(hidden);
        if (FileKinds.Of(path) != FileKind.Regular)
        {
            return null;
        }
        try
        {
            byte[] text = new FileInfo(path).Length <= Largest ? File.ReadAllBytes(path) : throw new JsonException("it is too long");
            JsonText.CheckTokens(text, Largest);
            return JsonSerializer.Deserialize<RunImages>(text) is { Units: { Count: > 0 } units, Rows: { } rows, Stores: { } stores } images
                && rows.Count == units.Count && stores.Count is > 0 and <= 3 && units.Concat(rows).All(each => each > 0)
                && stores.All(name => name.Length > 0 && name == Path.GetFileName(name))
                ? images
                : throw new JsonException("its parts do not fit");
        }
        catch (Exception e) when (JsonText.IsWrong(e) || PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException($"{path} is damaged ({InputFile.OneLine(e.Message)}); {RunFolder.AnotherRemedy}.", e);
        }
    }

    private static string PathOf(string hidden) => Path.Combine(hidden, "images.json");
}
