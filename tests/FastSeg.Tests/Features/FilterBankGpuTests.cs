using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using FastSeg.Tests.Kernels;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

[TestFixture]
internal sealed class FilterBankGpuTests
{
    private static readonly Families Everything = FamilyNames.Every;

    [Test]
    public void TheDefaultPlanesEqualTheCpus([NarrowTypes] SampleType type, [Values(1, 3)] int channels) =>
        FilterRun.EqualsTheCpu(FeatureSpec.Paper, Pictures.Create("blobs", 37, 29, channels, type));

    [Test]
    public void TilesInsideAnImageEqualTheWhole() => FilterRun.EqualsTheCpu(
        FeatureSpec.Weka with { Sigmas = [1, 2, 4] }, Pictures.Create("random", 53, 41, 1, SampleType.UInt8), 19, 14);

    [Test]
    public void EveryFamilyEqualsTheCpus([Values(1, 2, 3, 5)] int channels) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = Everything, Sigmas = [1, 2.5] },
        Pictures.Create("random", 33, 18, channels, SampleType.UInt16), 17, 18);

    [Test]
    public void EveryFamilyOfAStandardisedImageEqualsTheCpus([NarrowTypes] SampleType type) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = Everything, Sigmas = [1, 2.5] },
        Pictures.Create("random", 33, 18, 1, type), 17, 18, SampleMap.Of(new SampleStatistics(0.4, 0.29)));

    [Test]
    public void GreyUnderAColourModelRepeatsItself()
    {
        var spec = new FeatureSpec { Families = Families.Sobel, Sigmas = [1] };
        SampleReader reader = Pictures.Create("random", 9, 7, 1, SampleType.UInt8);
        float[][] grey = FilterRun.Planes(spec, reader, 9, 7), colour = FilterRun.Planes(spec, reader, 9, 7, channels: 3);
        Assert.That(colour, Is.EqualTo((float[][])[.. grey, .. grey, .. grey]));
    }

    [Test]
    public void BinsAreTheThresholdsBelow()
    {
        SampleReader reader = Pictures.Create("blobs", 37, 21, 1, SampleType.UInt8);
        float[][] planes = BankRun.Planes(FeatureSpec.Paper, reader);
        var random = new Random(3);
        // Thresholds are taken from the values, so that some are equal to a value; some features get none.
        float[][] thresholds = [.. planes.Select(plane => Enumerable.Range(0, random.Next(0, 256))
            .Select(_ => plane[random.Next(plane.Length)]).Distinct().Order().ToArray())];
        byte[][] bins = FilterRun.Bins(FeatureSpec.Paper, reader, thresholds);
        for (int i = 0; i < planes.Length; i++)
        {
            byte[] expected = Array.ConvertAll(planes[i], value => (byte)thresholds[i].Count(threshold => threshold <= value));
            Assert.That(bins[i], Is.EqualTo(expected), FeatureSpec.Paper.Names[i]);
        }
    }

    [Test]
    public void ScratchGrowsWithEveryMeasure()
    {
        var shape = new TileShape { Width = 300, Height = 200, CoreX = 66, CoreY = 66, CoreWidth = 168, CoreHeight = 68 };
        long bytes = FilterBankGpu.ScratchBytes(FeatureSpec.Paper, shape);
        // The image, a pass along x of its rows, five blurs of the core and two pixels around it; each a multiple of 256 bytes.
        Assert.That(bytes, Is.EqualTo(4L * ((300 * 200) + 32 + (172 * 200) + 40 + (5 * ((172 * 72) + 0))) / 256 * 256).Within(256 * 7));
        Assert.That(bytes % 256, Is.Zero);
        Assert.That(FilterBankGpu.ScratchBytes(FeatureSpec.Paper, shape with { CoreWidth = 160 }), Is.LessThan(bytes));
    }
}
