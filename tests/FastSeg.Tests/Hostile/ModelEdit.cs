using System.IO.Compression;
using System.Text;

namespace FastSeg.Tests.Hostile;

/// <summary>Model files with other entries than a model has.</summary>
internal static class ModelEdit
{
    /// <summary>The bytes of a model with some of its entries replaced, compressed anew.</summary>
    public static byte[] With(byte[] model, params (string Name, byte[] Bytes)[] entries) =>
        With(model, CompressionLevel.SmallestSize, entries);

    /// <summary>The same without compression, for what would be refused because it compresses too well.</summary>
    public static byte[] Stored(byte[] model, params (string Name, byte[] Bytes)[] entries) =>
        With(model, CompressionLevel.NoCompression, entries);

    private static byte[] With(byte[] model, CompressionLevel level, (string Name, byte[] Bytes)[] entries)
    {
        using var edited = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(model)))
        using (var to = new ZipArchive(edited, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in from.Entries)
            {
                byte[]? other = entries.FirstOrDefault(given => given.Name == entry.FullName).Bytes;
                using Stream stream = to.CreateEntry(entry.FullName, level).Open();
                stream.Write(other ?? Entry(model, entry.FullName));
            }
        }
        return edited.ToArray();
    }

    /// <summary>The bytes of one entry.</summary>
    public static byte[] Entry(byte[] model, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(model));
        using Stream stream = zip.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The text of model.json.</summary>
    public static string Description(byte[] model) => Encoding.UTF8.GetString(Entry(model, "model.json"));

    /// <summary>The model with another model.json.</summary>
    public static byte[] WithDescription(byte[] model, string json) => With(model, ("model.json", Encoding.UTF8.GetBytes(json)));
}
