namespace FastSeg.Images;

/// <summary>The checks that all writers share.</summary>
internal static class ImageWriting
{
    /// <summary>Refuses a rectangle outside the image and too few samples.</summary>
    public static void Check(ImageLayout layout, Region region, long sampleBytes)
    {
        if (region.IsEmpty || !new Region(0, 0, layout.Width, layout.Height).Contains(region))
        {
            throw new ArgumentOutOfRangeException(
                nameof(region), $"{region} is not a rectangle inside {layout.Width} x {layout.Height}");
        }
        if (sampleBytes < checked(region.Pixels * layout.Pages * layout.Type.Bytes()))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sampleBytes),
                $"{sampleBytes} bytes for {layout.Pages} pages of {region.Pixels} {layout.Type.Name()} samples");
        }
    }

    /// <summary>Refuses to finish an image whose pixels have not all been written.</summary>
    public static void CheckComplete(ImageLayout layout, long pixelsWritten, string path)
    {
        long pixels = checked(layout.Width * layout.Height * layout.Planes);
        if (pixelsWritten != pixels)
        {
            throw new InvalidOperationException($"{pixelsWritten} of {pixels} pixels of {path} were written");
        }
    }
}
