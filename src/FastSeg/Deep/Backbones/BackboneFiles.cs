using System.Security.Cryptography;
using FastSeg.Files;
using FastSeg.Onnx;

namespace FastSeg.Deep.Backbones;

/// <summary>The files of a backbone's folder and their hashes. Each file is read once.</summary>
internal sealed class BackboneFiles(string folder)
{
    /// <summary>Name of the network's file.</summary>
    public const string GraphFile = "backbone.onnx";

    private readonly Dictionary<string, string> _hashes = [];
    private SortedSet<string>? _external;

    /// <summary>SHA-256 of the network's file, in lower-case hexadecimal.</summary>
    /// <exception cref="FastSegException">It cannot be read.</exception>
    public string Graph => Sha256(GraphFile);

    /// <summary>SHA-256 of every other file that the network's weights lie in, by its path in the folder.</summary>
    /// <exception cref="FastSegException">One is missing, cannot be read, or does not lie in the folder.</exception>
    public SortedDictionary<string, string> Weights()
    {
        string graph = Path.Combine(folder, GraphFile);
        FileKinds.RefuseStreams(graph, graph);
        _external ??= OnnxScan.ExternalFiles(graph);
        var weights = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in _external)
        {
            if (Path.IsPathRooted(file) || file.Split('/', '\\').Contains("..") || !File.Exists(Path.Combine(folder, file)))
            {
                throw new FastSegException(
                    $"{graph} keeps weights in {file}, "
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
            FileKinds.RefuseStreams(path, path);
            try
            {
                using FileStream stream = File.OpenRead(path);
                hash = Convert.ToHexStringLower(SHA256.HashData(stream));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FastSegException($"{path} cannot be read ({InputFile.OneLine(e.Message)}); check its permissions.", e);
            }
            _hashes[file] = hash;
        }
        return hash;
    }

    /// <summary>The bytes of a file that is small unless it is hostile.</summary>
    /// <exception cref="FastSegException">It is a pipe, a socket or a device, or has more bytes.</exception>
    public static byte[] SmallFile(string path, int mostBytes)
    {
        FileKinds.RefuseStreams(path, path);
        long bytes = new FileInfo(path).Length;
        return bytes <= mostBytes
            ? File.ReadAllBytes(path)
            : throw new FastSegException($"{path} has {bytes} bytes; at most {mostBytes} are read, so this is another file.");
    }
}
