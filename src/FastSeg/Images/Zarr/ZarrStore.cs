using System.Text.Json;
using System.Text.Unicode;
using FastSeg.Files;

namespace FastSeg.Images.Zarr;

/// <summary>
/// A Zarr on the disk: a folder of metadata and chunks. Nothing outside it is read, whatever its metadata and links say.
/// </summary>
internal sealed class ZarrStore
{
    /// <summary>Longer metadata is taken for damage.</summary>
    private const int LongestJson = 16 << 20;

    private const int MostTokens = 1 << 20;

    private readonly string _root;

    /// <summary>Names a folder; nothing is read yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="name">What sentences call it.</param>
    public ZarrStore(string path, string name) => (_root, Name) = (RealPath.Of(path), name);

    /// <summary>What sentences call the folder.</summary>
    public string Name { get; }

    /// <summary>Whether a folder looks like a Zarr: a group or an array of version 2 or 3.</summary>
    public static bool Matches(string folder) =>
        Directory.Exists(folder) && ((string[])[".zattrs", ".zgroup", ".zarray", "zarr.json"]).Any(
            file => FileKinds.Of(System.IO.Path.Combine(folder, file)) == FileKind.Regular);

    /// <summary>What sentences call a file or a folder inside.</summary>
    public string NameOf(string path) => path.Length == 0 ? Name : $"{Name.TrimEnd('/')}/{path}";

    /// <summary>One path behind another.</summary>
    public static string Join(string folder, string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    /// <summary>Whether there is a file of metadata.</summary>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>Names of the folders in a folder that are numbers, in their order.</summary>
    public IReadOnlyList<string> Numbered() =>
    [
        .. Directory.EnumerateDirectories(_root).Select(folder => System.IO.Path.GetFileName(folder))
            .Where(name => name.Length < 9 && name.All(char.IsAsciiDigit)).OrderBy(name => int.Parse(name)),
    ];

    /// <summary>Opens a file; null where there is none.</summary>
    /// <param name="path">Its path inside, with / between names.</param>
    /// <exception cref="FastSegException">It may not be read, or lies outside.</exception>
    public InputFile? Open(string path) => Find(path) is { } found ? InputFile.Open(found, NameOf(path)) : null;

    /// <summary>Reads a file of metadata.</summary>
    /// <param name="path">Its path inside.</param>
    /// <exception cref="FastSegException">It is missing, too long, or no JSON object.</exception>
    public ZarrJson Json(string path)
    {
        using InputFile file = Open(path) ?? throw Bad(path, "is missing");
        if (file.Length > LongestJson)
        {
            throw file.Bad($"has {file.Length} bytes, too many for metadata");
        }
        byte[] text = new byte[file.Length];
        file.Read(0, text);
        if (!Utf8.IsValid(text))
        {
            throw file.Bad("is no text in UTF-8");
        }
        try
        {
            JsonText.CheckTokens(text, MostTokens);
            using var document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement.Clone();
            return root.ValueKind == JsonValueKind.Object ? new ZarrJson(this, path, "", root) : throw file.Bad("is no JSON object");
        }
        catch (Exception e) when (JsonText.IsWrong(e))
        {
            throw file.Bad($"is no JSON ({InputFile.OneLine(e.Message)})", e);
        }
    }

    /// <summary>The failure of a damaged file.</summary>
    public FastSegException Bad(string path, string what) => new($"{NameOf(path)} {what}; write the store again.");

    /// <summary>The failure of what is not read.</summary>
    public FastSegException Unsupported(string path, string what, string instead) => new($"{NameOf(path)} {what}; {instead}.");

    /// <summary>The real path of a file; null where there is none.</summary>
    private string? Find(string path)
    {
        string full = System.IO.Path.Combine(_root, path), real = RealPath.Of(full);
        if (real != full && !real.StartsWith($"{_root}/", StringComparison.Ordinal))
        {
            throw Bad(path, "leads out of the store by a link");
        }
        if (FileKinds.Of(real) != FileKind.Missing)
        {
            return real;
        }
        try
        {
            // Where a link leads nowhere, these are the link's own.
            bool link = File.GetAttributes(full).HasFlag(FileAttributes.ReparsePoint);
            return !link ? real : throw Bad(path, "is a link that leads nowhere");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return real == full ? null : throw Bad(path, "is a link that leads nowhere");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = InputFile.OneLine(e.Message);
            throw new FastSegException($"{NameOf(path)} cannot be read ({why}); check its links and permissions.", e)
            {
                IsOfInput = e is UnauthorizedAccessException,
            };
        }
    }
}
