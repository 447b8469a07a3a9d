using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Images;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// Low-resolution features of a page that the transformer sees several times, each time shifted by a part of a patch (strided tokens). With
/// N shifts along each axis and patch p, cell (i, j) of the map is the token of the p x p pixels that begin at row i p / N and column
/// j p / N, for every such patch that begins on the page: N^2 maps interleaved, whose cells overlap.
/// </summary>
/// <remarks>
/// One pass sees the page without its first a p / N rows and b p / N columns, as if that were the whole page: with its own windows, from
/// that corner on, and its right and bottom edges repeated to whole patches. A cell's centre therefore lies p / 2 pixels behind where it
/// begins, (N - 1) / 2 cells further than where cells do not overlap. No patch begins before the page, so along the left and upper edge the
/// first cells' features reach half a patch, as without shifts.
/// </remarks>
internal static unsafe class ShiftedTokens
{
    /// <summary>Windows of all passes.</summary>
    public static long WindowCount(Backbone backbone, ImageInfo image, WindowPolicy policy, int shifts) =>
        Passes(image, backbone.Description.Patch / shifts, shifts).Sum(
            pass => LowResolutionTokens.WindowCount(backbone, Without(image, pass.X, pass.Y), policy, 1));

    /// <summary>Runs the backbone over every shifted page and projects its tokens.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="projection">The model's projection.</param>
    /// <param name="image">The image.</param>
    /// <param name="map">How samples become what the network sees.</param>
    /// <param name="policy">The model's windows.</param>
    /// <param name="shifts">Shifts along each axis; they divide the patch.</param>
    /// <param name="times">Gets the time of the network and of the projection.</param>
    /// <param name="run">Told the fraction of windows done, and may stop between two windows.</param>
    /// <param name="atOnce">Windows that run at once; they do not change the result.</param>
    /// <param name="needed">The pixels whose cells are needed; others may have any values. Null for all.</param>
    /// <exception cref="FastSegException">The file is corrupt, a sample or a token is not finite, or ONNX Runtime failed.</exception>
    public static LowResolution Compute(
        Backbone backbone, SharedPca projection, ImageReader image, InputMap map, WindowPolicy policy, int shifts, StageTimes times,
        ComputeOptions run, int atOnce, NeededPixels? needed = null)
    {
        int patch = backbone.Description.Patch, step = patch / shifts;
        long rows = LowResolutionTokens.Cells(image.Info.Height, step), columns = LowResolutionTokens.Cells(image.Info.Width, step);
        long done = 0, all = WindowCount(backbone, image.Info, policy, shifts);
        var result = new LowResolution(projection.Channels, rows, columns, step, patch - step);
        try
        {
            foreach ((long x, long y) in Passes(image.Info, step, shifts))
            {
                using var page = new CroppedImage(image, x, y);
                long windows = LowResolutionTokens.WindowCount(backbone, page.Info, policy, 1);
                ComputeOptions part = run with
                {
                    Progress = PartialProgress.Of(run.Progress, (double)done / all, (double)windows / all),
                };
                using LowResolution tokens = LowResolution.Compute(
                    backbone, projection, page, map, policy, times, part, atOnce: atOnce, needed: needed?.Without(x, y));
                Interleave(tokens, result, x / step, y / step, shifts);
                done += windows;
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>The corners of the shifted pages, as far as they lie on the page; the page itself comes first.</summary>
    private static IEnumerable<(long X, long Y)> Passes(ImageInfo image, int step, int shifts) =>
        from y in Enumerable.Range(0, shifts)
        from x in Enumerable.Range(0, shifts)
        where x * step < image.Width && y * step < image.Height
        select ((long)x * step, (long)y * step);

    private static ImageInfo Without(ImageInfo image, long x, long y) => image with { Width = image.Width - x, Height = image.Height - y };

    /// <summary>Puts one pass's cells where they belong among all.</summary>
    private static void Interleave(LowResolution part, LowResolution all, long firstColumn, long firstRow, int shifts)
    {
        for (int channel = 0; channel < all.Channels; channel++)
        {
            float* from = part.Plane(channel);
            for (long row = 0; row < part.Rows; row++)
            {
                float* to = all.Plane(channel) + ((firstRow + (row * shifts)) * all.Columns) + firstColumn;
                for (long column = 0; column < part.Columns; column++)
                {
                    to[column * shifts] = *from++;
                }
            }
        }
    }
}
