using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>What an image to be written looks like.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Type">Type of one sample.</param>
/// <param name="Pages">How many planes there are: pages of a TIFF, or the length of an npy's last axis.</param>
public sealed record ImageLayout(long Width, long Height, SampleType Type, int Pages = 1)
{
    /// <summary>Physical pixel size, for formats that can hold one.</summary>
    public PixelSize? PixelSize { get; init; }

    /// <summary>A name for each page (TIFF's PageName), or null.</summary>
    public IReadOnlyList<string>? PageNames { get; init; }

    /// <summary>Whether the samples are labels: a TIFF or PNG of uint8 then gets the class colours as its palette.</summary>
    public bool IsLabelMap { get; init; }

    /// <summary>The classes of a label map, which a TIFF or PNG carries; empty where they are not known.</summary>
    public IReadOnlyList<LabelClass> Classes { get; init => field = NotNull(value); } = [];

    /// <summary>
    /// Sizes that a format which holds several should have, as <see cref="ImageInfo.Levels"/> of the image that the samples come from;
    /// where there are none, or the first is another one, it has halves.
    /// </summary>
    public IReadOnlyList<(long Width, long Height)> Levels { get; init => field = NotNull(value); } = [];

    /// <summary>
    /// Whether a TIFF holds smaller sizes, too, in each page's sub-directories: those of <see cref="Levels"/> where each is a half, a
    /// quarter, an eighth or a sixteenth of the one before, otherwise halves. An OME-Zarr always does.
    /// </summary>
    public bool Pyramid { get; init; }

    /// <summary>Planes in depth, each with <see cref="Pages"/> pages; more than one in a TIFF or an OME-Zarr.</summary>
    public int Slices { get; init; } = 1;

    /// <summary>Points in time, each with so many slices.</summary>
    public int Frames { get; init; } = 1;

    /// <summary>From one slice to the next, in the unit of the pixel size; null where that is not known.</summary>
    public double? SliceStep { get; init; }

    /// <summary>Planes of all points in time.</summary>
    internal int Planes => checked(Slices * Frames);

    /// <summary>Pages of all planes.</summary>
    internal int AllPages => checked(Pages * Planes);

    /// <summary>Whether an npy has the page axis even where there is one page (H x W x 1).</summary>
    public bool KeepPageAxis { get; init; }
}
