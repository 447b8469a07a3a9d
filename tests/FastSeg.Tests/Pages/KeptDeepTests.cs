using FastSeg.Native;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Pages;

/// <summary>Deep features at full resolution that one run over a page leaves to the next: nothing changes but the time.</summary>
[TestFixture, NonParallelizable]
internal sealed class KeptDeepTests
{
    private const long Plenty = 1L << 30;

    private static readonly Region Part = new(40, 60, 100, 70);

    private static readonly SyntheticScene Scene = new(208, 176, seed: 9);

    private TinyBackbone _tiny = null!;
    private Backbone _backbone = null!;
    private Model _model = null!, _other = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _tiny = new TinyBackbone(dimension: 20);
        _tiny.SaveUpsampler(new UpsamplerCase(16, 16, 176, 208, 8, Padding.Replicate));
        _backbone = Backbone.Open(_tiny.Folder, 1);
        _model = Of(1);
        // Other statistics of the page, so that the network sees its samples otherwise.
        _other = Of(1, Standardisation.None);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _backbone.Dispose();
        _tiny.Dispose();
    }

    [Test]
    public void ASecondRunReadsNoGuidanceAndGivesTheSame()
    {
        using var image = new Watched(Scene.Image);
        using var page = new PreparedImage(image, "scene");
        page.ComputeDeep(_model, _backbone);
        long low = page.DeepBytes;
        byte[] expected = Labels(page, 0);
        Assert.That(page.DeepBytes, Is.EqualTo(low), "nothing is kept unless it is asked for");
        Region withGuidance = Touched(image, () => Assert.That(Labels(page, Plenty), Is.EqualTo(expected)));
        Assert.That(page.DeepBytes, Is.EqualTo(low + (Part.Pixels * 16 * sizeof(float))));
        Region without = Touched(image, () => Assert.That(Labels(page, 0), Is.EqualTo(expected)));
        Assert.That(without, Is.EqualTo(Part.Inflate(_model.Features.Halo)).And.Not.EqualTo(withGuidance));
        page.ReleaseKept();
        Assert.That(page.DeepBytes, Is.EqualTo(low));
        Assert.That(Touched(image, () => Labels(page, Plenty)), Is.EqualTo(withGuidance));
    }

    [Test]
    public void TilesOfAnotherModelOrPlaceAreNotTaken()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        Labels(page, Plenty);
        foreach (Model model in (Model[])[_other, _model])
        {
            foreach (Region region in (Region[])[Part, new(41, 60, 100, 70), new(0, 0, 208, 176)])
            {
                byte[] expected = new Segmenter(model, _backbone).Segment(image, new SegmentOptions { Region = region }).Labels;
                var how = new SegmentOptions { Region = region, KeepDeepBytes = Plenty };
                Assert.That(new Segmenter(model, _backbone).Segment(page, how).Labels, Is.EqualTo(expected), $"{region}");
            }
        }
    }

    /// <summary>A run that keeps planes has small tiles, so that one that is cancelled loses little.</summary>
    [Test]
    public void TilesThatAreKeptAreSmall()
    {
        using var tiny = new TinyBackbone(dimension: 40);
        tiny.SaveUpsampler(new UpsamplerCase(32, 32, 176, 208, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Model model = Segmenter.Train(
            [Scene.Training], FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1] }, Trained.Quick,
            deep: new DeepOptions(backbone) { Channels = 32, Upsampling = Upsampling.Learned }).Model;
        using var image = MemoryImage.FromMemory<byte>(new byte[4096 * 4096], 4096, 4096);
        long Pixels(SegmentOptions how)
        {
            Plan plan = new Segmenter(model, backbone).Plan(image, how, new ComputeOptions { Threads = 2 });
            return plan.TileWidth * plan.TileHeight;
        }
        Assert.That(Pixels(new SegmentOptions()), Is.EqualTo(512 * 2048));
        Assert.That(Pixels(new SegmentOptions { KeepDeepBytes = Plenty }), Is.EqualTo(256 * 1024));
    }

    [Test]
    public void NoMoreIsKeptThanTheLimitsAllow()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        Labels(page, 0);
        long low = page.DeepBytes, tile = Part.Pixels * 16 * sizeof(float);
        Labels(page, tile - 1);
        Assert.That(page.DeepBytes, Is.EqualTo(low));
        Labels(page, tile);
        Assert.That(page.DeepBytes, Is.EqualTo(low + tile));
        long live = HostBuffer.LiveBytes;
        page.Dispose();
        Assert.That(HostBuffer.LiveBytes, Is.EqualTo(live - low - tile));
    }

    [Test]
    public void AMemoryLimitThatIsJustEnoughKeepsNothing()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        Labels(page, 0);
        long low = page.DeepBytes;
        string least = Assert.Catch<FastSegException>(() => Labels(page, Plenty, new ComputeOptions { Memory = 1 }))!.Message;
        Assert.That(least, Does.Contain("the least that would do is"));
        // The first limit that is enough leaves less than a step, so no more than that may be kept of the 2.3 MB of the page.
        const long Step = 256 << 10;
        // The process may give memory back meanwhile, so the limits begin far below what it has now.
        for (long memory = Math.Max(Step, ProcessMemory.Resident() - (64 << 20)); page.DeepBytes == low; memory += Step)
        {
            try
            {
                var how = new SegmentOptions { KeepDeepBytes = Plenty };
                new Segmenter(_model, _backbone).Segment(page, how, new ComputeOptions { Memory = memory, Threads = 1 });
                Assert.That(page.DeepBytes, Is.LessThanOrEqualTo(low + (4 * Step)));
                return;
            }
            catch (FastSegException)
            {
                // Still too little for the run itself.
            }
        }
    }

    /// <summary>A model of labels that mean nothing, so that its trees must use every feature that they have.</summary>
    private Model Of(int seed, Standardisation standardise = Standardisation.Image) => Segmenter.Train(
        [new TrainingImage(Scene.Image, Random)],
        FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1], Standardise = standardise },
        Trained.Quick with { Seed = seed }, deep: new DeepOptions(_backbone) { Channels = 16, Upsampling = Upsampling.Learned }).Model;

    private static MemoryImage Random
    {
        get
        {
            var random = new Random(3);
            byte[] labels = [.. Enumerable.Range(0, 208 * 176).Select(i => i % 13 == 0 ? (byte)random.Next(1, 4) : (byte)0)];
            return MemoryImage.FromMemory<byte>(labels, 208, 176);
        }
    }

    private byte[] Labels(PreparedImage page, long keep, ComputeOptions? options = null) => new Segmenter(_model, _backbone).Segment(
        page, new SegmentOptions { Region = Part, KeepDeepBytes = keep }, options).Labels;

    private static Region Touched(Watched image, Action run)
    {
        image.Forget();
        run();
        return image.Touched;
    }
}
