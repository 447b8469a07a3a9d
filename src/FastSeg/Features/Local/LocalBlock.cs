using System.Runtime.InteropServices;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Features.Local;

/// <summary>What one thread works in while it standardises a block of an image: samples, mask, sums and planes.</summary>
internal sealed unsafe class LocalBlock : IDisposable
{
    private readonly ImageReader _source;
    private readonly ImageReader? _mask;
    private readonly int _channels;
    private readonly int _radius;
    private readonly HostBuffer _samples;
    private readonly HostBuffer? _adapted;
    private readonly HostBuffer? _kept;
    private readonly HostBuffer _planes;
    private readonly HostBuffer _sums;
    private readonly LocalStandardisationCpu _local;

    /// <summary>Allocates memory for the largest block.</summary>
    /// <param name="source">The image.</param>
    /// <param name="mask">Which of its pixels count; null for all.</param>
    /// <param name="channels">Channels that are standardised: the image's, or 1 where three equal ones become one.</param>
    /// <param name="sigma">The window's standard deviation.</param>
    /// <param name="largest">Width and height of the largest block.</param>
    public LocalBlock(ImageReader source, ImageReader? mask, int channels, double sigma, Region largest)
    {
        (_source, _mask, _channels, _radius) = (source, mask, channels, LocalStandardisation.Radius(sigma));
        ImageInfo info = source.Info;
        long pixels = Pixels(info, sigma, largest);
        _samples = new HostBuffer(pixels * info.PixelBytes);
        _adapted = channels == info.Channels ? null : new HostBuffer(pixels * channels * info.Type.Bytes());
        _kept = mask is null ? null : new HostBuffer(pixels * mask.Info.PixelBytes);
        _planes = new HostBuffer(largest.Pixels * channels * sizeof(float));
        _sums = new HostBuffer(SumBytes(mask is not null, channels, sigma, largest));
        _local = LocalStandardisationCpu.Create(new Arena(_sums), sigma, channels, largest.Height, mask is not null);
    }

    /// <summary>The float samples that are not refused.</summary>
    public required SampleLimits Limits { get; init; }

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(ImageInfo image, ImageInfo? mask, int channels, double sigma, Region largest)
    {
        long pixel = image.PixelBytes + (mask?.PixelBytes ?? 0) + (channels == image.Channels ? 0 : channels * image.Type.Bytes());
        return (Pixels(image, sigma, largest) * pixel) + (largest.Pixels * channels * sizeof(float))
            + SumBytes(mask is not null, channels, sigma, largest);
    }

    /// <summary>Reads a block with its surroundings and standardises it.</summary>
    /// <exception cref="FastSegException">
    /// A file is corrupt there, a sample is not finite or too large, or a coloured pixel meets a grey model.
    /// </exception>
    public void Standardise(Region block)
    {
        ImageInfo info = _source.Info;
        Region read = block.Inflate(_radius).Intersect(info.Bounds);
        _source.Read(read, _samples.Span<byte>(0, checked((int)(read.Pixels * info.PixelBytes))));
        bool good = SampleChecks.AllWithin(_samples.Pointer, read.Pixels * info.Channels, info.Type, Limits);
        if (_adapted is not null)
        {
            good &= SampleChecks.Adapt(_samples.Pointer, info.Channels, _adapted.Pointer, _channels, read.Pixels, info.Type);
        }
        if (!good)
        {
            var search = new SampleSearch(_source, info.Bounds) { Limits = Limits, Grey = _adapted is not null };
            throw search.FailureOrChange();
        }
        var source = new PixelSource((_adapted ?? _samples).Pointer, info.Type, _channels, 0, read);
        _local.Run(new LocalPixels(source, info.Bounds, ReadMask(read)), block, (float*)_planes.Pointer);
    }

    /// <summary>Copies the standardised samples of a block to their places in a rectangle, channels interleaved.</summary>
    public void CopyTo(Region block, Region region, Span<byte> destination)
    {
        Span<float> to = MemoryMarshal.Cast<byte, float>(destination);
        float* from = (float*)_planes.Pointer;
        int width = (int)block.Width;
        for (int channel = 0; channel < _channels; channel++)
        {
            for (long y = block.Y; y < block.Bottom; y++, from += width)
            {
                int at = checked((int)((((y - region.Y) * region.Width) + (block.X - region.X)) * _channels)) + channel;
                if (_channels == 1)
                {
                    new ReadOnlySpan<float>(from, width).CopyTo(to[at..]);
                    continue;
                }
                for (int x = 0; x < width; x++, at += _channels)
                {
                    to[at] = from[x];
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        _adapted?.Dispose();
        _kept?.Dispose();
        _planes.Dispose();
        _sums.Dispose();
    }

    /// <summary>Pixels of the largest block with its surroundings, which are never larger than the image.</summary>
    private static long Pixels(ImageInfo image, double sigma, Region largest)
    {
        long around = 2L * LocalStandardisation.Radius(sigma);
        return Math.Min(largest.Width + around, image.Width) * Math.Min(largest.Height + around, image.Height);
    }

    private static long SumBytes(bool masked, int channels, double sigma, Region largest)
    {
        var count = new Arena();
        LocalStandardisationCpu.Create(count, sigma, channels, largest.Height, masked);
        return count.Bytes;
    }

    /// <summary>Reads the mask of a rectangle: a byte a pixel that is not 0 where the pixel counts. Null without a mask.</summary>
    private nint ReadMask(Region read)
    {
        if (_mask is null)
        {
            return 0;
        }
        Span<byte> kept = _kept!.Span<byte>(0, checked((int)(read.Pixels * _mask.Info.PixelBytes)));
        _mask.Read(read, kept);
        for (int i = 0; _mask.Info.PixelBytes == 2 && i < read.Pixels; i++)
        {
            kept[i] = (byte)(kept[2 * i] | kept[(2 * i) + 1]);
        }
        return (nint)_kept.Pointer;
    }
}
