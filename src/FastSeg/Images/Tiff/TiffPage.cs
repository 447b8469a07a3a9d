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

    /// <summary>Type of one sample.</summary>
    public required SampleType Type { get; init; }

    /// <summary>Samples per pixel in the file, alpha included.</summary>
    public required int Samples { get; init; }

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

    /// <summary>What was done before compressing: 1 nothing, 2 differences of neighbours, 3 differences of the bytes of floats.</summary>
    public required int Predictor { get; init; }

    /// <summary>Whether samples are stored with the high byte first.</summary>
    public required bool BigEndian { get; init; }

    /// <summary>PhotometricInterpretation: 0 and 1 grey, 2 RGB, 3 palette, 6 YCbCr (JPEG).</summary>
    public required int Photometric { get; init; }

    /// <summary>The colour map of a palette image: 256 red, 256 green and 256 blue values of 8 bits.</summary>
    public byte[]? Palette { get; init; }

    /// <summary>Quantisation and Huffman tables that the page's JPEG segments share.</summary>
    public byte[] JpegTables { get; init; } = [];

    /// <summary>Horizontal and vertical subsampling of the colours in YCbCr.</summary>
    public (int X, int Y) Subsampling { get; init; } = (2, 2);

    /// <summary>First byte of each segment.</summary>
    public long[] Offsets { get; set; } = [];

    /// <summary>Bytes of each segment as stored.</summary>
    public long[] Counts { get; set; } = [];

    /// <summary>Physical pixel size, where the page has one.</summary>
    public PixelSize? PixelSize { get; init; }

    /// <summary>Whether BitMiracle decodes the segments; others are copied, or go to the runtime's zlib.</summary>
    public bool NeedsBitMiracle => Codec is TiffCodec.Lzw or TiffCodec.PackBits or TiffCodec.Jpeg;

    /// <summary>Samples of a pixel within a segment.</summary>
    public int SegmentSamples => Separate ? 1 : Samples;

    /// <summary>Segments side by side.</summary>
    public long Across => ((Width - 1) / SegmentWidth) + 1;

    /// <summary>Segments on top of each other.</summary>
    public long Down => ((Height - 1) / SegmentHeight) + 1;

    /// <summary>Segments of one plane.</summary>
    public long PerPlane => checked(Across * Down);

    /// <summary>Segments of all planes.</summary>
    public long Segments => checked(PerPlane * (Separate ? Samples : 1));

    /// <summary>Bytes of a decoded row of a segment.</summary>
    public long RowBytes => checked(SegmentWidth * SegmentSamples * Type.Bytes());

    /// <summary>Bytes of a whole decoded segment.</summary>
    public long SegmentBytes => checked(RowBytes * SegmentHeight);

    /// <summary>Rows that are stored in a segment: the last strip holds only what is left of the image.</summary>
    public long StoredRows(long segment) =>
        Tiled ? SegmentHeight : Math.Min(SegmentHeight, Height - (segment % PerPlane / Across * SegmentHeight));

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
        string colours = Photometric == 3 ? "palette" : Photometric is 0 or 1 ? "grey" : "RGB";
        string alpha = Samples is 2 or 4 ? " with alpha" : "";
        string parts = Tiled
            ? $"{Segments} tiles of {SegmentWidth} x {SegmentHeight}"
            : $"{Segments} strip{(Segments == 1 ? "" : "s")} of {SegmentHeight} rows";
        string codec = Codec switch
        {
            TiffCodec.None => "uncompressed",
            TiffCodec.Lzw => "LZW",
            TiffCodec.Deflate => "deflate",
            TiffCodec.PackBits => "PackBits",
            _ => "JPEG",
        };
        string predictor = Predictor > 1 ? $" with predictor {Predictor}" : "";
        string planes = Separate ? ", planes apart" : "";
        string order = BigEndian ? ", big-endian" : "";
        string where = pages > 1 ? $", page {page} of {pages}" : "";
        return $"{(bigTiff ? "BigTIFF" : "TIFF")}, {colours}{alpha}, {parts}{planes}, {codec}{predictor}{order}{where}";
    }
}
