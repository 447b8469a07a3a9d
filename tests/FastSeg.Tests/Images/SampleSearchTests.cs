using FastSeg.Backends;
using FastSeg.Images;
using FastSeg.Images.Samples;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Samples that filters must not see are refused whatever the threads, the memory and the mask are.</summary>
[TestFixture]
internal sealed class SampleSearchTests
{
    private const int W = 700, H = 600;

    private static readonly Model Model = Trained.Grey, ByType = Trained.GreyByType;

    [TestCase(float.NaN, "x 650, y 580 is NaN")]
    [TestCase(float.NegativeInfinity, "is minus infinite")]
    [TestCase(-3.4e38f, "is -3.4E+38; samples beyond 1E+17 either way overflow")]
    [TestCase(1e18f, "x 650, y 580 is 1E+18; samples beyond")]
    public void AWrongSampleIsNamed(float wrong, string sentence)
    {
        float[] pixels = Pixels();
        pixels[(590 * W) + 3] = wrong;
        pixels[(580 * W) + 650] = wrong;
        using MemoryImage image = Floats(pixels);
        foreach (ComputeOptions options in Options)
        {
            Assert.That(Refusal(() => Trained.Labels(Model, image, options)), Does.Contain(sentence));
            Assert.That(
                Refusal(() => Segmenter.Train([Labelled(image)], training: Trained.Quick, options: options)), Does.Contain(sentence));
        }
    }

    [Test]
    public void WhatIsRefusedDependsOnPixelsNotOnTiles()
    {
        float[] pixels = Pixels();
        pixels[(580 * W) + 650] = float.NaN;
        using MemoryImage image = Floats(pixels);
        byte[] mask = new byte[W * H];
        mask.AsSpan(0, 100 * W).Fill(1);
        using MemoryImage maskImage = MemoryImage.FromMemory<byte>(mask, W, H);
        int halo = Model.Features.Halo;
        foreach (ComputeOptions options in Options)
        {
            Assert.That(
                () => Trained.Labels(ByType, image, options, new SegmentOptions { Mask = maskImage }),
                Throws.Nothing,
                "where the mask is 0, a sample may be NaN");
            Assert.That(
                Refusal(() => Trained.Labels(ByType, image, options, new SegmentOptions { Region = new Region(0, 0, W, 581 - halo) })),
                Does.Contain("x 650, y 580"),
                "the halo sees it");
            Assert.That(
                () => Trained.Labels(ByType, image, options, new SegmentOptions { Region = new Region(0, 0, W, 580 - halo) }),
                Throws.Nothing);
        }
    }

    [Test]
    public void APixelOutsideTheRegionIsNotNamed()
    {
        float[] pixels = Pixels();
        pixels[3] = float.NaN;
        pixels[(580 * W) + 650] = float.NaN;
        using MemoryImage image = Floats(pixels);
        Assert.That(
            Refusal(() => Trained.Labels(ByType, image, options: new SegmentOptions { Region = new Region(300, 300, 400, 300) })),
            Does.Contain("x 650, y 580"));
    }

    [Test]
    public void AGreyModelRefusesAColouredPixelUnlessAMaskLeavesItOut()
    {
        byte[] pixels = new byte[3 * W * H];
        pixels[(3 * ((580 * W) + 650)) + 1] = 9;
        using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, W, H, 3);
        byte[] mask = new byte[W * H];
        mask[0] = 1;
        using MemoryImage maskImage = MemoryImage.FromMemory<byte>(mask, W, H);
        byte[] other = new byte[W * H];
        other[(580 * W) + 650] = 1;
        using MemoryImage otherImage = MemoryImage.FromMemory<byte>(other, W, H);
        foreach (ComputeOptions options in Options)
        {
            Assert.That(
                Refusal(() => Trained.Labels(Model, image, options, new SegmentOptions { Mask = otherImage })),
                Does.Contain("x 650, y 580 is coloured"));
            Assert.That(
                () => Trained.Labels(Model, image, options, new SegmentOptions { Mask = maskImage }), Throws.Nothing);
        }
    }

    /// <summary>Every family on a checkerboard of the largest samples that pass: no plane is infinite or NaN.</summary>
    [Test]
    public void TheLargestSampleOverflowsNoFeature([Values] bool structure)
    {
        FeatureSpec spec = FeatureSpec.Paper with
        {
            Sigmas = [1, 2],
            SigmaScale = 0.3,
            Families = structure ? FamilyNames.Every : Families.Default | Families.Laplacian | Families.Mean,
        };
        const int Side = 64;
        float[] pixels = [.. Enumerable.Range(0, Side * Side).Select(
            i => ((i / 3) + (i / Side / 2)) % 2 == 0 ? spec.LargestSample : -spec.LargestSample)];
        using MemoryImage image = MemoryImage.FromMemory<float>(pixels, Side, Side);
        float[] planes = [];
        IReadOnlyList<string> planeNames = [];
        Segmenter.Features(image, spec, 1, names =>
        {
            planeNames = names;
            planes = new float[names.Count * Side * Side];
            return MemoryWriter.Into<float>(new ImageLayout(Side, Side, SampleType.Float32, names.Count), planes);
        });
        Assert.That(planeNames.Where((_, i) => !planes.AsSpan(i * Side * Side, Side * Side).ToArray().All(float.IsFinite)), Is.Empty);
    }

    [Test]
    public void AnImageIsGreyWhereItsChannelsAreEqualEverywhere([NarrowTypes] SampleType type)
    {
        const int Wide = 9000, High = 40;
        byte[] image = new byte[Wide * High * 3 * type.Bytes()];
        Assert.That(IsGrey(image, type), Is.True);
        image[^type.Bytes()] = 1;
        Assert.That(IsGrey(image, type), Is.False);

        static unsafe bool IsGrey(byte[] bytes, SampleType type)
        {
            fixed (byte* pixels = bytes)
            {
                using var reader = new MemoryImage((nint)pixels, Wide, High, 3, 0, type);
                return SampleSearch.IsGrey(reader, new ComputeOptions { Threads = 3 });
            }
        }
    }

    [Test]
    public void TheSearchStopsWhenCancelled()
    {
        using MemoryImage image = Floats(Pixels());
        var options = new ComputeOptions { Cancellation = new CancellationToken(canceled: true) };
        Assert.That(
            () => new SampleSearch(image, image.Info.Bounds) { Limits = SampleLimits.Of(1) }.Failure(options),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            () => new LabelledPixels(image.Info, Labelled(image).Labels, options.Cancellation),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void AnImageInMemoryIsGoneOnceDisposed()
    {
        MemoryImage image = Floats(Pixels());
        image.Dispose();
        Assert.That(() => image.Read(new Region(0, 0, 1, 1), new byte[4]), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static ComputeOptions[] Options => [new ComputeOptions { Threads = 1 }, new ComputeOptions { Threads = 5 }];

    private static float[] Pixels() => [.. Enumerable.Range(0, W * H).Select(i => (i % 97) / 97f)];

    private static MemoryImage Floats(float[] pixels) => MemoryImage.FromMemory<float>(pixels, W, H, name: "floats");

    /// <summary>Scribbles far from the wrong pixels.</summary>
    private static TrainingImage Labelled(MemoryImage image)
    {
        byte[] labels = new byte[W * H];
        (labels[0], labels[1]) = (1, 2);
        return new TrainingImage(image, MemoryImage.FromMemory<byte>(labels, W, H));
    }

    private static string Refusal(Action run) => Assert.Catch<FastSegException>(() => run())!.Message;
}
