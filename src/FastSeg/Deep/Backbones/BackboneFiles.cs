using System.Security.Cryptography;
using FastSeg.Files;

namespace FastSeg.Deep.Backbones;

/// <summary>The files of a backbone's folder and their hashes. Each file is read once.</summary>
internal sealed class BackboneFiles(string folder)
{
    /// <summary>Name of the network's file.</summary>
    public const string GraphFile = "backbone.onnx";

    private const int ChunkBytes = 1 << 20, MostEntryBytes = 2048;

    private readonly Dictionary<string, string> _hashes = [];
    private SortedSet<string>? _external;

    /// <summary>
    /// How a protobuf message of ONNX says that a tensor lies in another file: an entry whose field 1 (the key) is "location" and whose
    /// field 2 (the value) is the file's path. Length and bytes of the path follow these bytes.
    /// </summary>
    private static ReadOnlySpan<byte> Location => "\u000a\u0008location\u0012"u8;

    /// <summary>SHA-256 of the network's file, in lower-case hexadecimal.</summary>
    /// <exception cref="FastSegException">It cannot be read.</exception>
    public string Graph => Sha256(GraphFile);

    /// <summary>SHA-256 of every other file that the network's weights lie in, by its path in the folder.</summary>
    /// <exception cref="FastSegException">One is missing, cannot be read, or does not lie in the folder.</exception>
    public SortedDictionary<string, string> Weights()
    {
        _ = Graph;
        var weights = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in _external!)
        {
            if (Path.IsPathRooted(file) || file.Split('/', '\\').Contains("..") || !File.Exists(Path.Combine(folder, file)))
            {
                throw new FastSegException(
                    $"{Path.Combine(folder, GraphFile)} keeps weights in {InputFile.OneLine(file)}, "
                    + "which is no file of that folder; copy it there or export the network again.");
            }
            weights[file] = Sha256(file);
        }
        return weights;
    }

    /// <summary>SHA-256 of a file of the folder.</summary>
    /// <exception cref="FastSegException">It cannot be read.</exception>
    public string Sha256(string file)
    {
        if (!_hashes.TryGetValue(file, out string? hash))
        {
            string path = Path.Combine(folder, file);
            try
            {
                hash = file == GraphFile ? HashGraph(path) : HashFile(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FastSegException($"{path} cannot be read ({InputFile.OneLine(e.Message)}); check its permissions.", e);
            }
            _hashes[file] = hash;
        }
        return hash;
    }

    private static string HashFile(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Hashes the network's file, and on the way finds the names of other files in it.</summary>
    private string HashGraph(string path)
    {
        _external = new SortedSet<string>(StringComparer.Ordinal);
        using FileStream stream = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[MostEntryBytes + ChunkBytes];
        int kept = 0;
        while (true)
        {
            int read = stream.ReadAtLeast(buffer.AsSpan(kept), ChunkBytes, throwOnEndOfStream: false);
            hash.AppendData(buffer, kept, read);
            bool end = read < ChunkBytes;
            Span<byte> seen = buffer.AsSpan(0, kept + read);
            // An entry near the buffer's end may go on behind it, so the end is kept and searched again with what follows.
            int complete = end ? seen.Length : Math.Max(0, seen.Length - MostEntryBytes);
            FindNames(seen, complete, _external);
            if (end)
            {
                return Convert.ToHexStringLower(hash.GetHashAndReset());
            }
            kept = seen.Length - complete;
            seen[complete..].CopyTo(buffer);
        }
    }

    /// <summary>Adds the names in entries that begin before <paramref name="end"/>.</summary>
    private static void FindNames(ReadOnlySpan<byte> bytes, int end, SortedSet<string> names)
    {
        for (int at = 0; at < end;)
        {
            int found = bytes[at..].IndexOf(Location);
            if (found < 0 || at + found >= end)
            {
                return;
            }
            at += found + Location.Length;
            ReadOnlySpan<byte> value = bytes[at..];
            if (value.Length < 2)
            {
                return;
            }
            // A varint: seven bits a byte, the lowest first; two bytes hold any length that is accepted here.
            (int length, int start) = value[0] < 0x80 ? (value[0], 1) : ((value[0] & 0x7f) | (value[1] << 7), 2);
            if (length is > 0 and < MostEntryBytes / 2 && start + length <= value.Length)
            {
                names.Add(System.Text.Encoding.UTF8.GetString(value.Slice(start, length)));
            }
        }
    }
}
