using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>What a directory says of a pixel's samples: type, bits, number and meaning.</summary>
internal sealed class TiffSamples
{
    /// <summary>How the sentence about other sample types ends.</summary>
    private const string Kinds =
        "integers of 1 to 32 or of 64 bits and floats of 16, 24, 32 and 64 bits are read, all samples of a pixel alike";

    private const string Layouts = "grey, RGB, palette images and those of up to 16 channels are read";

    /// <summary>Most samples of a pixel, alpha and all.</summary>
    private const int MostSamples = 2 * ImageInfo.MostChannels;

    private TiffSamples(string name, SampleType type, int bits, int photometric, int[] kept, int count, byte[]? palette)
    {
        (Name, Type, Bits, Photometric, Kept, Count, Palette) = (name, type, bits, photometric, kept, count, palette);
    }

    /// <summary>The type that is stored, in words: "12-bit", "float64".</summary>
    public string Name { get; }

    /// <summary>The type in which samples are delivered: the smallest that holds the stored numbers.</summary>
    public SampleType Type { get; }

    /// <summary>Bits of a stored sample.</summary>
    public int Bits { get; }

    /// <summary>PhotometricInterpretation.</summary>
    public int Photometric { get; }

    /// <summary>Which samples of a pixel are no alpha.</summary>
    public int[] Kept { get; }

    /// <summary>Samples of a pixel, alpha included.</summary>
    public int Count { get; }

    /// <summary>The colour map of a palette image.</summary>
    public byte[]? Palette { get; }

    /// <summary>Reads and checks what a directory says.</summary>
    /// <exception cref="FastSegException">Pixels of such samples are not read, or the directory is damaged.</exception>
    public static TiffSamples Read(InputFile file, TiffTags tags, TiffCodec codec)
    {
        long samples = tags.Integer(TiffTags.SamplesPerPixel, 1);
        if (samples is < 1 or > ushort.MaxValue)
        {
            throw file.Bad($"is damaged: it claims {samples} samples a pixel");
        }
        if (samples > MostSamples)
        {
            throw file.Unsupported($"holds {samples} samples a pixel", Layouts);
        }
        int count = (int)samples;
        (string name, SampleType? known, int bits) = Stored(file, tags, count);
        SampleType type = known ?? throw file.Unsupported($"has {name} samples", Kinds);
        int photometric = (int)tags.Integer(TiffTags.Photometric, count >= 3 ? 2 : 1);
        int[] kept = KeptSamples(tags, count, photometric is 2 or 6 ? 3 : 1);
        string? refused = Refused(photometric, count, kept.Length, type);
        if (refused is not null)
        {
            throw file.Unsupported($"holds {refused}", Layouts);
        }
        if (codec == TiffCodec.Jpeg && (name != "uint8" || count is not (1 or 3)))
        {
            throw file.Unsupported($"holds JPEG of {count} samples of {name}", "JPEG in TIFF is read as 8-bit grey or RGB");
        }
        return new TiffSamples(
            name, type, bits, photometric, kept, count, photometric == 3 ? ReadPalette(file, tags, 1 << Math.Min(bits, 16)) : null);
    }

    /// <summary>Bytes of a row of <paramref name="width"/> pixels, or of one of their planes.</summary>
    public long RowBytes(long width, bool separate) => checked(((width * (separate ? 1 : Count) * Bits) + 7) / 8);

    /// <summary>The stored type in words, the type that holds its numbers, and its bits; all samples of a pixel have it.</summary>
    private static (string Name, SampleType? Type, int Bits) Stored(InputFile file, TiffTags tags, int count)
    {
        long[] bits = tags.Integers(TiffTags.BitsPerSample, count), formats = tags.Integers(TiffTags.SampleFormat, count);
        long bit = bits.Length == 0 ? 1 : bits[0], format = formats.Length == 0 ? 1 : formats[0];
        if (bits.AsSpan().ContainsAnyExcept(bit) || formats.AsSpan().ContainsAnyExcept(format))
        {
            throw file.Unsupported($"mixes sample types ({string.Join(", ", bits)} bits)", Kinds);
        }
        bool whole = bit is 8 or 16 or 32 or 64;
        (string name, SampleType? type) = format switch
        {
            2 => (whole ? $"int{bit}" : $"signed {bit}-bit", Signed(bit)),
            3 => ($"float{bit}", Float(bit)),
            5 => ("complex integer", null),
            6 => ($"complex{bit}", null),
            _ => (whole ? $"uint{bit}" : $"{bit}-bit", Unsigned(bit)),
        };
        return (name, type, (int)Math.Min(bit, int.MaxValue));
    }

    private static SampleType? Unsigned(long bits) => bits switch
    {
        >= 1 and <= 8 => SampleType.UInt8,
        > 8 and <= 16 => SampleType.UInt16,
        > 16 and <= 32 => SampleType.UInt32,
        64 => SampleType.UInt64,
        _ => null,
    };

    private static SampleType? Signed(long bits) => bits switch
    {
        >= 1 and <= 8 => SampleType.Int8,
        > 8 and <= 16 => SampleType.Int16,
        > 16 and <= 32 => SampleType.Int32,
        64 => SampleType.Int64,
        _ => null,
    };

    private static SampleType? Float(long bits) => bits switch
    {
        16 => SampleType.Float16,
        24 or 32 => SampleType.Float32,
        64 => SampleType.Float64,
        _ => null,
    };

    /// <summary>
    /// The samples that are no alpha: the <paramref name="colours"/> first ones, and of those behind them whatever ExtraSamples does not
    /// call alpha (1 and 2). What it does not name is data.
    /// </summary>
    private static int[] KeptSamples(TiffTags tags, int count, int colours)
    {
        long[] extra = tags.Integers(TiffTags.ExtraSamples, count);
        int first = Math.Max(colours, count - extra.Length);
        return [.. Enumerable.Range(0, count).Where(i => i < first || extra[i - (count - extra.Length)] is not (1 or 2))];
    }

    /// <summary>Null where pixels of such samples are read, or what they are.</summary>
    private static string? Refused(int photometric, int count, int kept, SampleType type) => photometric switch
    {
        0 or 1 or 4 => kept <= ImageInfo.MostChannels ? null : $"{kept} samples a pixel",
        2 => count < 3 ? $"RGB pixels of {count} samples" : kept <= ImageInfo.MostChannels ? null : $"{kept} samples a pixel",
        3 => kept != 1 ? $"palette pixels of {count} samples"
            : type is SampleType.UInt8 or SampleType.UInt16 ? null
            : $"palette pixels of {type.Name()}",
        6 => count != 3 ? $"YCbCr pixels of {count} samples" : type != SampleType.UInt8 ? $"YCbCr pixels of {type.Name()}" : null,
        5 => "CMYK pixels",
        8 or 9 or 10 => "CIE L*a*b* pixels",
        32803 => "raw camera pixels",
        _ => $"pixels of photometric interpretation {photometric}",
    };

    /// <summary>The colour map with 8 bits a value.</summary>
    private static byte[] ReadPalette(InputFile file, TiffTags tags, int colours)
    {
        long[] map = tags.Integers(TiffTags.ColourMap, 3L * colours);
        if (map.Length != 3 * colours)
        {
            throw file.Bad($"is damaged: its colour map has {tags.Count(TiffTags.ColourMap)} values instead of {3 * colours}");
        }
        // The map has 16 bits a value; some writers put 8-bit values there.
        int shift = map.AsSpan().ContainsAnyExceptInRange(0, 255) ? 8 : 0;
        return Array.ConvertAll(map, value => (byte)(value >> shift));
    }
}
