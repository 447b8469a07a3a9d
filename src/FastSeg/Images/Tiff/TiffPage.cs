namespace FastSeg.Images;

/// <summary>How a page's samples are compressed.</summary>
internal enum TiffCodec
{
    None,
    Lzw,
    Deflate,
    PackBits,
    Jpeg,
}

/// <summary>
/// One page of a TIFF: what its directory says, checked against the file's size. A segment is a strip or a tile of one plane; segments
/// count row by row, plane after plane.
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

    /// <summary>Whether each sample has its own segments.</summary>
    public required bool Separate { get; init; }

    /// <summary>Whether segments are tiles, which are stored whole at the edges too.</summary>
    public required bool Tiled { get; init; }

    /// <summary>Columns of a segment.</summary>
    public required long SegmentWidth { get; init; }

    /// <summary>Rows of a segment.</summary>
    public required long SegmentHeight { get; init; }

    /// <summary>Compression.</summary>
    public required TiffCodec Codec { get; init; }

    /// <summary>1 none, 2 differences of neighbours, 3 differences of the bytes of floats.</summary>
    public required int Predictor { get; init; }

    /// <summary>Whether samples are stored with the high byte first.</summary>
    public required bool BigEndian { get; init; }

    /// <summary>PhotometricInterpretation: 0 and 1 grey, 2 RGB, 3 palette, 6 YCbCr (JPEG).</summary>
    public required int Photometric { get; init; }

    /// <summary>The colour map, 256 red, 256 green and 256 blue values of 8 bit, where the page has one.</summary>
    public byte[]? Palette { get; init; }

    /// <summary>Quantisation and Huffman tables shared by the page's JPEG segments.</summary>
    public byte[] JpegTables { get; init; } = [];

    /// <summary>YCbCr subsampling, horizontal and vertical.</summary>
    public (int X, int Y) Subsampling { get; init; } = (2, 2);

    /// <summary>First byte of each segment.</summary>
    public long[] Offsets { get; set; } = [];

    /// <summary>Bytes of each segment as stored.</summary>
    public long[] Counts { get; set; } = [];

    /// <summary>Physical pixel size.</summary>
    public PixelSize? PixelSize { get; init; }

    /// <summary>Whether the library decodes the segments; the others are copied, or go to the runtime's zlib.</summary>
    public bool NeedsBitMiracle => Codec is TiffCodec.Lzw or TiffCodec.PackBits or TiffCodec.Jpeg;

    /// <summary>Samples of a pixel within a segment.</summary>
    public int SegmentSamples => Separate ? 1 : Samples;

    /// <summary>Segments side by side.</summary>
    public long Across => ((Width - 1) / SegmentWidth) + 1;

    /// <summary>Segments on top of each other.</summary>
    public long Down => ((Height - 1) / SegmentHeight) + 1;

    /// <summary>Segments of one plane.</summary>
    public long PerPlane => checked(Across * Down);

    /// <summary>All segments.</summary>
    public long Segments => checked(PerPlane * (Separate ? Samples : 1));

    /// <summary>Bytes of a decoded row of a segment.</summary>
    public long RowBytes => checked(SegmentWidth * SegmentSamples * Type.Bytes());

    /// <summary>Bytes of a whole decoded segment.</summary>
    public long SegmentBytes => checked(RowBytes * SegmentHeight);

    /// <summary>Rows stored in a segment: the last strip holds what is left of the image.</summary>
    public long StoredRows(long segment) =>
        Tiled ? SegmentHeight : Math.Min(SegmentHeight, Height - (segment % PerPlane / Across * SegmentHeight));

    /// <summary>The pixels of a segment that belong to the image.</summary>
    public Region Area(long segment)
    {
        (long row, long column) = Math.DivRem(segment % PerPlane, Across);
        return new Region(column * SegmentWidth, row * SegmentHeight, SegmentWidth, SegmentHeight).Intersect(new Region(0, 0, Width, Height));
    }

    /// <summary>Format and layout in words.</summary>
    public string Describe(bool bigTiff, int page, int pages)
    {
        string colours = Photometric == 3 ? "palette" : Photometric is 0 or 1 ? "grey" : "RGB";
        string alpha = Samples is 2 or 4 ? " with alpha" : "";
        string parts = Tiled ? $"{Segments} tiles of {SegmentWidth} x {SegmentHeight}" : $"{Segments} strip{(Segments == 1 ? "" : "s")} of {SegmentHeight} rows";
        string codec = Codec switch
        {
            TiffCodec.None => "uncompressed",
            TiffCodec.Lzw => "LZW",
            TiffCodec.Deflate => "deflate",
            TiffCodec.PackBits => "PackBits",
            _ => "JPEG",
        };
        string order = BigEndian ? ", big-endian" : "";
        string where = pages > 1 ? $", page {page} of {pages}" : "";
        return $"{(bigTiff ? "BigTIFF" : "TIFF")}, {colours}{alpha}, {parts}{(Separate ? ", planes apart" : "")}, {codec}{(Predictor > 1 ? $" with predictor {Predictor}" : "")}{order}{where}";
    }
}
