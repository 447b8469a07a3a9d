namespace FastSeg.Images;

/// <summary>What the header of a PNG, JPEG or WebP says, and the part of the file that libvips is handed.</summary>
/// <param name="Loader">"PNG", "JPEG" or "WebP".</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">Delivered channels: 1 or 3.</param>
/// <param name="Type">uint8 or uint16.</param>
/// <param name="Format">Format in words.</param>
/// <param name="Data">The file without metadata: text, profiles and Exif never reach the library.</param>
internal sealed record CodedImage(string Loader, long Width, long Height, int Channels, SampleType Type, string Format, FileParts Data)
{
    /// <summary>What every delivered 8-bit sample is divided by: the library spreads the indices of a small palette over 0..255.</summary>
    public int Divisor { get; init; } = 1;

    /// <summary>Bytes the library needs besides while decoding, where it keeps the whole image in another form.</summary>
    public long DecodingBytes { get; init; }

    /// <summary>Samples of a pixel as the library decodes it, alpha included.</summary>
    public int Bands { get; init; } = Channels;

    /// <summary>Bytes of the image as the library decodes it.</summary>
    public long DecodedBytes => Width * Height * Bands * Type.Bytes();
}
