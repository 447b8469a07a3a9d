using System.Runtime.InteropServices;

namespace FastSeg.Images;

/// <summary>
/// Another image's pixels with fewer channels: some that were chosen, or their mean. Rows are read in chunks, so little is held. The
/// original stays the caller's, who disposes it after this.
/// </summary>
internal sealed class ChannelView : ImageReader
{
    private readonly ImageReader _original;

    /// <summary>The channels that are taken; empty for the mean of all.</summary>
    private readonly int[] _channels;

    /// <summary>What a sample of the mean is divided by.</summary>
    private readonly double _divisor;

    private ChannelView(ImageReader original, int[] channels, ImageInfo info, double divisor) =>
        (_original, _channels, Info, _divisor, FilePath) = (original, channels, info, divisor, original.FilePath);

    /// <inheritdoc/>
    public override ImageInfo Info { get; }

    /// <summary>The type of the original's samples.</summary>
    public SampleType OriginalType => _original.Info.Type;

    /// <inheritdoc/>
    public override bool PrefersWholeRows => _original.PrefersWholeRows;

    /// <inheritdoc/>
    internal override bool Decodes => _original.Decodes;

    /// <inheritdoc/>
    internal override (long Width, long Height)? StoredPart => _original.StoredPart;

    /// <summary>Some channels of an image, in the order that they are named in.</summary>
    /// <param name="image">The image.</param>
    /// <param name="channels">Their numbers, from 0 up.</param>
    public static ChannelView Chosen(ImageReader image, IReadOnlyList<int> channels)
    {
        ImageInfo info = image.Info;
        string[] names = info.ChannelNames.Count == 0 ? [] : [.. channels.Select(channel => info.ChannelNames[channel])];
        return new ChannelView(image, [.. channels], info with { Channels = channels.Count, ChannelNames = names }, 1);
    }

    /// <summary>The mean of all channels, one of float32: the sum in float64, in the order of the channels, rounded once.</summary>
    /// <param name="image">The image.</param>
    /// <param name="divided">Whether samples are divided by their type's divisor, as they are where nothing standardises them.</param>
    public static ChannelView Mean(ImageReader image, bool divided)
    {
        ImageInfo info = image.Info;
        double divisor = (double)info.Channels * (divided ? info.Type.Divisor() : 1);
        return new ChannelView(image, [], info with { Channels = 1, Type = SampleType.Float32, ChannelNames = [] }, divisor);
    }

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => _original.HeldBytes(threads) + ImageReading.HeldInChunks(_original.Info, threads);

    /// <inheritdoc/>
    public override unsafe void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        int bytes = Info.PixelBytes;
        fixed (byte* to = destination)
        {
            byte* first = to;
            ImageReading.InChunks(_original, region, (samples, before) =>
                Take(samples, new Span<byte>(first + (before * bytes), samples.Length / _original.Info.PixelBytes * bytes)));
        }
    }

    /// <summary>Does nothing: the original is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private void Take(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (_channels.Length == 0)
        {
            Means(from, MemoryMarshal.Cast<byte, float>(to));
            return;
        }
        int pixel = _original.Info.PixelBytes, sample = Info.Type.Bytes();
        for (int at = 0; at < from.Length; at += pixel)
        {
            foreach (int channel in _channels)
            {
                from.Slice(at + (channel * sample), sample).CopyTo(to);
                to = to[sample..];
            }
        }
    }

    private void Means(ReadOnlySpan<byte> from, Span<float> to)
    {
        switch (OriginalType)
        {
            case SampleType.UInt8:
                Means(from, to, sample => sample);
                break;
            case SampleType.UInt16:
                Means(MemoryMarshal.Cast<byte, ushort>(from), to, sample => sample);
                break;
            case SampleType.Int16:
                Means(MemoryMarshal.Cast<byte, short>(from), to, sample => sample);
                break;
            case SampleType.Int8:
                Means(MemoryMarshal.Cast<byte, sbyte>(from), to, sample => sample);
                break;
            case SampleType.Float32:
                Means(MemoryMarshal.Cast<byte, float>(from), to, sample => sample);
                break;
            default:
                throw OriginalType.NotNarrow();
        }
    }

    private void Means<T>(ReadOnlySpan<T> from, Span<float> to, Func<T, double> value)
    {
        int channels = _original.Info.Channels;
        for (int i = 0, pixel = 0; i < from.Length; pixel++)
        {
            double sum = 0;
            for (int channel = 0; channel < channels; channel++, i++)
            {
                sum += value(from[i]);
            }
            to[pixel] = (float)(sum / _divisor);
        }
    }
}
