using FastSeg.Files;
using Google.Protobuf;
using OnnxSchema;

namespace FastSeg.Onnx;

/// <summary>
/// Reads and writes ONNX files. What our schema does not name (functions, sparse tensors, ...) is kept as it is. Tensors that lie in other
/// files are read into the message, so that a written file stands alone.
/// </summary>
internal static class OnnxFile
{
    /// <summary>What protobuf can hold in one message.</summary>
    public const long MostBytes = int.MaxValue;

    private const int External = 1;

    /// <summary>Reads a network with all of its tensors.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FastSegException">
    /// The file or one that holds its weights is missing, damaged or too large for one message.
    /// </exception>
    public static OnnxModel Load(string path)
    {
        OnnxModel model;
        FileKinds.RefuseStreams(path, path);
        if (new FileInfo(path) is { Exists: true, Length: > 0 and <= MostBytes })
        {
            OnnxScan.ExternalFiles(path);
        }
        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                throw TooLarge(path);
            }
            using FileStream stream = File.OpenRead(path);
            model = OnnxModel.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FastSegException($"{path} is no ONNX network ({InputFile.OneLine(e.Message)}); export it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0)
        {
            throw new FastSegException($"{path} has no graph with nodes; export the network again.");
        }
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        long total = new FileInfo(path).Length;
        foreach (OnnxTensor tensor in TensorsOf(model.Graph).Where(tensor => tensor.DataLocation == External))
        {
            total += ReadExternal(tensor, folder, path, MostBytes - total);
        }
        return model;
    }

    /// <summary>Writes a network; the file appears when it is whole.</summary>
    /// <param name="model">The network, all of its tensors inside.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FastSegException">It cannot be written.</exception>
    public static void Save(OnnxModel model, string path)
    {
        using var file = new PartialFile(path);
        file.Save(stream =>
        {
            using var buffered = new BufferedStream(stream, 1 << 16);
            model.WriteTo(buffered);
        });
        file.Commit();
    }

    /// <summary>Every tensor of a graph: its constants, those of its nodes, and those of graphs inside nodes.</summary>
    private static IEnumerable<OnnxTensor> TensorsOf(OnnxGraph graph)
    {
        IEnumerable<OnnxAttribute> attributes = graph.Node.SelectMany(node => node.Attribute);
        return graph.Initializer
            .Concat(attributes.Where(attribute => attribute.T is not null).Select(attribute => attribute.T))
            .Concat(attributes.SelectMany(GraphEdit.Inner).SelectMany(TensorsOf));
    }

    /// <summary>Reads a tensor's bytes into it and returns how many they are.</summary>
    private static long ReadExternal(OnnxTensor tensor, string folder, string path, long most)
    {
        Dictionary<string, string> entries = [];
        foreach (OnnxEntry entry in tensor.ExternalData)
        {
            entries[entry.Key] = entry.Value;
        }
        string location = entries.GetValueOrDefault("location", "");
        if (location.Length == 0 || Path.IsPathRooted(location) || location.Split('/', '\\').Contains("..")
            || !File.Exists(Path.Combine(folder, location)))
        {
            throw new FastSegException(
                $"{path} keeps tensor \"{tensor.Name}\" in \"{InputFile.OneLine(location)}\", which is no file of its folder; "
                + "copy it there or export the network again.");
        }
        using InputFile file = InputFile.Open(Path.Combine(folder, location), Path.Combine(folder, location));
        long offset = Number(entries, "offset", 0), length = Number(entries, "length", file.Length - offset);
        if (length > most)
        {
            throw TooLarge(path);
        }
        if (!file.Holds(offset, length))
        {
            throw file.Bad($"does not hold tensor \"{tensor.Name}\" of {path}, {length} bytes at {offset}");
        }
        byte[] bytes = new byte[length];
        file.Read(offset, bytes);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
        return length;
    }

    private static long Number(Dictionary<string, string> entries, string key, long otherwise) =>
        entries.TryGetValue(key, out string? text) && long.TryParse(text, out long number) ? number : otherwise;

    private static FastSegException TooLarge(string path) =>
        new($"{path} has more than 2 GiB with its weights, which one ONNX file cannot hold; use a smaller network.");

    private static FastSegException Unreadable(string path, Exception e) =>
        new($"{path} cannot be read ({InputFile.OneLine(e.Message)}); check that it is there and its permissions.", e);
}
