using System.Runtime.InteropServices;
using FastSeg.Checks;

namespace FastSeg.Tests.Features;

/// <summary>Samples in memory, served like a file.</summary>
internal sealed class SampleReader : ImageReader
{
    private readonly byte[] _samples;

    public SampleReader(byte[] samples, int width, int height, int channels, SampleType type)
    {
        _samples = samples;
        Info = new ImageInfo("samples", width, height, channels, type);
    }

    public override ImageInfo Info { get; }

    /// <summary>
    /// An image whose samples in [0, 1] are a function of position and channel, rounded to the type (signed ones from their least number
    /// up).
    /// </summary>
    public static SampleReader Create(int width, int height, int channels, SampleType type, Func<int, int, int, double> sample)
    {
        byte[] bytes = new byte[width * height * channels * type.Bytes()];
        for (int i = 0; i < width * height * channels; i++)
        {
            double value = sample(i / channels % width, i / channels / width, i % channels);
            switch (type)
            {
                case SampleType.UInt8:
                    bytes[i] = (byte)Math.Round(value * 255);
                    break;
                case SampleType.UInt16:
                    MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[i] = (ushort)Math.Round(value * 65535);
                    break;
                case SampleType.Int16:
                    MemoryMarshal.Cast<byte, short>(bytes.AsSpan())[i] = (short)(Math.Round(value * 65535) + short.MinValue);
                    break;
                case SampleType.Int8:
                    bytes[i] = (byte)(sbyte)(Math.Round(value * 255) + sbyte.MinValue);
                    break;
                default:
                    MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[i] = (float)value;
                    break;
            }
        }
        return new SampleReader(bytes, width, height, channels, type);
    }

    /// <summary>One channel as the reference sees it.</summary>
    public ReferenceImage Channel(int channel)
    {
        var image = new ReferenceImage((int)Info.Width, (int)Info.Height);
        for (int i = 0; i < image.Values.Length; i++)
        {
            int sample = (i * Info.Channels) + channel;
            image.Values[i] = Info.Type switch
            {
                SampleType.UInt8 => _samples[sample] / 255.0,
                SampleType.UInt16 => MemoryMarshal.Cast<byte, ushort>(_samples)[sample] / 65535.0,
                SampleType.Int16 => MemoryMarshal.Cast<byte, short>(_samples)[sample] / 65535.0,
                SampleType.Int8 => (sbyte)_samples[sample] / 255.0,
                _ => MemoryMarshal.Cast<byte, float>(_samples)[sample],
            };
        }
        return image;
    }

    /// <summary>One sample as it is stored.</summary>
    public float Stored(int sample) => Info.Type switch
    {
        SampleType.UInt8 => _samples[sample],
        SampleType.UInt16 => MemoryMarshal.Cast<byte, ushort>(_samples)[sample],
        SampleType.Int16 => MemoryMarshal.Cast<byte, short>(_samples)[sample],
        SampleType.Int8 => (sbyte)_samples[sample],
        _ => MemoryMarshal.Cast<byte, float>(_samples)[sample],
    };

    /// <summary>One channel as the reference sees it where samples are multiplied and shifted.</summary>
    public ReferenceImage Channel(int channel, float scale, float shift)
    {
        var image = new ReferenceImage((int)Info.Width, (int)Info.Height);
        for (int i = 0; i < image.Values.Length; i++)
        {
            image.Values[i] = ((double)Stored((i * Info.Channels) + channel) * scale) + shift;
        }
        return image;
    }

    public override long HeldBytes(int threads) => _samples.Length;

    public override void Read(Region region, Span<byte> destination)
    {
        int row = (int)region.Width * Info.PixelBytes;
        for (long y = 0; y < region.Height; y++)
        {
            long start = (((region.Y + y) * Info.Width) + region.X) * Info.PixelBytes;
            _samples.AsSpan((int)start, row).CopyTo(destination[(int)(y * row)..]);
        }
    }

    protected override void Dispose(bool disposing)
    {
    }
}
