using FastSeg.Deep.Backbones;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>tools/export_backbone.py on a small vision transformer with timm's attribute names and random weights.</summary>
[TestFixture]
internal sealed unsafe class BackboneExportTests
{
    /// <summary>float32 in another order: two blocks of a layer-normed transformer, whose tokens are of magnitude 1 to 3.</summary>
    private const double Tolerance = 5e-5;

    [Test]
    public void FoldersExportedBeforeGiveTorchsTokens() => AssertFolders(TestData.File("tests", "data", "deep", "exported"));

    [Test]
    public void FoldersExportedNowGiveTorchsTokens()
    {
        TorchPeer.Require();
        using var folder = new TemporaryFolder();
        Assert.That(TorchPeer.Run("-B", "-W", "ignore", TestData.File("tests", "data", "deep", "small_vit.py"), folder.Path), Is.True);
        AssertFolders(folder.Path);
    }

    private static void AssertFolders(string place)
    {
        foreach ((string name, int prefix) in ((string, int)[])[("fixed", 5), ("dict", 0), ("scaled", 5)])
        {
            using Backbone backbone = Backbone.Open(Path.Combine(place, name), 1);
            BackboneDescription description = backbone.Description;
            Assert.That(
                (description.Patch, description.Dimension, description.PrefixTokens, description.Licence),
                Is.EqualTo((14, 24, prefix, "MIT")));
            Assert.That(backbone.FixedTokens, Is.EqualTo(5));
            AssertTokens(backbone, Path.Combine(place, name), 0, 5, 5);
        }
        using (Backbone backbone = Backbone.Open(Path.Combine(place, "dynamic"), 2))
        {
            Assert.That(backbone.FixedTokens, Is.Null);
            AssertTokens(backbone, Path.Combine(place, "dynamic"), 0, 5, 5);
            AssertTokens(backbone, Path.Combine(place, "dynamic"), 1, 3, 8);
        }
    }

    private static void AssertTokens(Backbone backbone, string folder, int index, int rows, int columns)
    {
        float[] image = TorchPeer.ReadNpy(Path.Combine(folder, $"image-{index}.npy"));
        float[] expected = TorchPeer.ReadNpy(Path.Combine(folder, $"tokens-{index}.npy"));
        using var window = new BackboneWindow(backbone, rows, columns, flipAverage: false);
        Assert.That((image.Length, expected.Length), Is.EqualTo((3 * window.Height * window.Width, rows * columns * 24)));
        image.CopyTo(new Span<float>(window.Input, image.Length));
        TokenView tokens = window.Forward();
        float[] found = new ReadOnlySpan<float>(tokens.First, expected.Length).ToArray();
        Assert.That(found, Is.EqualTo(expected).Within(Tolerance));
        Assert.That(expected.Max() - expected.Min(), Is.GreaterThan(1), "something to compare");
    }
}
