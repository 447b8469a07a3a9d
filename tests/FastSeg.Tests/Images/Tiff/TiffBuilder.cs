using System.Buffers.Binary;
using System.IO.Compression;
using SharpCompress.Compressors.ZStandard;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>A TIFF encoder of its own, for what other encoders do not write: every field can be set, also to nonsense.</summary>
internal sealed class TiffBuilder
{
    private readonly List<(ushort Tag, ushort Type, long[] Values)> _tags = [];
    private readonly List<byte[]> _segments = [];
    private readonly List<(ushort Tag, ushort Type, long[] Values)> _lies = [];
    private int[] _leftOut = [];

    public bool BigEndian { get; init; }

    public bool BigTiff { get; init; }

    /// <summary>Sets a tag; type 3 SHORT, 4 LONG, 5 RATIONAL (pairs), 2 ASCII, 16 LONG8.</summary>
    public TiffBuilder Set(ushort tag, ushort type, params long[] values)
    {
        _tags.RemoveAll(entry => entry.Tag == tag);
        _tags.Add((tag, type, values));
        return this;
    }

    /// <summary>Sets a tag that the builder would fill in itself, such as offsets; without values the tag is left out.</summary>
    public TiffBuilder Lie(ushort tag, ushort type, params long[] values)
    {
        _lies.Add((tag, type, values));
        return this;
    }

    /// <summary>Strips or tiles that are not stored: offset and size are 0.</summary>
    public TiffBuilder LeaveOut(params int[] segments)
    {
        _leftOut = segments;
        return this;
    }

    /// <summary>Describes an image of which the caller gives the strips as they are to be stored.</summary>
    public TiffBuilder Strips(int width, int height, int bits, int rows, params byte[][] strips)
    {
        _segments.AddRange(strips);
        return Set(256, 4, width).Set(257, 4, height).Set(258, 3, bits).Set(259, 3, 1).Set(262, 3, 1).Set(277, 3, 1).Set(278, 4, rows);
    }

    public TiffBuilder Remove(ushort tag)
    {
        _tags.RemoveAll(entry => entry.Tag == tag);
        return this;
    }

    /// <summary>Describes and encodes an image given as interleaved little-endian samples.</summary>
    public TiffBuilder Image(
        byte[] samples, int width, int height, int channels, SampleType type,
        int compression = 1, int predictor = 1, bool separate = false, (int W, int H)? tile = null, int rows = 7)
    {
        int size = type.Bytes();
        (int segmentWidth, int segmentHeight) = tile ?? (width, rows);
        Set(256, 4, width).Set(257, 4, height).Set(258, 3, [.. Enumerable.Repeat(8L * size, channels)]).Set(259, 3, compression);
        Set(262, 3, channels >= 3 ? 2 : 1).Set(277, 3, channels).Set(284, 3, separate ? 2 : 1).Set(317, 3, predictor);
        Set(339, 3, [.. Enumerable.Repeat(Format(type), channels)]);
        for (int plane = 0; plane < (separate ? channels : 1); plane++)
        {
            for (int y = 0; y < height; y += segmentHeight)
            {
                for (int x = 0; x < width; x += segmentWidth)
                {
                    int stored = tile is null ? Math.Min(segmentHeight, height - y) : segmentHeight;
                    byte[] part = Cut(samples, width, height, channels, size, separate ? plane : -1, x, y, segmentWidth, stored);
                    _segments.Add(Encode(part, separate ? 1 : channels, segmentWidth, type, compression, predictor));
                }
            }
        }
        return tile is null ? Set(278, 4, rows) : Set(322, 3, segmentWidth).Set(323, 3, segmentHeight);
    }

    /// <summary>The file: header, segments, values, directory.</summary>
    public byte[] Build() => Build([this], BigEndian, BigTiff);

    public static byte[] Build(IReadOnlyList<TiffBuilder> pages, bool bigEndian, bool bigTiff)
    {
        var file = new List<byte>();
        void Number(long value, int bytes)
        {
            byte[] number = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            file.AddRange(bigEndian ? number.AsSpan(0, bytes).ToArray().Reverse() : number.AsSpan(0, bytes).ToArray());
        }
        file.AddRange(bigEndian ? "MM"u8 : "II"u8);
        Number(bigTiff ? 43 : 42, 2);
        if (bigTiff)
        {
            Number(8, 2);
            Number(0, 2);
        }
        int word = bigTiff ? 8 : 4, link = file.Count;
        Number(0, word);
        foreach (TiffBuilder page in pages)
        {
            page.Locate(file);
            var entries = page._tags.OrderBy(entry => entry.Tag).ToList();
            var places = new List<long>();
            foreach ((_, ushort type, long[] values) in entries)
            {
                places.Add(file.Count);
                if (ValueBytes(type, values) > word)
                {
                    Array.ForEach(values, value => Number(value, Size(type)));
                }
            }
            byte[] at = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(at, file.Count);
            for (int i = 0; i < word; i++)
            {
                file[link + (bigEndian ? word - 1 - i : i)] = at[i];
            }
            Number(entries.Count, bigTiff ? 8 : 2);
            for (int i = 0; i < entries.Count; i++)
            {
                (ushort tag, ushort type, long[] values) = entries[i];
                Number(tag, 2);
                Number(type, 2);
                Number(type == 5 ? values.Length / 2 : values.Length, word);
                if (ValueBytes(type, values) > word)
                {
                    Number(places[i], word);
                    continue;
                }
                int before = file.Count;
                Array.ForEach(values, value => Number(value, Size(type)));
                file.AddRange(new byte[word - (file.Count - before)]);
            }
            link = file.Count;
            Number(0, word);
        }
        return [.. file];
    }

    private void Locate(List<byte> file)
    {
        if (_segments.Count == 0)
        {
            return;
        }
        var offsets = new List<long>();
        foreach (int left in _leftOut)
        {
            _segments[left] = [];
        }
        foreach (byte[] segment in _segments)
        {
            offsets.Add(_leftOut.Contains(offsets.Count) ? 0 : file.Count);
            file.AddRange(BigEndian && _tags.First(entry => entry.Tag == 259).Values[0] == 1 ? Swapped(segment) : segment);
        }
        bool tiled = _tags.Any(entry => entry.Tag == 322);
        ushort type = BigTiff ? (ushort)16 : (ushort)4;
        Set((ushort)(tiled ? 324 : 273), type, [.. offsets]);
        Set((ushort)(tiled ? 325 : 279), type, [.. _segments.Select(segment => (long)segment.Length)]);
        foreach ((ushort tag, ushort kind, long[] values) in _lies)
        {
            _tags.RemoveAll(entry => entry.Tag == tag);
            if (values.Length > 0)
            {
                _tags.Add((tag, kind, values));
            }
        }
    }

    private byte[] Swapped(byte[] samples)
    {
        int size = (int)_tags.First(entry => entry.Tag == 258).Values[0] / 8;
        return [.. samples.Chunk(size).SelectMany(sample => sample.Reverse())];
    }

    private byte[] Encode(byte[] part, int channels, int width, SampleType type, int compression, int predictor)
    {
        int size = type.Bytes(), row = width * channels * size;
        byte[] bytes = [.. part];
        for (int start = 0; start < bytes.Length && predictor == 2; start += row)
        {
            for (int i = row - size; i >= channels * size; i -= size)
            {
                ulong difference = Value(bytes, start + i, size) - Value(bytes, start + i - (channels * size), size);
                BitConverter.GetBytes(difference).AsSpan(0, size).CopyTo(bytes.AsSpan(start + i));
            }
        }
        for (int start = 0; start < bytes.Length && predictor == 3; start += row)
        {
            byte[] planes = new byte[row];
            for (int i = 0; i < row; i++)
            {
                planes[((size - 1 - (i % size)) * row / size) + (i / size)] = bytes[start + i];
            }
            for (int i = row - 1; i >= channels; i--)
            {
                planes[i] -= planes[i - channels];
            }
            planes.CopyTo(bytes, start);
        }
        if (BigEndian && predictor != 3 && compression != 1)
        {
            bytes = [.. bytes.Chunk(size).SelectMany(sample => sample.Reverse())];
        }
        return compression switch
        {
            5 => Lzw(bytes),
            8 or 32946 => Deflate(bytes),
            32773 => PackBits(bytes),
            50000 => Zstandard(bytes),
            _ => bytes,
        };
    }

    private static long Format(SampleType type) => type switch
    {
        SampleType.Float16 or SampleType.Float32 or SampleType.Float64 => 3,
        SampleType.Int8 or SampleType.Int16 or SampleType.Int32 or SampleType.Int64 => 2,
        _ => 1,
    };

    private static ulong Value(byte[] bytes, int at, int size) => size switch
    {
        1 => bytes[at],
        2 => BitConverter.ToUInt16(bytes, at),
        4 => BitConverter.ToUInt32(bytes, at),
        _ => BitConverter.ToUInt64(bytes, at),
    };

    public static byte[] Deflate(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var deflate = new ZLibStream(stream, CompressionLevel.Optimal))
        {
            deflate.Write(bytes);
        }
        return stream.ToArray();
    }

    public static byte[] Zstandard(byte[] bytes)
    {
        using var compressor = new Compressor(3);
        return compressor.Wrap(bytes).ToArray();
    }

    /// <summary>Literals of nine bits; the table is cleared before its codes grow.</summary>
    private static byte[] Lzw(byte[] bytes)
    {
        var bits = new List<bool>();
        void Code(int code)
        {
            for (int bit = 8; bit >= 0; bit--)
            {
                bits.Add((code >> bit & 1) != 0);
            }
        }
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i % 200 == 0)
            {
                Code(256);
            }
            Code(bytes[i]);
        }
        Code(257);
        return [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, i) => bit ? 128 >> i : 0).Sum())];
    }

    /// <summary>Runs where a byte repeats, single literals elsewhere.</summary>
    private static byte[] PackBits(byte[] bytes)
    {
        var packed = new List<byte>();
        for (int i = 0; i < bytes.Length;)
        {
            int run = 1;
            while (i + run < bytes.Length && run < 128 && bytes[i + run] == bytes[i])
            {
                run++;
            }
            packed.Add(run == 1 ? (byte)0 : (byte)(257 - run));
            packed.Add(bytes[i]);
            i += run;
        }
        return [.. packed];
    }

    private static byte[] Cut(byte[] samples, int width, int height, int channels, int size, int plane, int x0, int y0, int w, int h)
    {
        int count = plane < 0 ? channels : 1;
        byte[] part = new byte[w * h * count * size];
        for (int y = 0; y < h && y0 + y < height; y++)
        {
            for (int x = 0; x < w && x0 + x < width; x++)
            {
                int from = ((((y0 + y) * width) + x0 + x) * channels) + Math.Max(plane, 0);
                Array.Copy(samples, from * size, part, ((y * w) + x) * count * size, count * size);
            }
        }
        return part;
    }

    private static int Size(ushort type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        16 or 17 => 8,
        _ => 4,
    };

    private static int ValueBytes(ushort type, long[] values) => Size(type) * values.Length;
}
