using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using FastSeg.Studio.Files;
using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>
/// Labels of pages as they were right after an operation, so that a project opens without all operations being done again. A file
/// belongs to the operation's record, and is right whenever that operation is in the line: what lies below it there never changes. Any of
/// the files may be missing or damaged; then more is done again.
/// </summary>
/// <param name="folder">Where the files lie.</param>
internal sealed class Snapshots(string folder)
{
    /// <summary>Largest content that is written; a page of more is made again from its operations.</summary>
    private const int MostBytes = 256 << 20;

    private const string Ending = ".labels";

    private static readonly byte[] Magic = "FSLABEL1"u8.ToArray();

    private const int HeaderBytes = 8 + 8 + 8;

    /// <summary>The records of which a page has a file.</summary>
    public ILookup<LabelPage, long> Versions() => Directory.EnumerateFiles(folder, "*" + Ending)
        .Select(file => Parse(Path.GetFileNameWithoutExtension(file))).OfType<(LabelPage Page, long Version)>()
        .ToLookup(found => found.Page, found => found.Version);

    /// <summary>Writes a page's labels.</summary>
    /// <exception cref="IOException">The disk failed; there is no such file.</exception>
    public void Write(LabelPage page, long version, LabelRaster labels)
    {
        LabelPatch content = LabelPatch.Of(labels, MostBytes);
        if (!content.Kept)
        {
            return;
        }
        using var file = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], labels.Width);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], labels.Height);
        file.Write(header);
        using (var packed = new DeflateStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(content.Content);
        }
        file.Write(SHA256.HashData(file.GetBuffer().AsSpan(0, (int)file.Length)));
        Disk.WriteWhole(PathOf(page, version), file.GetBuffer().AsSpan(0, (int)file.Length));
    }

    /// <summary>Reads a page's labels; null where the file is missing or damaged.</summary>
    public LabelRaster? Read(LabelPage page, long version)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(PathOf(page, version));
            int end = bytes.Length - SHA256.HashSizeInBytes;
            if (end < HeaderBytes || !bytes.AsSpan().StartsWith(Magic)
                || !SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)))
            {
                return null;
            }
            using var packed = new DeflateStream(new MemoryStream(bytes, HeaderBytes, end - HeaderBytes), CompressionMode.Decompress);
            using var content = new MemoryStream();
            packed.CopyTo(content);
            (long width, long height) = (Number(bytes, 8), Number(bytes, 16));
            var edit = new LabelEdit(new LabelRaster(width, height), patchLimit: 0);
            edit.Restore(LabelPatch.FromContent(content.ToArray()));
            return edit.Finish().Labels;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Deletes the files of operations that can never be seen again.</summary>
    /// <param name="live">Whether an operation's record is in the line, done or undone.</param>
    public void Tidy(Func<long, bool> live)
    {
        foreach (IGrouping<LabelPage, long> page in Versions())
        {
            foreach (long version in page.Where(version => !live(version)))
            {
                TryDelete(PathOf(page.Key, version));
            }
        }
    }

    private static long Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));

    /// <summary>A file that stays is in nobody's way.</summary>
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static (LabelPage Page, long Version)? Parse(string name) =>
        name.Split('-') is [var version, var image, var page]
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out int pageNumber)
            ? (new LabelPage(image, pageNumber), number) : null;

    private string PathOf(LabelPage page, long version) => Path.Combine(folder, $"{version}-{page.Image}-{page.Page}{Ending}");
}
