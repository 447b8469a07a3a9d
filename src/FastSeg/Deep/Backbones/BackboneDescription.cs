using System.Text.Json;
using FastSeg.Deep.Backbones;
using FastSeg.Files;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>What <c>backbone.json</c> says of a vision transformer.</summary>
public sealed record BackboneDescription
{
    /// <summary>Name of the network's file in a backbone's folder.</summary>
    public const string GraphFile = BackboneFiles.GraphFile;

    /// <summary>Name of the description's file.</summary>
    public const string JsonFile = "backbone.json";

    /// <summary>Name of the file with a learned upsampler's weights, which a folder may have.</summary>
    public const string UpsamplerFileName = "upsampler.safetensors";

    /// <summary>Name of the file with the projection of tokens at scale 1, which a folder may have.</summary>
    public const string ProjectionFileName = "projection.safetensors";

    /// <summary>Cells of a window's side where the description names none: DINOv2's 518 pixels in patches of 14.</summary>
    public const int DefaultWindowTokens = 37;

    /// <summary>Most cells of a window's side.</summary>
    internal const int MostWindowTokens = 1024;

    private const int MostJsonBytes = 1 << 20, MostJsonTokens = 1 << 16;

    private const int MaxPatch = 64, MaxDimension = 16384, MaxPrefix = 1024;

    private const int DefaultOverlap = 12, SmallShare = 3;

    /// <summary>Its name; the folder's where the description gives none.</summary>
    public required string Name { get; init; }

    /// <summary>The graph's input: batch x 3 x rows x columns.</summary>
    public string Input { get; init; } = "image";

    /// <summary>The graph's output.</summary>
    public string Output { get; init; } = "tokens";

    /// <summary>Whether the output is batch x dimension x rows x columns; otherwise it is batch x tokens x dimension.</summary>
    public bool IsMap { get; init; }

    /// <summary>Side of a patch, in pixels.</summary>
    public required int Patch { get; init; }

    /// <summary>Numbers of a token.</summary>
    public required int Dimension { get; init; }

    /// <summary>Class and register tokens in front of the patch tokens; they are dropped.</summary>
    public required int PrefixTokens { get; init; }

    /// <summary>What is subtracted from samples in 0..1, per colour.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0.485f, 0.456f, 0.406f];

    /// <summary>What they are then divided by, per colour.</summary>
    public IReadOnlyList<float> Std { get; init; } = [0.229f, 0.224f, 0.225f];

    /// <summary>Cells of a window's side; null where the description names none.</summary>
    public int? WindowTokens { get; init; }

    /// <summary>
    /// Cells that neighbouring windows share, 0 to one less than a window's side; null where the description names none. A model keeps it.
    /// </summary>
    public int? OverlapTokens { get; init; }

    /// <summary>Whether tokens are averaged over the four flips of a window.</summary>
    public bool FlipAverage { get; init; }

    /// <summary>Its licence, as the description states it.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Where it comes from, as the description states it.</summary>
    public string Source { get; init; } = "";

    /// <summary>SHA-256 of the folder's files, in hexadecimal, by file name.</summary>
    public IReadOnlyDictionary<string, string> Sha256 { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads a folder's description and checks the hashes it states.</summary>
    /// <exception cref="FastSegException">
    /// The folder or a file is missing, a field is missing or out of range, or a hash differs.
    /// </exception>
    public static BackboneDescription Load(string folder) => Load(NotNull(folder), new BackboneFiles(folder));

    /// <summary>The same, with files whose hashes may be known already.</summary>
    internal static BackboneDescription Load(string folder, BackboneFiles files)
    {
        string path = Path.Combine(folder, JsonFile);
        if (!Directory.Exists(folder))
        {
            throw new FastSegException($"{folder} is no folder; a backbone is a folder with {GraphFile} and {JsonFile}.");
        }
        if (!File.Exists(path) || !File.Exists(Path.Combine(folder, GraphFile)))
        {
            string missing = File.Exists(path) ? GraphFile : JsonFile;
            throw new FastSegException($"{folder} has no {missing}; a backbone is a folder with {GraphFile} and {JsonFile}.");
        }
        BackboneDescription description;
        try
        {
            byte[] text = BackboneFiles.SmallFile(path, MostJsonBytes);
            JsonText.CheckTokens(text, MostJsonTokens);
            using JsonDocument document = JsonDocument.Parse(text);
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            description = new BackboneJson(path, document.RootElement).Description(name);
        }
        catch (Exception e) when (JsonText.IsWrong(e) || e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException(
                $"{path} is no JSON object that can be read ({InputFile.OneLine(e.Message)}); "
                + "write it as docs/deep.md describes.", e);
        }
        description.Check(path);
        foreach ((string file, string hash) in description.Sha256)
        {
            CheckHash(folder, files, file, hash);
        }
        return description;
    }

    /// <summary>
    /// The overlap of windows where the description names none: 12 cells, or a third of a window where that is less. With 12 of 13 cells,
    /// every cell would be in 169 windows.
    /// </summary>
    internal static int UsualOverlap(int windowTokens) => Math.Min(DefaultOverlap, windowTokens / SmallShare);

    /// <summary>Refuses numbers out of range.</summary>
    private void Check(string path)
    {
        void Within(string field, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                throw new FastSegException($"{path}: {field} is {value}; it must lie in {least} to {most}.");
            }
        }
        Within("patch", Patch, 1, MaxPatch);
        Within("dimension", Dimension, 1, MaxDimension);
        Within("prefixTokens", PrefixTokens, 0, MaxPrefix);
        Within("windowTokens", WindowTokens ?? 1, 1, MostWindowTokens);
        // A graph of fixed size that states no window is checked when it is open.
        Within("overlapTokens", OverlapTokens ?? 0, 0, (WindowTokens ?? MostWindowTokens) - 1);
        if (IsMap && PrefixTokens != 0)
        {
            throw new FastSegException(
                $"{path}: prefixTokens is {PrefixTokens} but layout is \"map\", which has none; write 0, or layout \"tokens\".");
        }
        if (Mean.Count != 3 || Std.Count != 3 || Std.Any(s => !(s > 0) || !float.IsFinite(s)) || Mean.Any(m => !float.IsFinite(m)))
        {
            throw new FastSegException($"{path}: mean and std must have three finite numbers each, and std's must be positive.");
        }
    }

    private static void CheckHash(string folder, BackboneFiles files, string file, string expected)
    {
        string path = Path.Combine(folder, file);
        if (file != Path.GetFileName(file) || !File.Exists(path))
        {
            throw new FastSegException(
                $"{Path.Combine(folder, JsonFile)} states a hash of {file}, which is no file of that folder; "
                + "remove the entry or add the file.");
        }
        string found = files.Sha256(file);
        if (!found.Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new FastSegException(
                $"{path} has the SHA-256 {found}, but {JsonFile} states {expected}; "
                + "the file was changed or damaged; fetch or export it again, or remove the entry if you changed it yourself.");
        }
    }
}
