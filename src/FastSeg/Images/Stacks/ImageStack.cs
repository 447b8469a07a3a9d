using FastSeg.Images;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// Images of one size, type and number of channels that are segmented as one: pages of a TIFF, slices and points in time of an OME-Zarr,
/// or the files of a folder. Each is opened when it is its turn, so a stack holds nothing.
/// </summary>
public sealed class ImageStack
{
    private readonly Func<int, ImageReader> _open;
    private ImageInfo? _first;

    /// <summary>Puts images together.</summary>
    /// <param name="name">What sentences call the stack.</param>
    /// <param name="slices">How many images lie behind each other in depth.</param>
    /// <param name="frames">For how many points in time there are so many.</param>
    /// <param name="open">
    /// Opens an image, given its number: slices of the first point in time from 0 up, then those of the next.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no image.</exception>
    public ImageStack(string name, int slices, int frames, Func<int, ImageReader> open)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        (Name, Slices, Frames, _open) = (NotNull(name), slices, frames, NotNull(open));
        Count = checked(slices * frames);
    }

    /// <summary>What sentences call it: the path as it was given.</summary>
    public string Name { get; }

    /// <summary>Images behind each other in depth.</summary>
    public int Slices { get; }

    /// <summary>Points in time.</summary>
    public int Frames { get; }

    /// <summary>All images.</summary>
    public int Count { get; }

    /// <summary>From one slice to the next, in the unit of the pixel size; null where that is not known.</summary>
    public double? SliceStep { get; init; }

    /// <summary>Opens an image; the caller disposes it.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <exception cref="FastSegException">It cannot be read, or differs from the first that was opened.</exception>
    public ImageReader Open(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        ImageReader image = _open(number);
        try
        {
            ChannelPages.CheckAlike(_first ??= image.Info, image.Info, "the images of a stack");
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>The layout of all results of a stack, given that of one image's.</summary>
    public ImageLayout LayoutOf(ImageLayout one) =>
        NotNull(one) with { Slices = Slices, Frames = Frames, SliceStep = SliceStep };
}
