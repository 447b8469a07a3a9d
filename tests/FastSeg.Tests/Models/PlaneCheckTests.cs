using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests.Models;

/// <summary>Images that are blurred, or of another magnification, beside those that a model was trained on.</summary>
[TestFixture]
internal sealed partial class PlaneCheckTests
{
    private const int W = 300, H = 260;

    private static readonly SyntheticScene Scene = new(W, H, seed: 3);

    private static readonly Lazy<Model> LazyModel = new(() => Segmenter.Train([Scene.Training], training: Trained.Quick).Model);

    /// <summary>Neither another contrast nor another scene of the kind is another sharpness.</summary>
    [Test]
    public void ImagesOfTheKindAreKnown()
    {
        var other = new SyntheticScene(W, H, seed: 4);
        using MemoryImage same = Scene.Image, kind = other.Image, wide = Image(Scene.Pixels, sample => (ushort)((90 * sample) + 700));
        foreach (MemoryImage image in (MemoryImage[])[same, kind, wide])
        {
            RunResult run = new Segmenter(LazyModel.Value).Segment(image).Run;
            Assert.That(run.Data.Single().Doubts & DataDoubts.Sharpness, Is.EqualTo(DataDoubts.None));
            Assert.That(run.Warnings, Has.None.Contains("coarse edges"));
        }
    }

    /// <summary>The ratio is that of the planes themselves, as far as some of the pixels tell, whatever the tiles are.</summary>
    [Test]
    public void AnotherMagnificationIsSaid()
    {
        using MemoryImage shrunk = Image(Quarter(), sample => sample);
        Model model = LazyModel.Value;
        RunResult run = new Segmenter(model).Segment(shrunk, options: new ComputeOptions { Threads = 1 }).Run;
        Assert.That(run.Data.Single().Doubts.HasFlag(DataDoubts.Sharpness));
        string sentence = run.Warnings.Single(warning => warning.Contains("coarse edges", StringComparison.Ordinal));
        FeatureStack stack = new Segmenter(model).Features(shrunk);
        double coarse = Strength(stack, model, "sobel_4");
        double[] ratios = [.. new[] { "sobel_1", "hessian_eig1_2" }.Select(name => Strength(stack, model, name) / coarse)];
        Assert.That(ratios.Max(), Is.GreaterThan(2));
        Assert.That(sentence, Does.StartWith(shrunk.Info.Name));
        double said = double.Parse(Said().Match(sentence).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.That(said, Is.EqualTo(ratios.Max()).Within(0.1 * ratios.Max()));
        string[] tight = [.. Tight.Run(3, how => new Segmenter(model).Segment(shrunk, options: how).Run.Warnings)];
        Assert.That(tight, Does.Contain(sentence));
        Assert.That(
            () => new Segmenter(model).Segment(shrunk, options: new ComputeOptions { Strict = true }),
            Throws.TypeOf<FastSegException>());
    }

    /// <summary>A small part may hold nothing but one grain, and what a mask leaves out is no part of the image.</summary>
    [Test]
    public void PartsAreNotCompared()
    {
        using MemoryImage shrunk = Image(Quarter(), sample => sample);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Enumerable.Repeat((byte)1, W * H).ToArray(), W, H);
        foreach (SegmentOptions part in (SegmentOptions[])[new() { Region = new Region(0, 0, 200, 200) }, new() { Mask = mask }])
        {
            Assert.That(
                new Segmenter(LazyModel.Value).Segment(shrunk, part).Run.Warnings, Has.None.Contains("coarse edges"));
        }
    }

    /// <summary>A page whose pattern repeats at every step of a grid is one of the kind, too.</summary>
    [Test]
    public void ARepeatedImageIsKnown()
    {
        const int Tiles = 16, Side = 64;
        byte[] page = new byte[Tiles * Tiles * Side * Side];
        for (int i = 0; i < page.Length; i++)
        {
            page[i] = Scene.Pixels[(i / (Tiles * Side) % Side * W) + (i % (Tiles * Side) % Side)];
        }
        using MemoryImage image = MemoryImage.FromMemory<byte>(page, Tiles * Side, Tiles * Side, name: "page");
        Assert.That(new Segmenter(LazyModel.Value).Segment(image).Run.Warnings, Has.None.Contains("coarse edges"));
    }

    /// <summary>The mean of a plane beside that of the labelled pixels.</summary>
    private static double Strength(FeatureStack stack, Model model, string name) =>
        stack[name].ToArray().Average() / model.Data!.Planes.Single(one => one.Name == name).Mean;

    [GeneratedRegex(@"fine ones are (\S+) times as strong")]
    private static partial Regex Said();

    private static MemoryImage Image<T>(byte[] samples, Func<byte, T> map)
        where T : unmanaged => MemoryImage.FromMemory<T>(Array.ConvertAll(samples, sample => map(sample)), W, H, name: "page");

    /// <summary>The same kind of scene a quarter as large: each pixel is the mean of a square of 4 x 4.</summary>
    private static byte[] Quarter()
    {
        byte[] large = new SyntheticScene(4 * W, 4 * H, seed: 5).Pixels;
        return [.. Enumerable.Range(0, W * H).Select(i =>
        {
            int first = (i / W * 4 * 4 * W) + (i % W * 4);
            return (byte)(Enumerable.Range(0, 16).Sum(k => large[first + (k / 4 * 4 * W) + (k % 4)]) / 16);
        })];
    }
}
