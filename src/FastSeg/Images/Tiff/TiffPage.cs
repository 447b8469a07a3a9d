namespace FastSeg.Images.Tiff;

/// <summary>
/// One page of a TIFF: what its directory says, checked against the file's size. A segment is a strip or a tile; segments are numbered row
/// by row, and plane after plane where each sample has its own.
/// </summary>
internal sealed class TiffPage
{
    /// <summary>Columns.</summary>
    public required long Width { get; init; }

    /// <summary>Rows.</summary>
    public required long Height { get; init; }

    /// <summary>Type of one sample as the reader delivers it.</summary>
    public required SampleType Type { get; init; }

    /// <summary>Bits of one stored sample: fewer than those of <see cref="Type"/> where samples are packed.</summary>
    public required int Bits { get; init; }

    /// <summary>Samples per pixel in the file, alpha included.</summary>
    public required int Samples { get; init; }

    /// <summary>The samples of a pixel that are delivered, in order: all but alpha. A palette has one.</summary>
    public required int[] Kept { get; set; }

    /// <summary>Whether each sample has segments of its own (planes), instead of being interleaved with the others.</summary>
    public required bool Separate { get; init; }

    /// <summary>Whether segments are tiles, which are stored whole even where they reach past the image's edge.</summary>
    public required bool Tiled { get; init; }

    /// <summary>Columns of a segment.</summary>
    public required long SegmentWidth { get; init; }

    /// <summary>Rows of a segment.</summary>
    public required long SegmentHeight { get; init; }

    /// <summary>Compression.</summary>
    public required TiffCodec Codec { get; init; }

    /// <summary>TIFF's number of the compression.</summary>
    public required int Compression { get; init; }

    /// <summary>T4Options or T6Options of a fax.</summary>
    public long FaxOptions { get; init; }

    /// <summary>What was done before compressing: 1 nothing, 2 differences of neighbours, 3 differences of the bytes of floats.</summary>
    public required int Predictor { get; init; }

    /// <summary>Whether samples are stored with the high byte first.</summary>
    public required bool BigEndian { get; init; }

    /// <summary>Whether the lowest bit of each byte comes first (FillOrder 2).</summary>
    public required bool Reversed { get; init; }

    /// <summary>PhotometricInterpretation: 0 and 1 grey or data, 2 RGB, 3 palette, 4 mask, 6 YCbCr.</summary>
    public required int Photometric { get; init; }

    /// <summary>The colour map of a palette image: all red, all green and all blue values of 8 bits.</summary>
    public byte[]? Palette { get; init; }

    /// <summary>Quantisation and Huffman tables that the page's JPEG segments share.</summary>
    public byte[] JpegTables { get; init; } = [];

    /// <summary>How YCbCr pixels are stored that are no JPEG; null for all others.</summary>
    public YCbCrPixels? YCbCr { get; init; }

    /// <summary>Whether a JPEG segment is decoded as a whole (<see cref="JpegFrame.Whole"/>).</summary>
    public bool WholeJpeg { get; set; }

    /// <summary>First byte of each segment.</summary>
    public long[] Offsets { get; set; } = [];

    /// <summary>Bytes of each segment as stored.</summary>
    public long[] Counts { get; set; } = [];

    /// <summary>The value of all samples of segments that are left out.</summary>
    public double NoData { get; init; }

    /// <summary>Segments that are left out.</summary>
    public long LeftOut { get; set; }

    /// <summary>The first segment that is stored; null where none is.</summary>
    public long? FirstStored => Array.FindIndex(Offsets, offset => offset > 0) is >= 0 and int first ? first : null;

    /// <summary>Whether a segment is left out.</summary>
    public bool IsLeftOut(long segment) => Offsets[segment] == 0;

    /// <summary>Whether samples are packed, so that they have to be unpacked when they are copied.</summary>
    public bool Packed => Bits != 8 * Type.Bytes();

    /// <summary>Whether BitMiracle decodes the segments.</summary>
    public bool NeedsBitMiracle => Codec is TiffCodec.Lzw or TiffCodec.PackBits or TiffCodec.Fax;

    /// <summary>Samples of a pixel within a segment.</summary>
    public int SegmentSamples => Separate ? 1 : Samples;

    /// <summary>Delivers alpha, too, where it is the last sample of a grey or an RGB pixel; says whether it is.</summary>
    public bool KeepAlpha()
    {
        bool alpha = Samples is 2 or 4 && Photometric != 3 && Kept.SequenceEqual(Enumerable.Range(0, Samples - 1));
        Kept = alpha ? [.. Kept, Samples - 1] : Kept;
        return alpha;
    }

    /// <summary>Segments side by side.</summary>
    public long Across => ((Width - 1) / SegmentWidth) + 1;

    /// <summary>Segments on top of each other.</summary>
    public long Down => ((Height - 1) / SegmentHeight) + 1;

    /// <summary>Segments of one plane.</summary>
    public long PerPlane => checked(Across * Down);

    /// <summary>Segments of all planes.</summary>
    public long Segments => checked(PerPlane * (Separate ? Samples : 1));

    /// <summary>
    /// Bytes of a decoded row of a segment; packed rows are filled up to a whole byte. Where YCbCr pixels share their colours with those
    /// below, a row here is as many rows of pixels as lie together (<see cref="PixelRows"/>).
    /// </summary>
    public long RowBytes => YCbCr?.RowBytes(SegmentWidth) ?? checked(((SegmentWidth * SegmentSamples * Bits) + 7) / 8);

    /// <summary>Rows of pixels that lie together: 1 but for YCbCr.</summary>
    public int PixelRows => YCbCr?.Down ?? 1;

    /// <summary>Bytes of a whole decoded segment.</summary>
    public long SegmentBytes => checked(RowBytes * Rows(SegmentHeight));

    /// <summary>Rows of <see cref="RowBytes"/> that hold so many rows of pixels.</summary>
    public long Rows(long pixelRows) => ((pixelRows - 1) / PixelRows) + 1;

    /// <summary>Rows that are stored in a segment: the last strip holds only what is left of the image.</summary>
    public long StoredRows(long segment) =>
        Rows(Tiled ? SegmentHeight : Math.Min(SegmentHeight, Height - (segment % PerPlane / Across * SegmentHeight)));

    /// <summary>The pixels of a segment that belong to the image.</summary>
    public Region Area(long segment)
    {
        (long row, long column) = Math.DivRem(segment % PerPlane, Across);
        return new Region(column * SegmentWidth, row * SegmentHeight, SegmentWidth, SegmentHeight)
            .Intersect(new Region(0, 0, Width, Height));
    }

    /// <summary>Format and layout in words, for <see cref="ImageInfo.Format"/>.</summary>
    public string Describe(bool bigTiff, int page, int pages)
    {
        bool data = Photometric is not (2 or 3 or 6);
        string colours = Photometric == 3 ? "palette" : !data ? "RGB" : Kept.Length == 1 ? "grey" : $"{Kept.Length} channels";
        string more = !data && Kept.Length > 3 ? $" and {Kept.Length - 3} more channels" : "";
        string alpha = Kept.Length < Samples ? " with alpha" : "";
        string parts = Tiled
            ? $"{Segments} tiles of {SegmentWidth} x {SegmentHeight}"
            : $"{Segments} strip{(Segments == 1 ? "" : "s")} of {SegmentHeight} rows";
        string codec = Codec switch
        {
            TiffCodec.None => "uncompressed",
            TiffCodec.Lzw => "LZW",
            TiffCodec.Deflate => "deflate",
            TiffCodec.PackBits => "PackBits",
            TiffCodec.Fax => "CCITT fax",
            TiffCodec.Zstandard => "Zstandard",
            TiffCodec.Lzma => "LZMA",
            _ => "JPEG",
        };
        string predictor = Predictor > 1 ? $" with predictor {Predictor}" : "";
        parts += LeftOut > 0 ? $" ({LeftOut} left out)" : "";
        string planes = Separate ? ", planes apart" : "";
        string order = (BigEndian ? ", big-endian" : "") + (Reversed ? ", bits reversed" : "");
        string where = pages > 1 ? $", page {page} of {pages}" : "";
        return $"{(bigTiff ? "BigTIFF" : "TIFF")}, {colours}{more}{alpha}, {parts}{planes}, {codec}{predictor}{order}{where}";
    }
}
