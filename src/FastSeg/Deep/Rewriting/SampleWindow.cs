using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Deep.Rewriting;

/// <summary>A network's input: three planes.</summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns of pixels.</param>
/// <param name="Planes">The planes, row-major.</param>
internal sealed unsafe record SampleWindow(int Height, int Width, float[] Planes)
{
    private const ulong Seed = 0;

    /// <summary>
    /// Cuts windows from images, which are dealt out in turn; each lies at a drawn place, the same ones every time. The images are
    /// standardised as they are by default when a model is trained. Windows of small images are as large as these.
    /// </summary>
    /// <param name="backbone">The network that will see them.</param>
    /// <param name="images">The images.</param>
    /// <param name="cells">Cells of a window's side.</param>
    /// <param name="count">How many windows.</param>
    /// <param name="options">Threads and cancellation.</param>
    /// <exception cref="FastSegException">A file is damaged, or a sample is not finite.</exception>
    public static IReadOnlyList<SampleWindow> Cut(
        Backbone backbone, IReadOnlyList<ImageReader> images, int cells, int count, ComputeOptions options)
    {
        InputMap[] maps = [.. images.Select(image => new InputMap(
            InputRange.Bytes, SampleMap.Of(SampleStatisticsPass.Run(image, null, 1, options).Statistics)))];
        var random = new SplitMix64(Seed);
        var windows = new SampleWindow[count];
        for (int i = 0; i < count; i++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            windows[i] = Draw(backbone, images[i % images.Count], maps[i % images.Count], cells, random);
        }
        return windows;
    }

    /// <summary>Noise: an image on which no two values of a graph are alike unless one is made of the other.</summary>
    public static SampleWindow Noise(int height, int width)
    {
        var random = new SplitMix64(Seed);
        float[] planes = new float[BackboneInput.Colours * height * width];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = (float)((random.NextDouble() * 4) - 2);
        }
        return new SampleWindow(height, width, planes);
    }

    private static SampleWindow Draw(Backbone backbone, ImageReader image, InputMap map, int cells, SplitMix64 random)
    {
        int patch = backbone.Description.Patch;
        long rows = LowResolutionTokens.Cells(image.Info.Height, patch), columns = LowResolutionTokens.Cells(image.Info.Width, patch);
        int Side(long all) => (int)(backbone.FixedTokens is null ? Math.Min(cells, all) : cells) * patch;
        (int height, int width) = (Side(rows), Side(columns));
        long y = random.NextIndex(Math.Max(0, (rows * patch) - height) + 1);
        long x = random.NextIndex(Math.Max(0, (columns * patch) - width) + 1);
        var window = new SampleWindow(height, width, new float[BackboneInput.Colours * height * width]);
        using var page = new ScaledPage(backbone, image, map, 1, width, height, wholeRows: false);
        fixed (float* planes = window.Planes)
        {
            page.Load(new Region(x, y, width, height), first: true, planes);
        }
        return window;
    }
}
