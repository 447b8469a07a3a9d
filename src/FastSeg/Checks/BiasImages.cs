using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Checks;

/// <summary>
/// Images without any order in space, as a network sees them: uniform noise, and blocks of real images put together at random. Whatever a
/// network's tokens have in common at a position over many of these is the position's doing.
/// </summary>
internal static unsafe class BiasImages
{
    /// <summary>Side of a block, in pixels.</summary>
    public const int Block = 64;

    /// <summary>Fills a window with grey noise, every pixel uniform in 0..1.</summary>
    public static void Noise(SplitMix64 random, BackboneDescription network, BackboneWindow window)
    {
        nint pixels = (nint)window.Width * window.Height;
        for (nint i = 0; i < pixels; i++)
        {
            float unit = (float)random.NextDouble();
            for (int colour = 0; colour < BackboneInput.Colours; colour++)
            {
                window.Input[(colour * pixels) + i] = (unit - network.Mean[colour]) / network.Std[colour];
            }
        }
    }

    /// <summary>
    /// Fills a window with blocks from random positions of an image, row by row. At the right and bottom edge blocks are cut off.
    /// </summary>
    /// <exception cref="FastSegException">The image is smaller than a block, or cannot be read.</exception>
    public static void Shuffled(SplitMix64 random, Backbone backbone, ImageReader image, InputMap map, BackboneWindow window)
    {
        ImageInfo info = image.Info;
        if (info.Width < Block || info.Height < Block)
        {
            throw new FastSegException(
                $"{info.Name} is {info.Width} x {info.Height} pixels, too small for blocks of {Block} x {Block} that are shuffled; "
                + "leave it out.");
        }
        using var page = new ScaledPage(backbone, image, map, 1, Block, Block, wholeRows: false);
        using var block = new HostBuffer(BackboneInput.Colours * Block * Block * sizeof(float));
        float* from = (float*)block.Pointer;
        for (int top = 0; top < window.Height; top += Block)
        {
            for (int left = 0; left < window.Width; left += Block)
            {
                long y = random.NextIndex(info.Height - Block + 1), x = random.NextIndex(info.Width - Block + 1);
                page.Load(new Region(x, y, Block, Block), first: true, from);
                Put(from, window, left, top);
            }
        }
    }

    private static void Put(float* block, BackboneWindow window, int left, int top)
    {
        int columns = Math.Min(Block, window.Width - left), rows = Math.Min(Block, window.Height - top);
        for (int colour = 0; colour < BackboneInput.Colours; colour++)
        {
            for (int row = 0; row < rows; row++)
            {
                nint to = (((((nint)colour * window.Height) + top + row) * window.Width) + left);
                new ReadOnlySpan<float>(block + (((colour * Block) + row) * Block), columns).CopyTo(new(window.Input + to, columns));
            }
        }
    }
}
