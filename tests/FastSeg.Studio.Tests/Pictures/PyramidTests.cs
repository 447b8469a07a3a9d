using FastSeg.Studio.Pictures;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>All levels of an image, in memory and on the disk.</summary>
[TestFixture]
internal sealed class PyramidTests
{
    [Test]
    public void EveryTileOfEveryLevelIsTheImageHalved(
        [ValueSource(typeof(Blocks), nameof(Blocks.Types))] SampleType type, [Values] bool disk)
    {
        using var folder = new TemporaryFolder();
        (int, int, int)[] sizes = [(1030, 770, 1), (257, 1537, 3), (2700, 300, 1), (512, 512, 1)];
        foreach ((int width, int height, int channels) in sizes)
        {
            using MemoryImage image = Blocks.Noise(type, width, height, channels);
            var layout = new PyramidLayout(image.Info);
            using PyramidStore store = disk
                ? PyramidStore.Create(layout, folder.File($"{width}{CacheFolder.Pyramid}")) : PyramidStore.InMemory(layout);
            PyramidBuild.Run(image, store, () => { }, default);
            AssertHolds(store, image);
        }
    }

    [Test]
    public void AFileIsTakenAgainAndOnlyForItsImage()
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Blocks.Noise(SampleType.UInt16, 900, 600), other = Blocks.Noise(SampleType.Int16, 900, 600);
        var layout = new PyramidLayout(image.Info);
        string path = folder.File("a.pyramid");
        using (PyramidStore store = PyramidStore.Create(layout, path))
        {
            Assert.That(PyramidStore.Open(layout, path), Is.Null, "it has no name before it is whole");
            PyramidBuild.Run(image, store, () => { }, default);
        }
        using (PyramidStore? again = PyramidStore.Open(layout, path))
        {
            Assert.That(again, Is.Not.Null);
            AssertHolds(again!, image);
        }
        Assert.That(PyramidStore.Open(new PyramidLayout(other.Info), path), Is.Null, "another type");
        using (FileStream cut = File.OpenWrite(path))
        {
            cut.SetLength(cut.Length - 1);
        }
        Assert.That(PyramidStore.Open(layout, path), Is.Null, "cut off");
    }

    [Test]
    public void ABuildThatBreaksOffLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Blocks.Noise(SampleType.UInt8, 600, 4000);
        using var cancelled = new CancellationTokenSource();
        int reads = 0;
        using (PyramidStore store = PyramidStore.Create(new PyramidLayout(image.Info), folder.File("a.pyramid")))
        {
            void Pause()
            {
                if (++reads == 3)
                {
                    cancelled.Cancel();
                }
            }
            Assert.That(() => PyramidBuild.Run(image, store, Pause, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That((store.Has(1, 1), store.Has(1, 4), store.IsWhole), Is.EqualTo((true, false, false)), "what is there can be shown");
        }
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    private static void AssertHolds(PyramidStore store, ImageReader image)
    {
        PyramidLayout layout = store.Layout;
        Assert.That(Math.Max(layout.Width(layout.Last), layout.Height(layout.Last)), Is.LessThanOrEqualTo(PyramidLayout.Side));
        for (int level = 1; level <= layout.Last; level++)
        {
            (double[] wanted, int width, int height) = Blocks.Halved(image, level);
            var whole = new SampleBlock(image.Info, width, height);
            for (int y = 0; y < layout.Down(level); y++)
            {
                for (int x = 0; x < layout.Across(level); x++)
                {
                    Assert.That(store.Has(level, y), Is.True);
                    SampleBlock tile = store.Read(level, x, y);
                    whole.Paste(tile, 0, 0, x * PyramidLayout.Side, y * PyramidLayout.Side, tile.Width, tile.Height);
                }
            }
            bool same = Blocks.Doubles(whole).AsSpan().SequenceEqual(wanted);
            Assert.That(same, Is.True, $"{image.Info.Type} {width} x {height}, level {level}");
        }
    }
}
