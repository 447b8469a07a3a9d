using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>Makes a <see cref="TiffPage"/> of a directory, and refuses what is not read with a sentence that names it.</summary>
internal static class TiffPageReader
{
    /// <summary>The longest side: TIFF has 32 bits for it.</summary>
    private const long LongestSide = uint.MaxValue;

    /// <summary>The widest row of fax; decoders keep some numbers for each pixel.</summary>
    private const long WidestFax = 1 << 20;

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
                "holds YCbCr pixels in separate planes (PlanarConfiguration 2)", "save it with PlanarConfiguration 1, or as RGB");
        }
        if (codec == TiffCodec.Fax && (samples.Bits != 1 || (samples.Count > 1 && !separate)))
        {
            throw file.Unsupported($"holds CCITT fax of {samples.Count} samples of {samples.Name}", "fax is read with one bit a pixel");
        }
        if (codec == TiffCodec.Fax && width > WidestFax)
        {
            throw file.Bad($"is damaged: it claims fax rows of {width} pixels, more than {WidestFax}");
        }
        YCbCrPixels? colours = samples.Photometric == 6 && codec != TiffCodec.Jpeg ? YCbCrPixels.Read(file, tags) : null;
        bool tiled = tags.Has(TiffTags.TileWidth) || tags.Has(TiffTags.TileOffsets);
        long segmentWidth = tiled ? tags.Integer(TiffTags.TileWidth, 0) : width;
        long segmentHeight = tiled ? tags.Integer(TiffTags.TileLength, 0)
            : TiffSegments.RowsPerStrip(
                tags, height, separate ? samples.Count : 1, codec, colours?.RowBytes(width) ?? samples.RowBytes(width, separate));
        if (segmentWidth is < 1 or > LongestSide || segmentHeight is < 1 or > LongestSide)
        {
            throw file.Bad($"is damaged: its {(tiled ? "tiles" : "strips")} are {segmentWidth} x {segmentHeight} pixels");
        }
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
            Compression = (int)tags.Integer(TiffTags.Compression, 1),
            FaxOptions = tags.Integer(tags.Integer(TiffTags.Compression, 1) == 4 ? TiffTags.T6Options : TiffTags.T4Options, 0),
            Predictor = Predictor(file, tags, codec, samples, colours),
            BigEndian = header.BigEndian,
            Reversed = tags.Integer(TiffTags.FillOrder, 1) == 2 && codec != TiffCodec.Jpeg,
            Photometric = samples.Photometric,
            Palette = samples.Palette,
            JpegTables = codec == TiffCodec.Jpeg ? tags.Bytes(TiffTags.JpegTables, 1 << 16) : [],
            YCbCr = colours,
            NoData = TiffNoData.Read(tags, samples.Type, samples.Bits),
        };
        TiffSegments.Locate(file, tags, page);
        if (codec == TiffCodec.Jpeg)
        {
            page.WholeJpeg = JpegSegments.IsWhole(file, page);
        }
        if (codec == TiffCodec.Zstandard && page.FirstStored is { } first)
        {
            CheckFrame(file, page, first);
        }
        return page;
    }

    /// <summary>Refuses a page whose first segment is no Zstandard frame: whoever asks what the file is should hear it, too.</summary>
    private static void CheckFrame(InputFile file, TiffPage page, long segment)
    {
        byte[] first = new byte[ZstandardFrame.LongestHeader];
        using (var part = new FilePart(file, page.Offsets[segment], page.Counts[segment]) { Reversed = page.Reversed })
        {
            part.ReadAtLeast(first, (int)Math.Min(page.Counts[segment], first.Length));
        }
        if (ZstandardFrame.Refusal(first) is { } refusal)
        {
            throw file.Unsupported(
                $"is damaged: {(page.Tiled ? "tile" : "strip")} {segment} should be Zstandard, but {refusal}",
                "save it again with another compression");
        }
    }

    /// <summary>The codec of TIFF's number of a compression.</summary>
    private static TiffCodec Codec(InputFile file, long compression)
    {
        TiffCodec? codec = compression switch
        {
            1 => TiffCodec.None,
            2 or 3 or 4 or 32771 => TiffCodec.Fax,
            5 => TiffCodec.Lzw,
            7 => TiffCodec.Jpeg,
            8 or 32946 => TiffCodec.Deflate,
            32773 => TiffCodec.PackBits,
            34925 => TiffCodec.Lzma,
            50000 or 34926 => TiffCodec.Zstandard,
            _ => null,
        };
        string name = compression switch
        {
            6 => "old-style JPEG",
            32809 => "ThunderScan",
            33003 or 33004 or 33005 or 34712 => "JPEG 2000",
            34676 or 34677 => "SGI LogLuv",
            34887 => "LERC",
            50001 or 34927 => "WebP",
            50002 => "JPEG XL",
            _ => $"number {compression}",
        };
        return codec ?? throw file.Unsupported(
            $"uses TIFF compression {name}", "none, LZW, deflate, Zstandard, LZMA, PackBits, CCITT fax and JPEG are read");
    }

    /// <summary>Whether each sample has its own plane.</summary>
    private static bool Planes(InputFile file, TiffTags tags) => tags.Integer(TiffTags.PlanarConfig, 1) switch
    {
        1 => false,
        2 => true,
        long other => throw file.Bad($"is damaged: PlanarConfiguration is {other}"),
    };

    /// <summary>The predictor; codecs that know none ignore the tag, and so do we.</summary>
    private static int Predictor(InputFile file, TiffTags tags, TiffCodec codec, TiffSamples samples, YCbCrPixels? colours)
    {
        if (codec is not (TiffCodec.Lzw or TiffCodec.Deflate or TiffCodec.Zstandard or TiffCodec.Lzma))
        {
            return 1;
        }
        long predictor = tags.Integer(TiffTags.Predictor, 1);
        bool read = predictor switch
        {
            1 => true,
            2 => samples.Bits is 8 or 16 or 32 or 64 && colours is not { IsSubsampled: true },
            3 => samples.Type.IsFloat(),
            _ => false,
        };
        return read
            ? (int)predictor
            : throw file.Unsupported(
                $"uses TIFF predictor {predictor} on {samples.Name} samples{(colours is null ? "" : " that share colours")}",
                "predictor 1 is read, 2 on samples of 8, 16, 32 and 64 bits, and 3 on floats");
    }
}
