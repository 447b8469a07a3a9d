using System.Collections.Concurrent;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Features.Local;

/// <summary>
/// An image whose samples are those of another one, standardised by their neighbourhood: float32, in as many channels as the model sees.
/// Tiles, the transformer and guidance all read it like any image, so all of them see the same. Several threads may read.
/// </summary>
/// <remarks>
/// A rectangle is standardised block by block. Blocks are tall, because the rows above and below a block are summed for it alone.
/// </remarks>
internal sealed class LocalReader : ImageReader
{
    /// <summary>Columns and rows of a block.</summary>
    private const int BlockColumns = 1024, BlockRows = 1024;

    /// <summary>Rows of a block where the file decodes whole rows: with those around it, it keeps about a thousand.</summary>
    private const int BlockRowsOfStrips = 512;

    private readonly ImageReader _source;
    private readonly ImageReader? _mask;
    private readonly double _sigma;
    private readonly SampleLimits _limits;
    private readonly Region _block;
    private readonly ConcurrentBag<LocalBlock> _blocks = [];

    /// <summary>Wraps an image and its mask, which stay the caller's.</summary>
    private LocalReader(ImageReader source, ImageReader? mask, FeatureSpec features, int channels)
    {
        (_source, _mask, _sigma) = (source, mask, features.StandardiseSigma);
        _limits = SampleLimits.Of(features.LargestSample);
        ImageInfo info = source.Info;
        Info = info with { Channels = Math.Min(channels, info.Channels), Type = SampleType.Float32 };
        long rows = source.PrefersWholeRows ? BlockRowsOfStrips : BlockRows;
        _block = new Region(0, 0, Math.Min(BlockColumns, info.Width), Math.Min(rows, info.Height));
    }

    /// <inheritdoc/>
    public override ImageInfo Info { get; }

    /// <inheritdoc/>
    public override bool PrefersWholeRows => _source.PrefersWholeRows;

    /// <summary>The image as a specification's filters see it: itself, unless it is standardised by its neighbourhood.</summary>
    /// <param name="image">The image; stays the caller's.</param>
    /// <param name="mask">Pixels of it that count, or null for all; stays the caller's.</param>
    /// <param name="features">Says whether and how.</param>
    /// <param name="channels">Channels that the model sees.</param>
    public static ImageReader Of(ImageReader image, ImageReader? mask, FeatureSpec features, int channels) =>
        features.Standardise == Standardisation.Local ? new LocalReader(image, mask, features, channels) : image;

    /// <summary>The image that an image of <see cref="Of"/> reads; itself, if it is no such image.</summary>
    public static ImageReader SourceOf(ImageReader image) => image is LocalReader local ? local._source : image;

    /// <summary>Frees what an image of <see cref="Of"/> allocated while it was read; it may be read again.</summary>
    public static void Release(ImageReader image)
    {
        while (image is LocalReader local && local._blocks.TryTake(out LocalBlock? block))
        {
            block.Dispose();
        }
    }

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => _source.HeldBytes(threads) + (_mask?.HeldBytes(threads) ?? 0)
        + (threads * LocalBlock.Bytes(_source.Info, _mask?.Info, Info.Channels, _sigma, _block));

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        if (!_blocks.TryTake(out LocalBlock? block))
        {
            block = new LocalBlock(_source, _mask, Info.Channels, _sigma, _block) { Limits = _limits };
        }
        try
        {
            for (long y = region.Y; y < region.Bottom; y += _block.Height)
            {
                for (long x = region.X; x < region.Right; x += _block.Width)
                {
                    Region part = (_block with { X = x, Y = y }).Intersect(region);
                    block.Standardise(part);
                    block.CopyTo(part, region, destination);
                }
            }
        }
        finally
        {
            _blocks.Add(block);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Release(this);
}
