namespace FastSeg.Images.Pictures;

/// <summary>What the header of a PNG, JPEG or WebP says, and those parts of the file that libvips gets to see.</summary>
/// <param name="Loader">Which of libvips' loaders decodes it: "PNG", "JPEG" or "WebP".</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">Channels that the reader delivers: 1 or 3, and alpha.</param>
/// <param name="Type">uint8 or uint16.</param>
/// <param name="Format">The format in words, for <see cref="ImageInfo.Format"/>.</param>
/// <param name="Data">The file without metadata: text, colour profiles and Exif never reach the library.</param>
internal sealed record CodedImage(string Loader, long Width, long Height, int Channels, SampleType Type, string Format, FileParts Data)
{
    /// <summary>
    /// Most rows that libvips caches between a decoder and the whole image: tiles of up to 16 rows, and one more, for three buffers of 128
    /// lines. All are used where the image has as many.
    /// </summary>
    private const int CachedRows = 3 * (128 + 16);

    /// <summary>Code and small buffers of libvips and of the format's library, which come with the first pixel.</summary>
    private const long LibraryBytes = 4L << 20;

    /// <summary>
    /// What every decoded 8-bit sample is divided by: libvips spreads samples of fewer bits over 0..255, but labels are indices.
    /// </summary>
    public int Divisor { get; init; } = 1;

    /// <summary>How its Exif data say that pixels should be turned (1 to 8; 1: as they are).</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>Whether the last channel is alpha, which is delivered of labels alone.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>Whether samples are indices of a palette.</summary>
    public bool IsPalette { get; init; }

    /// <summary>The classes of a label map, where the file says them.</summary>
    public IReadOnlyList<LabelClass> Classes { get; init; } = [];

    /// <summary>Whether the format changes sample values.</summary>
    public bool IsLossy { get; init; }

    /// <summary>Bytes beside the decoded image, where libvips keeps the whole image in another form while it decodes.</summary>
    public long DecodingBytes { get; init; }

    /// <summary>Samples of a pixel as libvips decodes it, alpha included.</summary>
    public int Bands { get; init; } = Channels;

    /// <summary>Most bytes that decoding takes: the whole image, what the library holds of it meanwhile, and the library's code.</summary>
    public long HeldBytes => (Width * Height * Bands * Type.Bytes()) + OnlyDecodingBytes + LibraryBytes;

    /// <summary>Those that are freed once the image is decoded: its rows in libvips' cache, and what the decoder keeps.</summary>
    public long OnlyDecodingBytes => (Width * Math.Min(Height, CachedRows) * Bands * Type.Bytes()) + DecodingBytes;
}
