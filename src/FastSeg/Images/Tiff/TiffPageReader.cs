using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>Makes a <see cref="TiffPage"/> of a directory, and refuses what is not read with a sentence that names it.</summary>
internal static class TiffPageReader
{
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
        TiffCodec codec = Codec(file, tags.Integer(TiffTags.Compression, 1));
        TiffSamples samples = TiffSamples.Read(file, tags, codec);
        bool separate = samples.Count > 1 && Planes(file, tags);
        if (separate && samples.Photometric == 6)
        {
            throw file.Unsupported(
                "holds JPEG YCbCr pixels in separate planes (PlanarConfiguration 2)",
                "save it with PlanarConfiguration 1, or as RGB");
        }
        bool tiled = tags.Has(TiffTags.TileWidth) || tags.Has(TiffTags.TileOffsets);
        long segmentWidth = tiled ? tags.Integer(TiffTags.TileWidth, 0) : width;
        long segmentHeight = tiled ? tags.Integer(TiffTags.TileLength, 0)
            : TiffSegments.RowsPerStrip(tags, height, separate ? samples.Count : 1, codec, samples.RowBytes(width, separate));
        if (segmentWidth is < 1 or > LongestSide || segmentHeight is < 1 or > LongestSide)
        {
            throw file.Bad($"is damaged: its {(tiled ? "tiles" : "strips")} are {segmentWidth} x {segmentHeight} pixels");
        }
        long[] subsampling = tags.Integers(TiffTags.YCbCrSubsampling, 2);
        var page = new TiffPage
        {
            Width = width,
            Height = height,
            Type = samples.Type,
            Bits = samples.Bits,
            Samples = samples.Count,
            Kept = samples.Kept,
            Separate = separate,
            Tiled = tiled,
            SegmentWidth = segmentWidth,
            SegmentHeight = segmentHeight,
            Codec = codec,
            Predictor = Predictor(file, tags, codec, samples),
            BigEndian = header.BigEndian,
            Reversed = tags.Integer(TiffTags.FillOrder, 1) == 2 && codec != TiffCodec.Jpeg,
            Photometric = samples.Photometric,
            Palette = samples.Palette,
            JpegTables = codec == TiffCodec.Jpeg ? tags.Bytes(TiffTags.JpegTables, 1 << 16) : [],
            Subsampling = subsampling.Length == 2 ? ((int)subsampling[0], (int)subsampling[1]) : (2, 2),
        };
        TiffSegments.Locate(file, tags, page);
        return page;
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

    /// <summary>Whether each sample has its own plane.</summary>
    private static bool Planes(InputFile file, TiffTags tags) => tags.Integer(TiffTags.PlanarConfig, 1) switch
    {
        1 => false,
        2 => true,
        long other => throw file.Bad($"is damaged: PlanarConfiguration is {other}"),
    };

    /// <summary>The predictor; codecs that know none ignore the tag, and so do we.</summary>
    private static int Predictor(InputFile file, TiffTags tags, TiffCodec codec, TiffSamples samples)
    {
        if (codec is not (TiffCodec.Lzw or TiffCodec.Deflate))
        {
            return 1;
        }
        long predictor = tags.Integer(TiffTags.Predictor, 1);
        bool read = predictor switch
        {
            1 => true,
            2 => samples.Bits is 8 or 16 or 32 or 64,
            3 => samples.Type.IsFloat(),
            _ => false,
        };
        return read
            ? (int)predictor
            : throw file.Unsupported(
                $"uses TIFF predictor {predictor} on {samples.Name} samples",
                "predictor 1 is read, 2 on samples of 8, 16, 32 and 64 bits, and 3 on floats");
    }
}
