using System.Runtime.InteropServices;
using FastSeg.Images.Samples;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Samples wider than float32: their bits, their memory, and what becomes of a float64 that float32 cannot hold.</summary>
[TestFixture]
internal sealed class NarrowedImageTests
{
    private const int W = 700, H = 600;

    /// <summary>Ties, numbers beside ties, and both ends of each type; the bits are those of numpy's astype(float32).</summary>
    [Test]
    public void NumbersAreRoundedToTheNearestAsNumpyDoes()
    {
        Bits<int>(
            [int.MinValue, int.MaxValue, -16777217, 16777219, 33554435], [0xcf000000, 0x4f000000, 0xcb800000, 0x4b800002, 0x4c000001]);
        Bits<uint>(
            [0, 16777217, 16777219, uint.MaxValue, 2147483775, 2147483776, 2147483777],
            [0, 0x4b800000, 0x4b800002, 0x4f800000, 0x4f000000, 0x4f000000, 0x4f000001]);
        Bits<long>(
            [0, 1, -1, 16777217, -16777217, 16777219, 9007199254740993, 4611686293305294848, 4611686293305294849, long.MinValue,
                long.MaxValue, 9007199791611905],
            [0, 0x3f800000, 0xbf800000, 0x4b800000, 0xcb800000, 0x4b800002, 0x5a000000, 0x5e800000, 0x5e800001, 0xdf000000, 0x5f000000,
                0x5a000001]);
        Bits<ulong>(
            [0, 1, 16777217, 9223372036854775808, 9223372586610589696, 9223372586610589697, 9223373686122217472, ulong.MaxValue,
                18446743523953737728, 18446743523953737727, 9007199791611905, 9223372586610589695],
            [0, 0x3f800000, 0x4b800000, 0x5f000000, 0x5f000000, 0x5f000001, 0x5f000002, 0x5f800000, 0x5f800000, 0x5f7fffff, 0x5a000001,
                0x5f000000]);
        Bits<double>(
            [1.0 / 3, -1.0 / 3, 1e-40, 1e-46, 3.4028235e38, 3.4028235677973362e38, -0.0, 16777217, 1.0000000596046448, 1.0000000596046457,
                double.NaN, 3.4028235677973366e38, -1e300],
            [0x3eaaaaab, 0xbeaaaaab, 0x000116c2, 0, 0x7f7fffff, 0x7f7fffff, 0x80000000, 0x4b800000, 0x3f800000, 0x3f800001, 0xffc00000,
                0x7f800000, 0xff800000]);
        Bits<Half>([(Half)0.1f, Half.MaxValue, Half.Epsilon, Half.NegativeInfinity], [0x3dccc000, 0x477fe000, 0x33800000, 0xff800000]);
    }

    [Test]
    public void RectanglesOfEveryWideTypeAreThoseOfTheWhole(
        [Values(SampleType.Int32, SampleType.UInt64, SampleType.Float16, SampleType.Float64)] SampleType type, [Values(1, 3)] int channels)
    {
        const int Width = 41, Height = 29;
        byte[] stored = Scratch.Samples(Width, Height, channels, type);
        using var handle = new HostBuffer(stored.Length);
        stored.CopyTo(handle.Span<byte>(0, stored.Length));
        using MemoryImage image = Memory(handle, Width, Height, channels, type);
        using ImageReader narrowed = NarrowedImage.Of(image);
        Assert.That(
            (narrowed.Info.Type, narrowed.Info.Stored, narrowed.Info.Bits), Is.EqualTo((SampleType.Float32, type, 8 * type.Bytes())));
        double[] numbers = [.. stored.Chunk(type.Bytes()).Select(sample => type switch
        {
            SampleType.Int32 => BitConverter.ToInt32(sample),
            SampleType.UInt64 => BitConverter.ToUInt64(sample),
            SampleType.Float16 => (double)BitConverter.ToHalf(sample),
            _ => BitConverter.ToDouble(sample),
        })];
        byte[] whole = Scratch.ReadAll(narrowed);
        Assert.That(
            MemoryMarshal.Cast<byte, float>(whole).ToArray(), Is.EqualTo(Array.ConvertAll(numbers, x => (float)x)).Within(1).Ulps);
        Readers.CheckRectangles(narrowed, whole);
    }

    /// <summary>A row of 64-bit samples that is longer than what is read at once.</summary>
    [Test]
    public void AVeryWideRowIsReadInParts()
    {
        long[] numbers = [.. Enumerable.Range(0, 300_000).Select(i => (i - 1000L) * 3)];
        using MemoryImage image = MemoryImage.FromMemory<long>(numbers, 150_000, 2);
        using ImageReader narrowed = NarrowedImage.Of(image);
        Assert.That(MemoryMarshal.Cast<byte, float>(Scratch.ReadAll(narrowed)).ToArray(), Is.EqualTo(numbers.Select(x => (float)x)));
        Assert.That((narrowed.HeldBytes(3), image.HeldBytes(3)), Is.EqualTo((3L << 20, 0L)), "a MiB a thread");
    }

    [Test]
    public void AnImageInDoublesGivesWhatItsFloatsGive()
    {
        var scene = new SyntheticScene(120, 90);
        float[] floats = [.. scene.Pixels.Select(x => x / 7f)];
        using MemoryImage narrow = MemoryImage.FromMemory<float>(floats, 120, 90);
        using MemoryImage wide = MemoryImage.FromMemory<double>(Array.ConvertAll(floats, x => (double)x), 120, 90);
        Model expected = Segmenter.Train([new(narrow, scene.LabelImage)], training: Trained.Quick).Model;
        Model found = Segmenter.Train([new(wide, scene.LabelImage)], training: Trained.Quick).Model;
        Assert.That(found.ForestBytes.ToArray(), Is.EqualTo(expected.ForestBytes.ToArray()));
        Assert.That(found.Samples, Is.EqualTo(expected.Samples));
        // The models differ in one thing: they say what was stored.
        Assert.That((found.Data!.Images[0].Type, expected.Data!.Images[0].Type), Is.EqualTo((SampleType.Float64, SampleType.Float32)));
        Assert.That(found.Data.Images[0] with { Type = SampleType.Float32 }, Is.EqualTo(expected.Data.Images[0]));
        Assert.That(found.Data.Planes, Is.EqualTo(expected.Data.Planes));
        byte[] labels = Trained.Labels(expected, narrow);
        Assert.That(Trained.Labels(found, wide), Is.EqualTo(labels));
        var segmenter = new Segmenter(expected);
        Assert.That(segmenter.Features(wide).Values, Is.EqualTo(segmenter.Features(narrow).Values));
        using var page = new PreparedImage(wide, "page");
        Assert.That(segmenter.Segment(page).Labels, Is.EqualTo(labels));
        Assert.That(InputRange.From([wide]), Is.EqualTo(InputRange.From([narrow])));
    }

    [TestCase(1e300, "x 650, y 580 is 1E+300, but samples become float32, which ends at 3.4028235E+38 either way")]
    [TestCase(-3.5e38, "x 650, y 580 is -3.5E+38, but")]
    [TestCase(double.NaN, "x 650, y 580 is NaN")]
    [TestCase(double.NegativeInfinity, "x 650, y 580 is minus infinite; every sample must be a finite number")]
    public void WhatFloat32CannotHoldIsNamedWhereItComesFirst(double wrong, string sentence)
    {
        double[] pixels = [.. Enumerable.Range(0, W * H).Select(i => (double)(i % 251))];
        pixels[(590 * W) + 3] = 1e39;
        pixels[(580 * W) + 650] = wrong;
        using MemoryImage image = MemoryImage.FromMemory<double>(pixels, W, H, name: "wide");
        byte[] drawn = new byte[W * H];
        (drawn[0], drawn[40], drawn[80]) = (1, 2, 7);
        var labelled = new TrainingImage(image, MemoryImage.FromMemory<byte>(drawn, W, H));
        foreach (ComputeOptions options in (ComputeOptions[])[new() { Threads = 1 }, new() { Threads = 7 }])
        {
            foreach (Model model in (Model[])[Trained.Grey, Trained.GreyByType])
            {
                Assert.That(() => Trained.Labels(model, image, options), Refuses(sentence));
            }
            Assert.That(() => Segmenter.Train([labelled], training: Trained.Quick, options: options), Refuses(sentence));
        }
        Assert.That(() => Tight.Run(2, options => Trained.Labels(Trained.Grey, image, options)), Refuses(sentence));
        Assert.That(() => InputRange.From([image]), Refuses(sentence));
    }

    [Test]
    public void ASessionNamesTheFrameSampleThatFloat32CannotHold()
    {
        double[] pixels = new double[96 * 80];
        pixels[(50 * 96) + 17] = -1e200;
        using var session = new SegmentationSession(Trained.GreyByType, new FrameShape(96, 80, SampleType.Float64));
        Assert.That(() => session.Segment<double>(pixels, new byte[pixels.Length]), Refuses("x 17, y 50 is -1E+200, but samples"));
    }

    private static NUnit.Framework.Constraints.Constraint Refuses(string sentence) =>
        Throws.TypeOf<FastSegException>().With.Message.Contains(sentence);

    private static unsafe MemoryImage Memory(HostBuffer samples, int width, int height, int channels, SampleType type) =>
        new((nint)samples.Pointer, width, height, channels, 0, type);

    private static void Bits<T>(T[] numbers, uint[] expected) where T : unmanaged
    {
        using MemoryImage image = MemoryImage.FromMemory<T>(numbers, numbers.Length, 1);
        using ImageReader narrowed = NarrowedImage.Of(image);
        uint[] found = MemoryMarshal.Cast<byte, uint>(Scratch.ReadAll(narrowed)).ToArray();
        Assert.That(found, Is.EqualTo(expected), typeof(T).Name);
    }
}
