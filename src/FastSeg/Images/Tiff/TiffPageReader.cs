using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>Makes a <see cref="TiffPage"/> of a directory, and refuses what is not read with a sentence that names it.</summary>
internal static class TiffPageReader
{
    /// <summary>How the sentence about other sample types ends.</summary>
    private const string Kinds = "uint8, uint16, int16 and float32 are read";

    /// <summary>The longest side: TIFF has 32 bits for it.</summary>
    private const long LongestSide = uint.MaxValue;

    /// <summary>Reads and checks a directory.</summary>
    /// <exception cref="FastSegException">The page is damaged or of a kind that is not read.</exception>
    public static TiffPage Read(InputFile file, TiffHeader header, TiffTags tags)
    {
        long width = tags.Integer(TiffTags.ImageWidth, 0), height = tags.Integer(TiffTags.ImageLength, 0);
        if (width is < 1 or > LongestSide || height is < 1 or > LongestSide)
        {
            throw file.Bad($"is damaged: it claims to be {width} x {height} pixels");
        }
        int samples = (int)Math.Min(tags.Integer(TiffTags.SamplesPerPixel, 1), ushort.MaxValue);
        SampleType type = Type(file, tags, samples);
        TiffCodec codec = Codec(file, tags.Integer(TiffTags.Compression, 1));
        int photometric = Photometric(file, tags, samples, codec, type);
        bool tiled = tags.Has(TiffTags.TileWidth) || tags.Has(TiffTags.TileOffsets);
        long rows = Math.Min(tags.Integer(TiffTags.RowsPerStrip, uint.MaxValue), height);
        long segmentWidth = tiled ? tags.Integer(TiffTags.TileWidth, 0) : width;
        long segmentHeight = tiled ? tags.Integer(TiffTags.TileLength, 0) : rows;
        if (segmentWidth is < 1 or > LongestSide || segmentHeight is < 1 or > LongestSide)
        {
            throw file.Bad($"is damaged: its {(tiled ? "tiles" : "strips")} are {segmentWidth} x {segmentHeight} pixels");
        }
        if (tags.Integer(TiffTags.FillOrder, 1) != 1 && codec != TiffCodec.None)
        {
            throw file.Unsupported("stores its bits in reverse order (FillOrder 2)", "save it with FillOrder 1");
        }
        bool separate = samples > 1 && Planes(file, tags);
        if (separate && photometric == 6)
        {
            throw file.Unsupported(
                "holds JPEG YCbCr pixels in separate planes (PlanarConfiguration 2)",
                "save it with PlanarConfiguration 1, or as RGB");
        }
        long[] subsampling = tags.Integers(TiffTags.YCbCrSubsampling, 2);
        var page = new TiffPage
        {
            Width = width,
            Height = height,
            Type = type,
            Samples = samples,
            Separate = separate,
            Tiled = tiled,
            SegmentWidth = segmentWidth,
            SegmentHeight = segmentHeight,
            Codec = codec,
            Predictor = Predictor(file, tags, codec, type),
            BigEndian = header.BigEndian,
            Photometric = photometric,
            Palette = photometric == 3 ? Palette(file, tags) : null,
            JpegTables = codec == TiffCodec.Jpeg ? tags.Bytes(TiffTags.JpegTables, 1 << 16) : [],
            Subsampling = subsampling.Length == 2 ? ((int)subsampling[0], (int)subsampling[1]) : (2, 2),
            PixelSize = TiffPixelSize.Read(tags),
        };
        TiffSegments.Locate(file, tags, page);
        return page;
    }

    /// <summary>The type that all samples of a pixel have.</summary>
    private static SampleType Type(InputFile file, TiffTags tags, int samples)
    {
        long[] bits = tags.Integers(TiffTags.BitsPerSample, samples), formats = tags.Integers(TiffTags.SampleFormat, samples);
        long bit = bits.Length == 0 ? 1 : bits[0], format = formats.Length == 0 ? 1 : formats[0];
        if (bits.AsSpan().ContainsAnyExcept(bit) || formats.AsSpan().ContainsAnyExcept(format))
        {
            throw file.Unsupported($"mixes sample types ({string.Join(", ", bits)} bits)", Kinds);
        }
        string name = format switch
        {
            2 => "int" + bit,
            3 => "float" + bit,
            5 => "complex integer",
            6 => "complex" + bit,
            _ => bit is 8 or 16 or 32 or 64 ? "uint" + bit : bit + "-bit",
        };
        return name switch
        {
            "uint8" => SampleType.UInt8,
            "uint16" => SampleType.UInt16,
            "int16" => SampleType.Int16,
            "float32" => SampleType.Float32,
            _ => throw file.Unsupported($"has {name} samples", Kinds),
        };
    }

    /// <summary>The codec of TIFF's number of a compression.</summary>
    private static TiffCodec Codec(InputFile file, long compression)
    {
        string? refused = compression switch
        {
            1 or 5 or 7 or 8 or 32946 or 32773 => null,
            2 or 3 or 4 or 32771 => "CCITT fax",
            6 => "old-style JPEG",
            33003 or 33004 or 33005 or 34712 => "JPEG 2000",
            34887 => "LERC",
            34925 => "LZMA",
            50000 or 34926 => "Zstandard",
            50001 or 34927 => "WebP",
            50002 => "JPEG XL",
            _ => $"number {compression}",
        };
        if (refused is not null)
        {
            throw file.Unsupported($"uses TIFF compression {refused}", "none, LZW, deflate, PackBits and JPEG are read");
        }
        return compression switch
        {
            1 => TiffCodec.None,
            5 => TiffCodec.Lzw,
            7 => TiffCodec.Jpeg,
            32773 => TiffCodec.PackBits,
            _ => TiffCodec.Deflate,
        };
    }

    /// <summary>The photometric interpretation, if pixels of such samples are read.</summary>
    private static int Photometric(InputFile file, TiffTags tags, int samples, TiffCodec codec, SampleType type)
    {
        int photometric = (int)tags.Integer(TiffTags.Photometric, samples >= 3 ? 2 : 1);
        string? refused = photometric switch
        {
            0 or 1 => samples is 1 or 2 ? null : $"{samples} samples a pixel without being RGB",
            2 => samples is 3 or 4 ? null : $"RGB pixels of {samples} samples",
            3 => samples != 1 ? $"palette pixels of {samples} samples"
                : type == SampleType.UInt8 ? null
                : $"palette pixels of {type.Name()}",
            6 => codec != TiffCodec.Jpeg ? "YCbCr pixels that are not JPEG"
                : samples == 3 ? null
                : $"YCbCr pixels of {samples} samples",
            4 => "a transparency mask",
            5 => "CMYK pixels",
            8 or 9 or 10 => "CIE L*a*b* pixels",
            32803 => "raw camera pixels",
            _ => $"pixels of photometric interpretation {photometric}",
        };
        if (refused is not null)
        {
            throw file.Unsupported($"holds {refused}", "grey, RGB, RGBA and palette images are read");
        }
        if (codec == TiffCodec.Jpeg && (type != SampleType.UInt8 || samples is 2 or 4))
        {
            throw file.Unsupported($"holds JPEG of {samples} samples of {type.Name()}", "JPEG in TIFF is read as 8-bit grey or RGB");
        }
        return photometric;
    }

    /// <summary>Whether each sample has its own plane.</summary>
    private static bool Planes(InputFile file, TiffTags tags) => tags.Integer(TiffTags.PlanarConfig, 1) switch
    {
        1 => false,
        2 => true,
        long other => throw file.Bad($"is damaged: PlanarConfiguration is {other}"),
    };

    /// <summary>The predictor; codecs that know none ignore the tag, and so do we.</summary>
    private static int Predictor(InputFile file, TiffTags tags, TiffCodec codec, SampleType type)
    {
        if (codec is not (TiffCodec.Lzw or TiffCodec.Deflate))
        {
            return 1;
        }
        long predictor = tags.Integer(TiffTags.Predictor, 1);
        return predictor is 1 or 2 || (predictor == 3 && type == SampleType.Float32)
            ? (int)predictor
            : throw file.Unsupported(
                $"uses TIFF predictor {predictor} on {type.Name()} samples", "predictors 1 and 2 are read, and 3 on float32");
    }

    /// <summary>The colour map with 8 bits a value.</summary>
    private static byte[] Palette(InputFile file, TiffTags tags)
    {
        const int Entries = 3 * 256;
        long[] map = tags.Integers(TiffTags.ColourMap, Entries);
        if (map.Length != Entries)
        {
            throw file.Bad($"is damaged: its colour map has {tags.Count(TiffTags.ColourMap)} values instead of {Entries}");
        }
        // The map has 16 bits a value; some writers put 8-bit values there.
        int shift = map.AsSpan().ContainsAnyExceptInRange(0, 255) ? 8 : 0;
        return Array.ConvertAll(map, value => (byte)(value >> shift));
    }
}
