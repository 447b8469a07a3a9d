using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

public unsafe class PixelsTests
{
    [Test]
    public void Every_integer_is_divided_correctly_rounded([Values] bool wide)
    {
        Widths.Need(wide ? 512 : 256);
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        ushort[] shorts = [.. Enumerable.Range(0, 65536).Select(value => (ushort)value)];
        fixed (byte* first = bytes)
        {
            float[] read = Read(wide, new PixelSource(first, SampleType.UInt8, 1, 0, new Region(0, 0, 256, 1)), 0, 0, 256);
            Assert.That(read, Is.EqualTo(Array.ConvertAll(bytes, value => value / 255f)));
            read = Read(wide, new PixelSource(first, SampleType.Int8, 1, 0, new Region(0, 0, 256, 1)), 0, 0, 256);
            Assert.That(read, Is.EqualTo(Array.ConvertAll(bytes, value => (sbyte)value / 255f)));
        }
        fixed (ushort* first = shorts)
        {
            float[] read = Read(wide, new PixelSource((byte*)first, SampleType.UInt16, 1, 0, new Region(0, 0, 65536, 1)), 0, 0, 65536);
            Assert.That(read, Is.EqualTo(Array.ConvertAll(shorts, value => value / 65535f)));
            read = Read(wide, new PixelSource((byte*)first, SampleType.Int16, 1, 0, new Region(0, 0, 65536, 1)), 0, 0, 65536);
            Assert.That(read, Is.EqualTo(Array.ConvertAll(shorts, value => (short)value / 65535f)));
        }
    }

    /// <summary>Vectors, and the pixels that are left over behind them, have the bits of one fused multiply-add.</summary>
    [Test]
    public void Standardised_samples_are_multiplied_and_shifted_as_they_are_stored(
        [NarrowTypes] SampleType type, [Values(1, 3, 2, 4, 16)] int channels, [Values] bool wide)
    {
        Widths.Need(wide ? 512 : 256);
        const int Width = 203;
        var map = SampleMap.Of(new SampleStatistics(99.7, 31.3));
        byte[] memory = new byte[Width * channels * type.Bytes()];
        new Random(4).NextBytes(memory);
        if (type == SampleType.Float32)
        {
            float[] floats = [.. Enumerable.Range(0, Width * channels).Select(i => (i * 1.37f) - 50)];
            MemoryMarshal.AsBytes<float>(floats).CopyTo(memory);
        }
        var reader = new SampleReader(memory, Width, 1, channels, type);
        fixed (byte* first = memory)
        {
            var source = new PixelSource(first, type, channels, channels - 1, new Region(0, 0, Width, 1), map);
            float[] read = Read(wide, source, 0, 0, Width);
            float[] expected = [.. Enumerable.Range(0, Width).Select(
                i => MathF.FusedMultiplyAdd(reader.Stored((i * channels) + channels - 1), map.Scale, map.Shift))];
            Assert.That(read, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Negative_zero_becomes_zero([Values] bool wide)
    {
        Widths.Need(wide ? 512 : 256);
        float[] values = [.. Enumerable.Repeat(-0f, 19)];
        fixed (float* first = values)
        {
            float[] read = Read(wide, new PixelSource((byte*)first, SampleType.Float32, 1, 0, new Region(0, 0, 19, 1)), 0, 0, 19);
            Assert.That(read.All(value => BitConverter.SingleToInt32Bits(value) == 0));
            var map = SampleMap.Of(new SampleStatistics(0, 3));
            read = Read(wide, new PixelSource((byte*)first, SampleType.Float32, 1, 0, new Region(0, 0, 19, 1), map), 0, 0, 19);
            Assert.That(read.All(value => BitConverter.SingleToInt32Bits(value) == 0), "standardised");
        }
    }

    [Test]
    public void Rows_and_columns_outside_repeat_the_edge_and_nothing_else_is_read(
        [NarrowTypes] SampleType type, [Values(1, 3, 2, 4, 16)] int channels, [Values] bool wide)
    {
        Widths.Need(wide ? 512 : 256);
        const int Width = 37, Height = 3, Frame = 64;
        int bytes = Width * Height * channels * type.Bytes();
        byte[] memory = new byte[bytes + (2 * Frame)];
        // All bits set is NaN, 255, 65535 and -1: none of them is a pixel here.
        Array.Fill(memory, (byte)255);
        fixed (byte* first = memory)
        {
            byte* samples = first + Frame;
            float Pixel(int x, int y, int channel)
            {
                int value = (((y * Width) + x) * channels) + channel;
                return type switch
                {
                    SampleType.UInt8 => (value % 251) / 255f,
                    SampleType.UInt16 => value / 65535f,
                    SampleType.Int16 => (value - 400) / 65535f,
                    SampleType.Int8 => ((value % 251) - 128) / 255f,
                    _ => value,
                };
            }
            for (int i = 0; i < Width * Height * channels; i++)
            {
                float value = Pixel(i / channels % Width, i / channels / Width, i % channels);
                switch (type)
                {
                    case SampleType.UInt8:
                        samples[i] = (byte)Math.Round(value * 255);
                        break;
                    case SampleType.UInt16:
                        ((ushort*)samples)[i] = (ushort)Math.Round(value * 65535);
                        break;
                    case SampleType.Int16:
                        ((short*)samples)[i] = (short)Math.Round(value * 65535);
                        break;
                    case SampleType.Int8:
                        ((sbyte*)samples)[i] = (sbyte)Math.Round(value * 255);
                        break;
                    default:
                        ((float*)samples)[i] = value;
                        break;
                }
            }
            var source = new PixelSource(samples, type, channels, channels - 1, new Region(100, 200, Width, Height));
            (int, int)[] runs = [(-70, 20), (-20, 30), (-3, 50), (0, 37), (0, 1), (5, 16), (21, 16), (36, 20), (40, 9), (-5, 60)];
            foreach ((int x, int count) in runs)
            {
                foreach (int y in (int[])[-4, 0, 1, 2, 9])
                {
                    float[] read = Read(wide, source, 200 + y, 100 + x, count);
                    for (int i = 0; i < count; i++)
                    {
                        float nearest = Pixel(Math.Clamp(x + i, 0, Width - 1), Math.Clamp(y, 0, Height - 1), channels - 1);
                        Assert.That(read[i], Is.EqualTo(nearest), $"x {x + i}, y {y}");
                    }
                }
            }
        }
    }

    /// <summary>Reads into memory that is framed by NaN, and checks that the frame is still there.</summary>
    private static float[] Read(bool wide, PixelSource source, long y, long x, int count)
    {
        float[] memory = new float[count + 64];
        Array.Fill(memory, float.NaN);
        fixed (float* first = memory)
        {
            if (wide)
            {
                Pixels<Simd512, Vector512<float>>.Read(source, y, x, count, first + 32);
            }
            else
            {
                Pixels<Simd256, Vector256<float>>.Read(source, y, x, count, first + 32);
            }
        }
        Assert.That(memory[..32].Concat(memory[^32..]).All(float.IsNaN), "written outside");
        return memory[32..^32];
    }
}
