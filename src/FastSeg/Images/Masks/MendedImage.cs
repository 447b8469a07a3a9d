using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Images.Samples;

namespace FastSeg.Images.Masks;

/// <summary>
/// An image as it is seen where a mask leaves pixels out. What lies there must not decide whether the image can be used, and yet filters,
/// transformer and guides look at it: an invalid pixel (a sample of it is NaN or infinite) becomes the nearest valid one, and for a model
/// that sees grey, a coloured pixel becomes its first channel. Pixels that the mask keeps stay as they are, and are refused by whoever must
/// not see them. What is read does not depend on which rectangles are read. Several threads may read.
/// </summary>
/// <param name="image">The image; stays the caller's.</param>
/// <param name="mask">One channel of whole numbers, 0 where a pixel is left out; stays the caller's.</param>
/// <param name="options">Threads and cancellation of the pass that finds invalid pixels, which begins with the first one met.</param>
internal sealed unsafe class MendedImage(ImageReader image, ImageReader mask, ComputeOptions options) : ImageReader
{
    private readonly ConcurrentBag<MendedBlock> _blocks = [];
    private readonly Lock _finding = new();
    private volatile InvalidPixels? _invalid;

    /// <summary>Whether pixels that are left out lose their colour. To be set before the image is read.</summary>
    public bool GreyWhereLeftOut { get; set; }

    /// <inheritdoc/>
    public override ImageInfo Info => image.Info;

    /// <inheritdoc/>
    public override bool PrefersWholeRows => image.PrefersWholeRows;

    /// <inheritdoc/>
    internal override bool Decodes => image.Decodes;

    /// <inheritdoc/>
    internal override (long Width, long Height)? StoredPart => image.StoredPart;

    /// <summary>As for the image, and what mending takes. The mask's own bytes are whose it is.</summary>
    public override long HeldBytes(int threads) => image.HeldBytes(threads) + (threads * MendedBlock.Bytes(mask.Info))
        + (Info.Type == SampleType.Float32 ? InvalidPixels.Bytes(Info, options) : 0);

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        image.Read(region, destination);
        fixed (byte* samples = destination)
        {
            bool finite = SampleChecks.AllFinite(samples, region.Pixels * Info.Channels, Info.Type);
            if (finite && !GreyWhereLeftOut)
            {
                return;
            }
            if (!_blocks.TryTake(out MendedBlock? block))
            {
                block = new MendedBlock(image, mask);
            }
            try
            {
                Mend(block, region, samples, finite ? null : Invalid());
            }
            finally
            {
                _blocks.Add(block);
            }
        }
    }

    /// <summary>Frees what was allocated while it was read; the image and the mask stay open.</summary>
    protected override void Dispose(bool disposing)
    {
        while (_blocks.TryTake(out MendedBlock? block))
        {
            block.Dispose();
        }
        _invalid?.Dispose();
    }

    /// <summary>Mends what was read, block by block.</summary>
    private void Mend(MendedBlock block, Region region, byte* samples, InvalidPixels? invalid)
    {
        const long Side = BlockSources.Side;
        for (long y = region.Y; y < region.Bottom; y += Side)
        {
            for (long x = region.X; x < region.Right; x += Side)
            {
                block.Begin(new Region(x, y, Side, Side).Intersect(region), region, samples);
                if (invalid is not null)
                {
                    block.Mend(invalid);
                }
                if (GreyWhereLeftOut)
                {
                    block.TakeColour();
                }
            }
        }
    }

    /// <summary>The page's invalid pixels, found once: whoever meets one first looks through the page, and others wait.</summary>
    private InvalidPixels Invalid()
    {
        lock (_finding)
        {
            return _invalid ??= new InvalidPixels(image, options);
        }
    }
}
