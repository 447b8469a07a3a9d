namespace FastSeg.Images;

/// <summary>Results that are held in one array.</summary>
internal static class InMemory
{
    /// <summary>How many samples a layout has.</summary>
    /// <exception cref="FastSegException">They are more than an array can hold.</exception>
    public static long ArrayLength(ImageInfo image, ImageLayout layout)
    {
        Int128 length = (Int128)layout.Pages * layout.Height * layout.Width;
        string planes = layout.Pages == 1 ? "the result" : $"the result with {layout.Pages} planes";
        return length <= Array.MaxLength
            ? (long)length
            : throw new FastSegException(
                $"{image.Name}: {planes} of {layout.Width} x {layout.Height} has {length} samples, " +
                $"and an array holds at most {Array.MaxLength}; use the call that takes a writer.");
    }
}
