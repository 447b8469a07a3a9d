using System.Buffers;

namespace FastSeg.Images;

/// <summary>
/// A flipped or transposed copy of an image, which is not held: each rectangle is read from the original and turned. The original stays the
/// caller's, who disposes it after this.
/// </summary>
/// <param name="original">The image.</param>
/// <param name="flip">How the copy lies.</param>
internal sealed class FlippedImage(ImageReader original, Flip flip) : ImageReader
{
    /// <summary>Most bytes of the original that are held while they are transposed, unless one row has more.</summary>
    private const int ChunkBytes = 1 << 20;

    /// <inheritdoc/>
    public override ImageInfo Info { get; } = Turned(original.Info, flip);

    /// <summary>A transposed rectangle of whole rows costs whole columns, which no reader prefers.</summary>
    public override bool PrefersWholeRows => flip != Flip.Transposed && original.PrefersWholeRows;

    internal override bool Decodes => original.Decodes;

    /// <inheritdoc/>
    internal override (long Width, long Height)? StoredPart => original.StoredPart is not { } part ? null
        : flip == Flip.Transposed ? (part.Height, part.Width) : part;

    /// <inheritdoc/>
    public override long HeldBytes(int threads)
    {
        long chunk = flip == Flip.Transposed ? Math.Max(ChunkBytes, original.Info.Width * original.Info.PixelBytes) : 0;
        // The pool rounds a length up to the next power of two.
        return original.HeldBytes(threads) + (threads * 2 * chunk);
    }

    /// <summary>The pixel of the copy at which a pixel of the original lies, or the other way round.</summary>
    /// <param name="info">Of the image that the result is a pixel of.</param>
    /// <param name="flip">How the copy lies.</param>
    /// <param name="x">Column.</param>
    /// <param name="y">Row.</param>
    public static (long X, long Y) Position(ImageInfo info, Flip flip, long x, long y) => flip switch
    {
        Flip.LeftRight => (info.Width - 1 - x, y),
        Flip.TopBottom => (x, info.Height - 1 - y),
        _ => (y, x),
    };

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        int row = checked((int)(region.Width * Info.PixelBytes));
        Span<byte> pixels = destination[..checked((int)(region.Height * row))];
        switch (flip)
        {
            case Flip.LeftRight:
                original.Read(region with { X = Info.Width - region.Right }, pixels);
                for (int y = 0; y < region.Height; y++)
                {
                    Reverse(pixels.Slice(y * row, row), Info.PixelBytes);
                }
                break;
            case Flip.TopBottom:
                original.Read(region with { Y = Info.Height - region.Bottom }, pixels);
                Reverse(pixels, row);
                break;
            default:
                Transpose(region, pixels);
                break;
        }
    }

    /// <summary>Does nothing: the original is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private static ImageInfo Turned(ImageInfo info, Flip flip)
    {
        string how = flip switch
        {
            Flip.LeftRight => "flipped left to right",
            Flip.TopBottom => "flipped top to bottom",
            _ => "transposed",
        };
        ImageInfo named = info with { Name = $"{info.Name} ({how})" };
        return flip != Flip.Transposed ? named : named with
        {
            Width = info.Height,
            Height = info.Width,
            PixelSize = info.PixelSize is { } size ? size with { X = size.Y, Y = size.X } : null,
        };
    }

    /// <summary>Puts items of some bytes each into the opposite order.</summary>
    private static void Reverse(Span<byte> items, int bytes)
    {
        for (int first = 0, last = items.Length - bytes; first < last; first += bytes, last -= bytes)
        {
            for (int i = 0; i < bytes; i++)
            {
                (items[first + i], items[last + i]) = (items[last + i], items[first + i]);
            }
        }
    }

    /// <summary>Reads some rows of the original at a time, each of which becomes a column.</summary>
    private void Transpose(Region region, Span<byte> pixels)
    {
        int bytes = Info.PixelBytes, row = checked((int)region.Width) * bytes;
        long width = region.Height;
        int rows = (int)Math.Clamp(ChunkBytes / (width * bytes), 1, region.Width);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(checked((int)(rows * width * bytes)));
        for (long first = region.X; first < region.Right; first += rows)
        {
            var part = new Region(region.Y, first, width, Math.Min(rows, region.Right - first));
            original.Read(part, chunk);
            for (int y = 0; y < part.Height; y++)
            {
                Span<byte> column = pixels[((int)(first - region.X + y) * bytes)..];
                ReadOnlySpan<byte> from = chunk.AsSpan((int)(y * width * bytes), (int)width * bytes);
                for (int x = 0; x < width; x++)
                {
                    from.Slice(x * bytes, bytes).CopyTo(column[(x * row)..]);
                }
            }
        }
        ArrayPool<byte>.Shared.Return(chunk);
    }
}
