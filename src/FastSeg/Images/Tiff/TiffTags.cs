using System.Text;
using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>The entries of one TIFF directory. Each is checked to lie inside the file before its values are read.</summary>
internal sealed class TiffTags
{
    // The numbers of the tags that are used.
    public const ushort NewSubfileType = 254, ImageWidth = 256, ImageLength = 257, BitsPerSample = 258, Compression = 259,
        Photometric = 262, FillOrder = 266, ImageDescription = 270, StripOffsets = 273, Orientation = 274, SamplesPerPixel = 277,
        RowsPerStrip = 278, StripByteCounts = 279,
        XResolution = 282, YResolution = 283, PlanarConfig = 284, T4Options = 292, T6Options = 293, ResolutionUnit = 296, Predictor = 317,
        ColourMap = 320, TileWidth = 322, TileLength = 323, TileOffsets = 324, TileByteCounts = 325, SubIfds = 330, ExtraSamples = 338,
        SampleFormat = 339, JpegTables = 347, YCbCrCoefficients = 529, YCbCrSubsampling = 530, ReferenceBlackWhite = 532,
        NoData = 42113;

    private readonly InputFile _file;
    private readonly TiffHeader _header;
    private readonly Dictionary<ushort, (int Type, long Count, long At)> _entries = [];

    private TiffTags(InputFile file, TiffHeader header)
    {
        _file = file;
        _header = header;
    }

    /// <summary>Reads the directory at <paramref name="offset"/>. Where a tag is repeated, the first counts.</summary>
    public static TiffTags Read(InputFile file, TiffHeader header, long offset)
    {
        var tags = new TiffTags(file, header);
        long count = header.EntryCount(file, offset);
        byte[] entries = new byte[count * header.EntryBytes];
        file.Read(offset + header.CountBytes, entries);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.AsSpan(i * header.EntryBytes, header.EntryBytes);
            ushort tag = header.Short(entry), type = header.Short(entry[2..]);
            long values = header.Big ? header.Long8(entry[4..]) : header.Long(entry[4..]);
            int inline = header.Big ? 8 : 4, size = TypeBytes(type);
            // Entries of unknown type and empty ones count as missing.
            if (size == 0 || values < 1)
            {
                continue;
            }
            // Values that fit stand in the entry itself, others where the entry says.
            long at = offset + header.CountBytes + ((long)i * header.EntryBytes) + (header.Big ? 12 : 8);
            if (values > inline / size)
            {
                at = header.Big ? header.Long8(entry[12..]) : header.Long(entry[8..]);
            }
            tags._entries.TryAdd(tag, (type, values, at));
        }
        return tags;
    }

    /// <summary>Whether the directory has the tag.</summary>
    public bool Has(ushort tag) => _entries.ContainsKey(tag);

    /// <summary>Number of values of a tag; 0 where it is missing.</summary>
    public long Count(ushort tag) => _entries.TryGetValue(tag, out var entry) ? entry.Count : 0;

    /// <summary>The first whole number of a tag; <paramref name="missing"/> where the tag is missing.</summary>
    public long Integer(ushort tag, long missing)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return missing;
        }
        Span<long> value = stackalloc long[1];
        Integers(tag, entry, value);
        return value[0];
    }

    /// <summary>The whole numbers of a tag, at most <paramref name="most"/>; empty where it is missing.</summary>
    public long[] Integers(ushort tag, long most)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return [];
        }
        long count = Math.Min(entry.Count, most);
        if (count > _file.Length || !_file.Holds(entry.At, count * TypeBytes(entry.Type)))
        {
            throw _file.Bad($"is truncated: the {entry.Count} values of tag {tag} at byte {entry.At} go past its end at {_file.Length}");
        }
        long[] values = new long[count];
        Integers(tag, entry, values);
        return values;
    }

    /// <summary>The bytes of a tag such as JPEGTables; empty where it is missing.</summary>
    /// <exception cref="FastSegException">There are more than <paramref name="most"/>, or they go past the file's end.</exception>
    public byte[] Bytes(ushort tag, int most)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return [];
        }
        int size = TypeBytes(entry.Type);
        if (entry.Count > most || entry.Count * size > most || !_file.Holds(entry.At, entry.Count * size))
        {
            throw _file.Bad($"is damaged: tag {tag} claims {entry.Count} values");
        }
        byte[] bytes = new byte[entry.Count * size];
        _file.Read(entry.At, bytes);
        return bytes;
    }

    /// <summary>The text of a tag, cut at <paramref name="most"/> bytes; empty where it is missing or damaged.</summary>
    public string Text(ushort tag, int most)
    {
        if (!_entries.TryGetValue(tag, out var entry) || TypeBytes(entry.Type) != 1)
        {
            return "";
        }
        int count = (int)Math.Min(entry.Count, most);
        if (!_file.Holds(entry.At, count))
        {
            return "";
        }
        byte[] bytes = new byte[count];
        _file.Read(entry.At, bytes);
        int end = bytes.AsSpan().IndexOf((byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? count : end);
    }

    /// <summary>The first quotient of a tag of type RATIONAL; 0 where it is missing or damaged.</summary>
    public double Rational(ushort tag) => Rationals(tag, 1) is [double first] ? first : 0;

    /// <summary>The first <paramref name="count"/> quotients of a tag of type RATIONAL; empty where they are missing or damaged.</summary>
    public double[] Rationals(ushort tag, int count)
    {
        if (!_entries.TryGetValue(tag, out var entry) || entry.Type != 5 || entry.Count < count || !_file.Holds(entry.At, 8L * count))
        {
            return [];
        }
        byte[] bytes = new byte[8 * count];
        _file.Read(entry.At, bytes);
        return [.. bytes.Chunk(8).Select(pair => _header.Long(pair.AsSpan(4)) is uint below and > 0
            ? (double)_header.Long(pair) / below : 0)];
    }

    /// <summary>Reads whole numbers of a tag, in chunks that fit on the stack.</summary>
    private void Integers(ushort tag, (int Type, long Count, long At) entry, Span<long> values)
    {
        int size = TypeBytes(entry.Type);
        // BYTE, SHORT, LONG, their signed kinds, which some writers use for sizes, IFD, LONG8, SLONG8, IFD8.
        if (entry.Type is not (1 or 3 or 4 or 6 or 8 or 9 or 13 or 16 or 17 or 18))
        {
            throw _file.Bad($"is damaged: tag {tag} holds values of TIFF type {entry.Type} where whole numbers belong");
        }
        const int Chunk = 512;
        Span<byte> bytes = stackalloc byte[Chunk * 8];
        for (int done = 0; done < values.Length; done += Chunk)
        {
            int part = Math.Min(Chunk, values.Length - done);
            _file.Read(entry.At + ((long)done * size), bytes[..(part * size)]);
            for (int i = 0; i < part; i++)
            {
                ReadOnlySpan<byte> value = bytes[(i * size)..];
                values[done + i] = entry.Type switch
                {
                    1 => value[0],
                    6 => (sbyte)value[0],
                    3 => _header.Short(value),
                    8 => (short)_header.Short(value),
                    4 or 13 => _header.Long(value),
                    9 => (int)_header.Long(value),
                    _ => _header.Long8(value),
                };
            }
        }
    }

    /// <summary>Bytes of a value of a TIFF type; 0 for unknown ones.</summary>
    private static int TypeBytes(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };
}
