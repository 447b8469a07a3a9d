using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>
/// A stack of which ImageJ wrote one directory only, for its first plane: so it does above 4 GiB, where a TIFF has no offsets for the
/// others. They lie behind the first, and only the description tells how many there are.
/// </summary>
internal static class ImageJStack
{
    /// <summary>How many planes the file holds; 1 where the layout is another one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="page">Its only directory.</param>
    /// <param name="images">How many the description names.</param>
    public static int Planes(InputFile file, TiffPage page, int images)
    {
        for (int i = 1; i < page.Offsets.Length; i++)
        {
            if (page.Offsets[i] != page.Offsets[i - 1] + page.Counts[i - 1])
            {
                return 1;
            }
        }
        bool behind = page.Codec == TiffCodec.None && !page.Tiled && page.LeftOut == 0;
        return behind ? (int)Math.Clamp((file.Length - page.Offsets[0]) / Bytes(page), 1, images) : 1;
    }

    /// <summary>Lets a directory describe plane <paramref name="number"/> (from 1).</summary>
    public static void MoveTo(TiffPage page, int number)
    {
        long bytes = (number - 1) * Bytes(page);
        page.Offsets = Array.ConvertAll(page.Offsets, offset => offset + bytes);
    }

    /// <summary>Bytes of a plane.</summary>
    private static long Bytes(TiffPage page) => page.Counts.Sum();
}
