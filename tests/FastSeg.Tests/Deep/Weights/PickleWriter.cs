using System.IO.Compression;
using System.Text;

namespace FastSeg.Tests.Deep.Weights;

/// <summary>Writes pickles instruction by instruction, hostile ones too, and the zip around them.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();

    public PickleWriter(byte protocol = 2) => Raw(0x80, protocol);

    public PickleWriter Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public PickleWriter Code(string codes) => Raw(Encoding.ASCII.GetBytes(codes));

    public PickleWriter Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Code("X").Raw(BitConverter.GetBytes(bytes.Length)).Raw(bytes);
    }

    public PickleWriter Long(long number) => Raw(0x8a, 8).Raw(BitConverter.GetBytes(number));

    public PickleWriter Longs(params long[] numbers)
    {
        Code("(");
        foreach (long number in numbers)
        {
            Long(number);
        }
        return Code("t");
    }

    public PickleWriter Global(string module, string name) => Code($"c{module}\n{name}\n");

    /// <summary>A tensor as torch writes it.</summary>
    public PickleWriter Tensor(string key, long count, long offset, long[] shape, long[] strides, string storage = "FloatStorage")
    {
        Global("torch._utils", "_rebuild_tensor_v2").Code("((")
            .Text("storage").Global("torch", storage).Text(key).Text("cpu").Long(count).Code("tQ");
        return Long(offset).Longs(shape).Longs(strides).Raw(0x89).Global("collections", "OrderedDict").Code(")RtR");
    }

    public byte[] Stop() => [.. _bytes.ToArray(), (byte)'.'];

    /// <summary>A checkpoint with an empty config and one weight.</summary>
    public static byte[] Checkpoint(Action<PickleWriter> weight) => new PickleWriter().Code("}(")
        .Text("config").Code("}").Text("weights").Code("}").Text("w").Do(weight).Code("su").Stop();

    public PickleWriter Do(Action<PickleWriter> write)
    {
        write(this);
        return this;
    }

    public static byte[] Zip(byte[] pickle, bool compress = false, params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files.Prepend(("data.pkl", pickle)))
            {
                CompressionLevel level = compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
                using Stream stream = zip.CreateEntry($"archive/{name}", level).Open();
                stream.Write(content);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>A zip whose directory gives one file's bytes many names.</summary>
    public static byte[] Overlapping(byte[] pickle, byte[] content, IReadOnlyList<string> names)
    {
        const int EndBytes = 22, HeaderBytes = 46, NameAt = 28;
        byte[] zip = Zip(pickle, false, ("data/one", content));
        int end = zip.Length - EndBytes, directory = BitConverter.ToInt32(zip, end + 16);
        int second = directory + HeaderBytes
            + BitConverter.ToInt16(zip, directory + NameAt) + BitConverter.ToInt16(zip, directory + NameAt + 2);
        var entries = new MemoryStream();
        entries.Write(zip, directory, second - directory);
        foreach (string name in names)
        {
            byte[] header = zip[second..(second + HeaderBytes)], text = Encoding.ASCII.GetBytes($"archive/{name}");
            BitConverter.TryWriteBytes(header.AsSpan(NameAt), (short)text.Length);
            entries.Write(header);
            entries.Write(text);
        }
        byte[] tail = zip[end..];
        BitConverter.TryWriteBytes(tail.AsSpan(8), (short)(names.Count + 1));
        BitConverter.TryWriteBytes(tail.AsSpan(10), (short)(names.Count + 1));
        BitConverter.TryWriteBytes(tail.AsSpan(12), (int)entries.Length);
        return [.. zip[..directory], .. entries.ToArray(), .. tail];
    }
}
