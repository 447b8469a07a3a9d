using FastSeg.Common;

namespace FastSeg.Images.Samples;

/// <summary>
/// How a page is cut into the steps of a pass over all of its samples: bands of whole rows or, where the page is stored in narrower parts,
/// as many neighbouring ones as make up a band. Each stored part then lies in one step and is decoded once, however few are kept; of a page
/// that is cut out of another or turned, whose first part may be cut, it lies in up to four, which is still far fewer than bands of rows.
/// </summary>
/// <param name="Width">Columns of a step.</param>
/// <param name="Height">Rows of a step.</param>
/// <param name="BlockWidth">Columns that are read at a time.</param>
/// <param name="BlockHeight">Rows that are read at a time.</param>
internal readonly record struct PageSteps(long Width, long Height, long BlockWidth, long BlockHeight)
{
    /// <summary>Bytes that are read at a time, if not fewer: they stay in the L2 cache between being read and being summed up.</summary>
    private const long BlockBytes = 512 << 10;

    private const int MostRows = 256;

    /// <summary>Most bytes of a band of whole rows that is made as high as the parts that it is stored in.</summary>
    private const long MostBandBytes = 32 << 20;

    /// <summary>Cuts a page.</summary>
    /// <param name="image">The page.</param>
    /// <param name="inOrder">Whether all samples of a row must come in one step, from left to right.</param>
    /// <param name="wholeRows">Whether they must come at once.</param>
    public static PageSteps Of(ImageReader image, bool inOrder, bool wholeRows)
    {
        ImageInfo info = image.Info;
        long rowBytes = info.Width * info.PixelBytes, rows = Rows(rowBytes, Math.Min(info.Height, MostRows));
        if (image.StoredPart is not { } part || part.Width >= info.Width)
        {
            return new PageSteps(info.Width, rows, info.Width, rows);
        }
        long height = Math.Min(part.Height, info.Height);
        if (wholeRows)
        {
            rows = Math.Max(rows, Math.Min(height, MostBandBytes / rowBytes));
            return new PageSteps(info.Width, rows, info.Width, rows);
        }
        long parts = Math.Max(1, BlockBytes / (part.Width * height * info.PixelBytes));
        long width = Math.Min(parts * part.Width, info.Width);
        return new PageSteps(inOrder ? info.Width : width, height, width, Rows(width * info.PixelBytes, height));
    }

    /// <summary>Pixels that are read at a time, at most.</summary>
    public long BlockPixels => BlockWidth * BlockHeight;

    /// <summary>How many steps a page takes.</summary>
    public long Count(ImageInfo page) => Across(page) * (((page.Height - 1) / Height) + 1);

    /// <summary>The pixels of a step, which are those of no other.</summary>
    public Region Step(ImageInfo page, long number)
    {
        (long row, long column) = Math.DivRem(number, Across(page));
        return new Region(column * Width, row * Height, Width, Height).Intersect(page.Bounds);
    }

    private long Across(ImageInfo page) => ((page.Width - 1) / Width) + 1;

    private static long Rows(long rowBytes, long most) => Math.Clamp(BlockBytes / rowBytes, 1, most);
}
