using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>What is known of an image without decoding its pixels.</summary>
/// <param name="Name">The file's path as the caller gave it (with its page, "FILE#2"), or a name for an image in memory.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">
/// Samples per pixel as <see cref="ImageReader.Read"/> delivers them, 1 (grey, label indices) to <see cref="MostChannels"/>; alpha is
/// dropped.
/// </param>
/// <param name="Type">Type of one sample as <see cref="ImageReader.Read"/> delivers it.</param>
public sealed record ImageInfo(string Name, long Width, long Height, int Channels, SampleType Type)
{
    /// <summary>The most channels that an image may have.</summary>
    public const int MostChannels = 16;

    private readonly SampleType? _stored;
    private readonly int? _bits;

    /// <summary>The file's path as the caller gave it, or a name.</summary>
    public string Name { get; init => field = NotNull(value); } = NotNull(Name);

    /// <summary>Physical pixel size, where the file has one.</summary>
    public PixelSize? PixelSize { get; init; }

    /// <summary>Format and layout in words, such as "TIFF, 16 strips of 32 rows, LZW".</summary>
    public string Format { get; init => field = NotNull(value); } = "memory";

    /// <summary>Type of a sample in the file or in memory; <see cref="Type"/> where nothing is converted.</summary>
    public SampleType Stored
    {
        get => _stored ?? Type;
        init => _stored = value;
    }

    /// <summary>Bits of a stored sample: 12 for packed samples of 12 bits, which are delivered as uint16.</summary>
    public int Bits
    {
        get => _bits ?? (8 * Stored.Bytes());
        init => _bits = value;
    }

    /// <summary>
    /// Whether the last channel is alpha. Alpha is dropped, but for labels, of which it says where nothing was drawn.
    /// </summary>
    internal bool HasAlpha { get; init; }

    /// <summary>Whether samples are indices of a palette, as labels are read.</summary>
    internal bool IsPalette { get; init; }

    /// <summary>Whether the format changes sample values, as JPEG does.</summary>
    internal bool IsLossy { get; init; }

    /// <summary>A sentence about planes that were left out although nobody chose one; null where there are none.</summary>
    internal string? UnchosenPlanes { get; init; }

    /// <summary>
    /// Sizes at which the file holds the picture, beginning with that of the image itself; empty where it holds no others.
    /// </summary>
    public IReadOnlyList<(long Width, long Height)> Levels { get; init => field = NotNull(value); } = [];

    /// <summary>Pages in the file; the image is one of them.</summary>
    public int Pages { get; init; } = 1;

    /// <summary>The pages, from 1, that are smaller copies of others.</summary>
    internal IReadOnlyList<int> CopiedPages { get; init; } = [];

    /// <summary>
    /// Whether the channels are red, green and blue; three channels are, unless their reader says otherwise. Only an image in colour
    /// counts as grey where its channels are equal.
    /// </summary>
    public bool IsColour { get => field && Channels == 3; init; } = true;

    /// <summary>A name for each channel; empty where the file names none.</summary>
    public IReadOnlyList<string> ChannelNames { get; init => field = NotNull(value); } = [];

    /// <summary>The classes of a label map, where its file says them, as those that are segmented here do; otherwise empty.</summary>
    public IReadOnlyList<LabelClass> Classes { get; init => field = NotNull(value); } = [];

    /// <summary>Whether the file says that it is a label map, opened as labels or as an image.</summary>
    internal bool IsLabelMap { get => field || Classes.Count > 0; init; }

    /// <summary>
    /// How the file says its pixels should be turned, as TIFF and EXIF count (1 to 8; 1: as they are). Pixels are delivered as stored.
    /// </summary>
    public int Orientation { get; init; } = 1;

    /// <summary>The whole image.</summary>
    public Region Bounds => new(0, 0, Width, Height);

    /// <summary>Bytes of one pixel as <see cref="ImageReader.Read"/> delivers it.</summary>
    public int PixelBytes => Channels * Type.Bytes();
}
