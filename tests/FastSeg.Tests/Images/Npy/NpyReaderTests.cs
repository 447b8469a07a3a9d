using FastSeg.Files;
using FastSeg.Images.Npy;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Npy;

/// <summary>npy files from bytes that are put together here.</summary>
public sealed class NpyReaderTests
{
    private const int Width = 53, Height = 37;

    [Test]
    public void NpyOfEveryVersionTypeAndShape(
        [WrittenTypes] SampleType type, [Values(0, 1, 2, 3, 4, 16)] int channels, [Values(1, 2, 3)] int version)
    {
        byte[] samples = Scratch.Samples(Width, Height, Math.Max(channels, 1), type);
        string shape = channels == 0 ? $"({Height}, {Width})" : $"({Height}, {Width}, {channels})";
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(
            scratch.Put("a.npy", NpyFile($"{{'descr': '<{Code(type)}', 'fortran_order': False, 'shape': {shape}, }}", samples, version)));
        int kept = Math.Max(channels, 1);
        Assert.That(
            (reader.Info.Channels, reader.Info.Type, reader.Info.Width, reader.Info.Height), Is.EqualTo((kept, type, Width, Height)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples));
        Readers.CheckRectangles(reader, samples);
    }

    /// <summary>Both byte orders of every type, as they are stored; bool is uint8 of 0 and 1.</summary>
    [Test]
    public void EveryTypeAndByteOrderIsRead([Values] SampleType type, [Values('<', '>')] char order, [Values(1, 4)] int channels)
    {
        byte[] samples = Scratch.Samples(Width, Height, channels, type);
        int size = type.Bytes();
        byte[] stored = order == '<' ? samples : [.. samples.Chunk(size).SelectMany(sample => sample.Reverse())];
        string dictionary = $"{{'descr': '{order}{Code(type)}', 'fortran_order': False, 'shape': ({Height}, {Width}, {channels}), }}";
        using var scratch = new Scratch();
        using InputFile file = InputFile.Open(scratch.Put("a.npy", NpyFile(dictionary, stored)), "a.npy");
        using NpyReader reader = NpyReader.Open(file, labels: true);
        Assert.That((reader.Info.Type, reader.Info.Channels, reader.Info.HasAlpha), Is.EqualTo((type, channels, channels == 4)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples));
        Readers.CheckRectangles(reader, samples);
    }

    /// <summary>As numpy saves a transposed array.</summary>
    [Test]
    public void ColumnsFirstIsReadAsRowsFirst([Values] SampleType type, [Values(0, 1, 5)] int channels)
    {
        int all = Math.Max(1, channels), size = type.Bytes();
        byte[] samples = Scratch.Samples(Width, Height, all, type);
        byte[][] values = [.. samples.Chunk(size)];
        IEnumerable<byte[]> columns =
            from c in Enumerable.Range(0, all)
            from x in Enumerable.Range(0, Width)
            from y in Enumerable.Range(0, Height)
            select values[(((y * Width) + x) * all) + c];
        string shape = channels == 0 ? $"({Height}, {Width})" : $"({Height}, {Width}, {channels})";
        string dictionary = $"{{'descr': '<{Code(type)}', 'fortran_order': True, 'shape': {shape}, }}";
        using var scratch = new Scratch();
        using InputFile file = InputFile.Open(scratch.Put("a.npy", NpyFile(dictionary, [.. columns.SelectMany(value => value)])), "a.npy");
        using NpyReader reader = NpyReader.Open(file, labels: false);
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples));
        Readers.CheckRectangles(reader, samples);
    }

    /// <summary>A pass over all samples goes by columns then, which lie together; a column of more than 1 MiB is read in parts.</summary>
    [Test]
    public void ColumnsFirstIsStoredInColumnsAndReadsThemWithoutAllocating()
    {
        const int Long = (2 << 20) + 5;
        byte[] columns = Scratch.Samples(2 * Long, 1, 1, SampleType.UInt8);
        using var scratch = new Scratch();
        string path = scratch.Put("a.npy", NpyFile($"{{'descr': '|u1', 'fortran_order': True, 'shape': ({Long}, 2), }}", columns));
        using InputFile file = InputFile.Open(path, "a.npy");
        using NpyReader reader = NpyReader.Open(file, labels: false);
        Assert.That((reader.StoredPart, reader.HeldBytes(3)), Is.EqualTo(((1L, (long)Long), 3L * 2 << 20)));
        byte[] rows = new byte[2 * Long], one = new byte[Long];
        reader.Read(reader.Info.Bounds, rows);
        Assert.That(Enumerable.Range(0, Long).All(y => rows[2 * y] == columns[y] && rows[(2 * y) + 1] == columns[Long + y]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        reader.Read(new Region(1, 0, 1, Long), one);
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(before));
        Assert.That(one.AsSpan().SequenceEqual(columns.AsSpan(Long)));
        string plain = scratch.Put("b.npy", NpyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }", [1, 2]));
        using ImageReader other = ImageFile.Open(plain);
        Assert.That((other.StoredPart, other.HeldBytes(3)), Is.EqualTo((((long, long)?)null, 0L)));
    }

    [Test]
    public void BoolIsZeroAndOne()
    {
        byte[] samples = [.. Enumerable.Range(0, Width * Height).Select(i => (byte)(i % 3 / 2))];
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(
            scratch.Put("a.npy", NpyFile($"{{'descr': '|b1', 'fortran_order': False, 'shape': ({Height}, {Width}), }}", samples)));
        Assert.That((reader.Info.Type, reader.Info.Bits, Scratch.ReadAll(reader)), Is.EqualTo((SampleType.UInt8, 1, samples)));
    }

    private static string Code(SampleType type) => $"{type.Name()[0]}{type.Bytes()}";

    /// <summary>An npy file with a header that is given as text.</summary>
    internal static byte[] NpyFile(string dictionary, byte[] data, int version = 1)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(dictionary + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. data];
    }
}
