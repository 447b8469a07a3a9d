using System.Runtime.InteropServices;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Images.Masks;

/// <summary>What one thread works in while it mends a block of an image that was read.</summary>
/// <param name="image">The image, for values that lie outside of what was read.</param>
/// <param name="mask">0 where a pixel is left out.</param>
internal sealed unsafe class MendedBlock(ImageReader image, ImageReader mask) : IDisposable
{
    private const long Pixels = (long)BlockSources.Side * BlockSources.Side;

    /// <summary>Columns between two sources of a row that are read together.</summary>
    private const long Gap = 64;

    private readonly BlockSources _sources = new();
    private readonly HostBuffer _kept = new(Pixels * mask.Info.PixelBytes);

    /// <summary>Sources outside of what was read, each with the place of the pixel that takes its value.</summary>
    private readonly List<(long Source, long Pixel)> _far = [];
    private Region _block, _region;
    private byte* _samples;

    private ImageInfo Info => image.Info;

    /// <summary>Bytes of a block's memory.</summary>
    public static long Bytes(ImageInfo mask) => BlockSources.Bytes + (Pixels * (mask.PixelBytes + (2 * sizeof(long))));

    /// <summary>Takes a block and reads its mask.</summary>
    /// <param name="block">The block, inside the region.</param>
    /// <param name="region">What was read.</param>
    /// <param name="samples">Its samples.</param>
    public void Begin(Region block, Region region, byte* samples)
    {
        (_block, _region) = (block, region);
        _samples = samples;
        mask.Read(block, _kept.Span<byte>(0, (int)(block.Pixels * mask.Info.PixelBytes)));
    }

    /// <summary>Gives invalid pixels that are left out the value of the nearest valid pixel.</summary>
    public void Mend(InvalidPixels invalid)
    {
        if (!AnyLeftOut(invalid))
        {
            return;
        }
        _sources.Find(invalid, _block);
        _far.Clear();
        for (long y = _block.Y; y < _block.Bottom; y++)
        {
            for (long x = _block.X; x < _block.Right; x++)
            {
                long source = _sources[x, y];
                if (source == Place.Of(x, y) || source < 0 || IsKept(x, y))
                {
                    continue;
                }
                if (_region.Contains(new Region(Place.X(source), Place.Y(source), 1, 1)))
                {
                    Copy(At(Place.X(source), Place.Y(source)), At(x, y));
                }
                else
                {
                    _far.Add((source, Place.Of(x, y)));
                }
            }
        }
        _far.Sort();
        Fetch(CollectionsMarshal.AsSpan(_far));
    }

    /// <summary>Makes all channels of pixels that are left out the first one.</summary>
    public void TakeColour()
    {
        int bytes = Info.Type.Bytes();
        for (long y = _block.Y; y < _block.Bottom; y++)
        {
            for (long x = _block.X; x < _block.Right; x++)
            {
                if (IsKept(x, y))
                {
                    continue;
                }
                byte* pixel = At(x, y);
                for (int i = bytes; i < Info.PixelBytes; i++)
                {
                    pixel[i] = pixel[i - bytes];
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sources.Dispose();
        _kept.Dispose();
    }

    private bool AnyLeftOut(InvalidPixels invalid)
    {
        for (long y = _block.Y; y < _block.Bottom; y++)
        {
            for (long x = _block.X; x < _block.Right; x++)
            {
                if (invalid.Holds(x, y) && !IsKept(x, y))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private bool IsKept(long x, long y)
    {
        int bytes = mask.Info.PixelBytes;
        byte* value = _kept.Pointer + ((((y - _block.Y) * _block.Width) + (x - _block.X)) * bytes);
        return value[0] != 0 || value[bytes - 1] != 0;
    }

    private byte* At(long x, long y) => _samples + ((((y - _region.Y) * _region.Width) + (x - _region.X)) * Info.PixelBytes);

    private void Copy(byte* from, byte* to) => Buffer.MemoryCopy(from, to, Info.PixelBytes, Info.PixelBytes);

    /// <summary>Reads the sources that lie outside of what was read, those of a row together, and hands their values out.</summary>
    private void Fetch(ReadOnlySpan<(long Source, long Pixel)> far)
    {
        byte[] row = [];
        for (int first = 0, end; first < far.Length; first = end)
        {
            (long left, long y) = (Place.X(far[first].Source), Place.Y(far[first].Source));
            for (end = first + 1; end < far.Length && far[end].Source - far[end - 1].Source <= Gap; end++)
            {
            }
            long width = Place.X(far[end - 1].Source) - left + 1;
            Array.Resize(ref row, (int)Math.Max(row.Length, width * Info.PixelBytes));
            image.Read(new Region(left, y, width, 1), row);
            fixed (byte* values = row)
            {
                for (int i = first; i < end; i++)
                {
                    Copy(values + ((Place.X(far[i].Source) - left) * Info.PixelBytes), At(Place.X(far[i].Pixel), Place.Y(far[i].Pixel)));
                }
            }
        }
    }
}
