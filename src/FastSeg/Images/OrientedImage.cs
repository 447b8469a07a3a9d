namespace FastSeg.Images;

/// <summary>
/// An image turned as its file says it should be, by one of the eight orientations of TIFF and EXIF. Nothing is held: each rectangle is
/// read from the original and turned. Rows of a quarter turn are columns of the file, which cost a compressed strip a row.
/// </summary>
internal sealed class OrientedImage : ImageReader
{
    /// <summary>How the warning ends; a program with an option for it says its name instead.</summary>
    public const string Remedy = "images, labels and masks that are opened oriented are turned alike";

    private readonly ImageReader _original;
    private readonly ImageReader _turned;

    private OrientedImage(ImageReader original, IReadOnlyList<Flip> flips)
    {
        _original = original;
        _turned = flips.Aggregate(original, (image, flip) => new FlippedImage(image, flip));
        ImageInfo stored = original.Info;
        FilePath = original.FilePath;
        Info = _turned.Info with
        {
            Name = stored.Name,
            Orientation = 1,
            Format = $"{stored.Format}, turned by its orientation {stored.Orientation}",
        };
    }

    /// <inheritdoc/>
    public override ImageInfo Info { get; }

    /// <inheritdoc/>
    public override bool PrefersWholeRows => _turned.PrefersWholeRows;

    /// <inheritdoc/>
    internal override bool Decodes => _turned.Decodes;

    /// <summary>The image as it should be; itself where it is so already. The result owns the image.</summary>
    public static ImageReader Of(ImageReader stored) => stored.Info.Orientation == 1
        ? stored
        : new OrientedImage(stored, Flips(stored.Info.Orientation));

    /// <summary>What is done to pixels as they are stored, in this order, so that they lie as they should.</summary>
    public static IReadOnlyList<Flip> Flips(int orientation) => orientation switch
    {
        2 => [Flip.LeftRight],
        3 => [Flip.LeftRight, Flip.TopBottom],
        4 => [Flip.TopBottom],
        5 => [Flip.Transposed],
        6 => [Flip.Transposed, Flip.LeftRight],
        7 => [Flip.Transposed, Flip.LeftRight, Flip.TopBottom],
        8 => [Flip.Transposed, Flip.TopBottom],
        _ => [],
    };

    /// <summary>What an orientation does, in words.</summary>
    public static string Words(int orientation) => orientation switch
    {
        2 => "mirrored left to right",
        3 => "turned by 180 degrees",
        4 => "mirrored top to bottom",
        5 => "transposed",
        6 => "turned by 90 degrees clockwise",
        7 => "transposed along the other diagonal",
        8 => "turned by 90 degrees counter-clockwise",
        _ => "as it is",
    };

    /// <summary>A sentence for each image that should be turned and is not; images of one file give one.</summary>
    /// <param name="readers">What a run reads; null stands for what it does not have.</param>
    public static IReadOnlyList<string> Warnings(params IEnumerable<ImageReader?> readers)
    {
        ImageInfo[] images = [.. readers.OfType<ImageReader>().Select(reader => reader.Info).Where(image => image.Orientation != 1)];
        if (images.Length == 0)
        {
            return [];
        }
        ImageInfo first = images[0];
        int others = images.Select(image => image.Name).Distinct().Count() - 1;
        string more = others == 0 ? "" : others == 1 ? ", and another file says the like" : $", and {others} more files say the like";
        return
        [
            $"{first.Name} says that it should be {Words(first.Orientation)} (orientation {first.Orientation}){more}; "
            + $"pixels are taken as they are stored; {Remedy}.",
        ];
    }

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => _turned.HeldBytes(threads);

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        _turned.Read(region, destination);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _original.Dispose();
}
