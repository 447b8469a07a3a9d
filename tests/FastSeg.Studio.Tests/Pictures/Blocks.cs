using System.Runtime.InteropServices;
using FastSeg.Studio.Pictures;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>Images for the tests of pictures, and what has to come of them, computed plainly in doubles.</summary>
internal static class Blocks
{
    public static readonly SampleType[] Types = [SampleType.UInt8, SampleType.UInt16, SampleType.Int16, SampleType.Float32];

    /// <summary>An image of noise over the whole range of its type.</summary>
    public static MemoryImage Noise(SampleType type, int width, int height, int channels = 1, int seed = 1)
    {
        var random = new Random(seed);
        int count = width * height * channels;
        return type switch
        {
            SampleType.UInt8 => Make<byte>(count, i => (byte)random.Next(256)),
            SampleType.UInt16 => Make<ushort>(count, i => (ushort)random.Next(65536)),
            SampleType.Int16 => Make<short>(count, i => (short)random.Next(-32768, 32768)),
            _ => Make<float>(count, i => (float)((random.NextDouble() * 2000) - 1000)),
        };
        MemoryImage Make<T>(int length, Func<int, T> sample) where T : unmanaged =>
            MemoryImage.FromMemory<T>(Enumerable.Range(0, length).Select(sample).ToArray(), width, height, channels, name: "noise");
    }

    /// <summary>The samples of an image as doubles.</summary>
    public static double[] Doubles(SampleBlock block) => block.Type switch
    {
        SampleType.UInt8 => [.. block.Bytes.ToArray().Select(sample => (double)sample)],
        SampleType.UInt16 => [.. MemoryMarshal.Cast<byte, ushort>(block.Bytes).ToArray().Select(sample => (double)sample)],
        SampleType.Int16 => [.. MemoryMarshal.Cast<byte, short>(block.Bytes).ToArray().Select(sample => (double)sample)],
        _ => [.. MemoryMarshal.Cast<byte, float>(block.Bytes).ToArray().Select(sample => (double)sample)],
    };

    /// <summary>The whole of an image.</summary>
    public static SampleBlock Whole(ImageReader image) => SampleBlock.Read(image, image.Info.Bounds);

    /// <summary>An image halved some times.</summary>
    public static (double[] Samples, int Width, int Height) Halved(ImageReader image, int times)
    {
        ImageInfo info = image.Info;
        (double[] samples, int width, int height) = (Doubles(Whole(image)), (int)info.Width, (int)info.Height);
        for (int i = 0; i < times; i++)
        {
            (samples, width, height) = Half(samples, width, height, info.Channels, info.Type == SampleType.Float32);
        }
        return (samples, width, height);
    }

    private static (double[] Samples, int Width, int Height) Half(double[] from, int width, int height, int channels, bool floats)
    {
        int across = (width + 1) / 2, down = (height + 1) / 2;
        double[] to = new double[across * down * channels];
        for (int i = 0; i < to.Length; i++)
        {
            int c = i % channels, x = i / channels % across, y = i / channels / across;
            double[] four = [.. from dy in (int[])[0, 1]
                                from dx in (int[])[0, 1]
                                where (2 * x) + dx < width && (2 * y) + dy < height
                                select @from[(((((2 * y) + dy) * width) + (2 * x) + dx) * channels) + c]];
            double mean = four.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
            to[i] = floats ? (float)mean : Math.Floor(mean + 0.5);
        }
        return (to, across, down);
    }
}
