using FastSeg.Tests.Cli;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Labels;

/// <summary>Labels of whole numbers of any type: what is unlabelled, what is refused and where.</summary>
[TestFixture]
internal sealed class WholeLabelTests
{
    private static readonly LabelOptions Plain = new();

    /// <summary>-1, 0, 7, 200 and 255 as every type that holds them; 0, 0, 7, 200 and 255 (or 0, where it is void) come out.</summary>
    [Test]
    public void EveryTypeGivesTheSameLabels([Values(null, 255L, 7L)] long? none)
    {
        int[] expected = [0, 0, none == 7 ? 0 : 7, 200, none == 255 ? 0 : 255];
        var options = new LabelOptions { Void = none };
        Check<short>([-1, 0, 7, 200, 255]);
        Check<int>([-1, 0, 7, 200, 255]);
        Check<long>([long.MinValue, 0, 7, 200, 255]);
        Check([Half.NegativeOne, Half.Zero, (Half)7, (Half)200, (Half)255]);
        Check<float>([-1, -0f, 7, 200, 255]);
        Check<double>([-1e300, 0, 7, 200, 255]);
        Check<byte>([0, 0, 7, 200, 255]);
        Check<ushort>([0, 0, 7, 200, 255]);
        Check<uint>([0, 0, 7, 200, 255]);
        Check<ulong>([0, 0, 7, 200, 255]);
        void Check<T>(T[] values) where T : unmanaged
        {
            using MemoryImage image = MemoryImage.FromMemory<T>(values, 5, 1);
            Assert.That(Values(options.Read(image)), Is.EqualTo(expected), typeof(T).Name);
        }
    }

    [Test]
    public void SignedBytesAreLabelsToo()
    {
        using MemoryImage image = MemoryImage.FromMemory<sbyte>((sbyte[])[-128, -1, 0, 1, 127], 5, 1);
        Assert.That(Values(Plain.Read(image)), Is.EqualTo((int[])[0, 0, 0, 1, 127]));
    }

    [Test]
    public void TheFirstSampleThatIsNoLabelIsNamedWhateverIsReadFirst()
    {
        uint[] values = new uint[300 * 200];
        (values[(150 * 300) + 4], values[(40 * 300) + 299]) = (70_000, 65_536);
        using MemoryImage image = MemoryImage.FromMemory<uint>(values, 300, 200, name: "drawn");
        ImageReader labels = Plain.Read(image);
        labels.Read(new Region(0, 0, 300, 40), new byte[2 * 300 * 40]);
        foreach (Region region in (Region[])[new(0, 150, 10, 10), new(290, 40, 10, 3), new(0, 0, 300, 200)])
        {
            Assert.That(
                () => labels.Read(region, new byte[2 * region.Pixels]),
                Throws.TypeOf<FastSegException>().With.Message.EqualTo(
                    "drawn: the pixel at x 299, y 40 is 65536; label values are at most 65535. " +
                    "Where that value marks nothing, give it as the void value 65536."));
        }
        Assert.That(
            () => new LabelOptions { Void = 65536 }.Read(image).Read(new Region(0, 0, 300, 200), new byte[120_000]),
            Throws.TypeOf<FastSegException>().With.Message.Contains("x 4, y 150 is 70000"));
    }

    [TestCase(1.5, "x 1, y 0 is 1.5, which is no whole number")]
    [TestCase(double.NaN, "x 1, y 0 is NaN, which is no whole number")]
    [TestCase(double.PositiveInfinity, "which is no whole number")]
    [TestCase(1e20, "x 1, y 0 is 1E+20; label values are at most 65535")]
    public void FractionsAreNoLabels(double value, string sentence)
    {
        using MemoryImage image = MemoryImage.FromMemory<double>((double[])[1, value], 2, 1);
        ImageReader labels = Plain.Read(image);
        Assert.That(
            () => labels.Read(new Region(0, 0, 2, 1), new byte[4]),
            Throws.TypeOf<FastSegException>().With.Message.Contains(sentence));
    }

    [Test]
    public void ATrainingTakesLabelsOfAnyType()
    {
        var scene = new SyntheticScene(96, 80);
        byte[] expected = Segmenter.Train([scene.Training], training: Trained.Quick).Model.ToBytes();
        long[] wide = [.. scene.Labels.Select(value => value == 0 ? -1L : value)];
        using MemoryImage labels = MemoryImage.FromMemory<long>(wide, 96, 80, name: "scene labels");
        Assert.That(
            Segmenter.Train([new(scene.Image, labels)], training: Trained.Quick).Model.ToBytes(), Is.EqualTo(expected));
        var segmenter = new Segmenter(Trained.Grey);
        byte[] kept = [.. Enumerable.Range(0, 96 * 80).Select(i => (byte)(i % 5 == 0 ? 0 : 1))];
        using MemoryImage mask = MemoryImage.FromMemory<byte>(kept, 96, 80);
        using MemoryImage wideMask = MemoryImage.FromMemory<double>(Array.ConvertAll(kept, k => k == 0 ? -3.0 : 9), 96, 80);
        Assert.That(
            segmenter.Segment(scene.Image, new SegmentOptions { Mask = wideMask }).Labels,
            Is.EqualTo(segmenter.Segment(scene.Image, new SegmentOptions { Mask = mask }).Labels));
    }

    /// <summary>Files of bool and big-endian int64, as numpy and napari write them.</summary>
    [Test]
    public void FilesOfNumpyAreLabels()
    {
        using var scratch = new Scratch();
        string bools = scratch.Put("b.npy", Npy.Bytes("|b1", "(2, 3)", (byte[])[0, 1, 1, 0, 0, 1]));
        using ImageReader mask = ImageFile.OpenLabels(bools);
        Assert.That(Values(mask), Is.EqualTo((int[])[0, 1, 1, 0, 0, 1]));
        byte[] big = [.. ((long[])[-1, 2, 300]).SelectMany(value => BitConverter.GetBytes(value).Reverse())];
        using ImageReader wide = ImageFile.OpenLabels(scratch.Put("i.npy", Npy.Bytes(">i8", "(1, 3)", big)));
        Assert.That(Values(wide), Is.EqualTo((int[])[0, 2, 300]));
        Assert.That((wide.Info.Stored, wide.Info.Type), Is.EqualTo((SampleType.Int64, SampleType.UInt16)));
    }

    internal static int[] Values(ImageReader labels)
    {
        byte[] samples = Scratch.ReadAll(labels);
        return labels.Info.Type == SampleType.UInt8
            ? [.. samples.Select(value => (int)value)]
            : [.. samples.Chunk(2).Select(value => (int)BitConverter.ToUInt16(value))];
    }
}
