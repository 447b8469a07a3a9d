using FastSeg.Native;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Pages;

/// <summary>The file that keeps a page's deep features: taken where it fits, and written again where not, whatever is wrong.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class MapsFileTests
{
    private static readonly SyntheticScene Scene = new(90, 70, seed: 4);

    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1] };

    private TinyBackbone _tiny = null!;
    private Backbone _backbone = null!;
    private Model _model = null!;
    private TemporaryFolder _folder = null!;

    private string Cache => _folder.File("maps");

    [OneTimeSetUp]
    public void Train()
    {
        _tiny = new TinyBackbone();
        _backbone = Backbone.Open(_tiny.Folder, 1);
        _model = Train(Small, 5);
    }

    [OneTimeTearDown]
    public void CloseBackbone()
    {
        _backbone.Dispose();
        _tiny.Dispose();
    }

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void AFileIsReadAgainAndGivesTheSameLabels()
    {
        byte[] expected = new Segmenter(_model, _backbone).Segment(Scene.Image).Labels;
        Assert.That(Computed(_model), Is.True, "there is no file yet");
        long length = new FileInfo(Cache).Length;
        Assert.That(length, Is.EqualTo(8 + 32 + (5 * 9 * 12 * 4) + 32));
        Assert.That(Computed(_model), Is.False);
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        page.ComputeDeep(_model, _backbone, Cache);
        Assert.That(new Segmenter(_model).Segment(page).Labels, Is.EqualTo(expected));
        Assert.That(page.ComputeDeep(_model, _backbone).Pixels, Is.Zero, "held already");
    }

    [Test]
    public void WhateverChangesTheMapsIsComputedAgain()
    {
        void Changes(string what, Model model, string key = "scene")
        {
            Computed(_model);
            Assert.That(Computed(model, key), Is.True, what);
            Assert.That(Computed(_model), Is.True, "the file is that of the last one");
        }

        Changes("the page", _model, "another page");
        Changes("channels", Train(Small, 6));
        Changes("the projection", Train(Small, 5, seed: 9));
        Changes("standardisation", Train(Small with { Standardise = Standardisation.None }, 5));
        Changes("standardisation by the neighbourhood", Train(Small with { Standardise = Standardisation.Local }, 5));
        Changes("flips", Train(Small, 5, flips: true));
        Assert.That(Computed(Train(Small with { Sigmas = [2] }, 5)), Is.False, "filters do not matter");
        Assert.That(Computed(Train(Small, 5, upsampling: Upsampling.Nearest)), Is.False, "and the upsampling neither");
    }

    [Test]
    public void ABrokenFileIsComputedAgain()
    {
        Computed(_model);
        byte[] whole = File.ReadAllBytes(Cache);
        foreach (int at in (int[])[0, 9, 39, 40, 1000, whole.Length - 33, whole.Length - 32, whole.Length - 1])
        {
            byte[] broken = [.. whole];
            broken[at] ^= 1;
            File.WriteAllBytes(Cache, broken);
            Assert.That(Computed(_model), Is.True, $"byte {at}");
            Assert.That(File.ReadAllBytes(Cache), Is.EqualTo(whole), "it is whole again");
        }
        foreach (int length in (int[])[0, 5, 40, whole.Length - 1])
        {
            File.WriteAllBytes(Cache, whole[..length]);
            Assert.That(Computed(_model), Is.True, $"{length} bytes");
        }
        File.WriteAllBytes(Cache, [.. whole, 0]);
        Assert.That(Computed(_model), Is.True, "a byte more");
    }

    [Test]
    public void AnInterruptedWriteLeavesTheOldFileAlone()
    {
        Computed(_model);
        byte[] whole = File.ReadAllBytes(Cache);
        // What a process that is killed while it writes leaves behind.
        File.WriteAllBytes(_folder.File(".maps.partial-1-1"), whole[..100]);
        Assert.That(Computed(_model), Is.False);
        Assert.That(File.ReadAllBytes(Cache), Is.EqualTo(whole));
    }

    [Test]
    public void AFileThatCannotBeWrittenCostsNothing()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        RunResult result = page.ComputeDeep(_model, _backbone, Path.Combine(_folder.Path, "missing", "maps"));
        Assert.That(result.Note, Does.Contain("not kept").And.Contain("missing"));
        Assert.That(page.DeepBytes, Is.GreaterThan(0));
    }

    [Test]
    public void MapsAreFreedWhenTheirLastUserHasEnded()
    {
        using MemoryImage image = Scene.Image;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = HostBuffer.LiveBytes;
        var page = new PreparedImage(image, "scene");
        page.ComputeDeep(_model, _backbone);
        Assert.That(HostBuffer.LiveBytes - before, Is.EqualTo(page.DeepBytes));
        page.ComputeDeep(Train(Small, 6), _backbone);
        Assert.That(page.DeepBytes, Is.EqualTo(6 * 9 * 12 * sizeof(float)));
        // A run that is in the middle when the page is closed.
        using var writer = new Closing(page, image.Info);
        Model six = Train(Small, 6);
        new Segmenter(six, _backbone).Segment(page, new SegmentOutputs { Labels = writer });
        Assert.That(writer.Closed);
        Assert.That(() => page.ComputeDeep(_model, _backbone), Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>Whether the transformer had to run for the maps of a model.</summary>
    private bool Computed(Model model, string key = "scene")
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, key);
        RunResult result = page.ComputeDeep(model, _backbone, Cache);
        Assert.That(result.Note, Is.Null);
        return result.Pixels > 0;
    }

    private Model Train(FeatureSpec features, int channels, int seed = 5, bool? flips = null, Upsampling? upsampling = null)
    {
        string projection = _tiny.SaveProjection(channels, seed, file: $"p{seed}.safetensors");
        var deep = new DeepOptions(_backbone)
        {
            Channels = channels,
            Projection = ProjectionFile.Load(projection),
            FlipAverage = flips,
            Upsampling = upsampling,
        };
        return Segmenter.Train([Scene.Training], features, Trained.Quick, deep: deep).Model;
    }

    /// <summary>A writer that closes the page with the first tile that it gets.</summary>
    private sealed class Closing(PreparedImage page, ImageInfo image) : ImageWriter
    {
        public bool Closed { get; private set; }

        public override ImageLayout Layout { get; } = new(image.Width, image.Height, SampleType.UInt8);

        public override long HeldBytes(int threads) => 0;

        public override void Write(Region region, ReadOnlySpan<byte> samples)
        {
            Closed = true;
            page.Dispose();
        }

        public override void Commit()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
