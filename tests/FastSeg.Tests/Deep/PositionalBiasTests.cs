using FastSeg.Checks;
using FastSeg.Tests.Deep.Backbones;
using MathNet.Numerics.LinearAlgebra;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>How much of a map is a quadratic polynomial of the position, and what that says of a network.</summary>
[TestFixture]
internal sealed class PositionalBiasTests
{
    private const int Rows = 9, Columns = 13;

    [Test]
    public void AMapOfKnownPartsHasTheirR2([Values(0.0, 0.2, 0.75, 1.0)] double share)
    {
        float[] map = Map(share, deviation: 3, seed: 1);
        Assert.That(PositionalBias.R2(map, Rows, Columns), Is.EqualTo(share).Within(1e-5));
        Assert.That(PositionalBias.R2([.. map.Select(value => (value * 7) - 100)], Rows, Columns), Is.EqualTo(share).Within(1e-4));
    }

    [Test]
    public void PlanesCountByTheirVariance()
    {
        float[] planes = [.. Map(0.9, deviation: 3, seed: 1), .. Map(0.1, deviation: 1, seed: 2)];
        Assert.That(PositionalBias.R2(planes, Rows, Columns), Is.EqualTo(((0.9 * 9) + (0.1 * 1)) / 10).Within(1e-5));
    }

    [Test]
    public void AMapWithoutVariationOrExtentHasNone()
    {
        Assert.That(PositionalBias.R2(Enumerable.Repeat(5f, 12).ToArray(), 3, 4), Is.Zero);
        Assert.That(PositionalBias.R2([3f], 1, 1), Is.Zero);
        Assert.That(PositionalBias.R2([1f, 2f], 1, 2), Is.EqualTo(1).Within(1e-9), "a line through two points");
    }

    [Test]
    public void ANetworkThatAddsThePositionIsFoundOutAndFlipsTakeTheLinearPartAway()
    {
        const int Tokens = 12;
        using var tiny = new TinyBackbone(8, 6, 0, true, Tokens);
        using MemoryImage image = Noise(150, 90);
        double Bias(bool flips)
        {
            using Backbone backbone = Backbone.Open(tiny.Folder, 1);
            double bias = BackboneCheck.PositionalBias(backbone, [image], flips, new ComputeOptions { Threads = 3 });
            var one = new ComputeOptions { Threads = 1 };
            Assert.That(BackboneCheck.PositionalBias(backbone, [image], flips, one), Is.EqualTo(bias), "whatever the threads");
            return bias;
        }
        double honest = Bias(flips: false);
        tiny.Replace(tiny.GraphWithPosition());
        double told = Bias(flips: false), averaged = Bias(flips: true);
        // Five terms explain 5 of 143 parts of a map that the position says nothing about.
        Assert.That(honest, Is.LessThan(0.12));
        Assert.That(told, Is.GreaterThan(0.9));
        Assert.That(averaged, Is.LessThan(0.25));
    }

    [Test]
    public void AModelsOwnProjectionIsLookedAt()
    {
        var scene = new SyntheticScene(205, 171, seed: 4);
        using var tiny = new TinyBackbone(8, 10, 0, true, 8);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Model model = Segmenter.Train(
            [scene.Training], FeatureSpec.Paper with { Families = Families.None }, Trained.Quick,
            deep: new DeepOptions(backbone) { Channels = 3, FlipAverage = true }).Model;
        Assert.That(model.DeepFeatures!.FlipAverage, Is.True, "kept, although the folder says nothing of flips");
        using MemoryImage image = scene.Image;
        Assert.That(BackboneCheck.PositionalBias(model, backbone, [image]), Is.InRange(0, 0.5));
        using MemoryImage small = Noise(63, 90);
        Assert.That(
            Assert.Throws<FastSegException>(() => BackboneCheck.PositionalBias(model, backbone, [small]))!.Message,
            Does.Contain("63 x 90 pixels, too small for blocks of 64 x 64"));
    }

    [Test]
    public void SpeedOfAPageIsThatOfItsWindows()
    {
        var speed = new BackboneSpeed(24, 8, false, 0.02, 2, 0.01);
        // 512 cells: 1 + ceil(488 / 22) = 24 windows along each side.
        Assert.That(speed.PixelsPerSecond(4096, 4096, 2), Is.EqualTo(4096.0 * 4096 / (24 * 24 * 0.01)).Within(1e-6));
        Assert.That(speed.PixelsPerSecond(100, 4096, 2), Is.EqualTo(100.0 * 4096 / (24 * 0.01)).Within(1e-6));
        Assert.Throws<FastSegException>(() => speed.PixelsPerSecond(4096, 4096, 24));
        using var tiny = new TinyBackbone(8, 6, 0, false, 3);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Assert.That(BackboneCheck.WindowSizes(backbone), Is.EqualTo(new[] { 3 }));
        string refusal = Assert.Throws<FastSegException>(() => BackboneCheck.Speed(backbone, 4))!.Message;
        Assert.That(refusal, Does.Contain("windows of 3 cells only"));
        BackboneSpeed measured = BackboneCheck.Speed(backbone, 3, true, new ComputeOptions { Threads = 2 });
        Assert.That((measured.WindowTokens, measured.Patch, measured.FlipAverage, measured.AtOnce), Is.EqualTo((3, 8, true, 2)));
        Assert.That(new[] { measured.Seconds, measured.SecondsAtOnce }, Is.All.GreaterThan(0));
    }

    /// <summary>A quadratic with a share of the variance, and what a least-squares fit leaves of noise with the rest.</summary>
    private static float[] Map(double share, double deviation, int seed)
    {
        var random = new Random(seed);
        Matrix<double> terms = Matrix<double>.Build.Dense(Rows * Columns, 6, (i, j) =>
        {
            (double x, double y) = (i % Columns, i / Columns);
            return j switch { 0 => 1, 1 => x, 2 => y, 3 => x * x, 4 => x * y, _ => y * y };
        });
        Vector<double> noise = Vector<double>.Build.Dense(Rows * Columns, _ => random.NextDouble());
        Vector<double> rest = noise - (terms * terms.QR().Solve(noise));
        Vector<double> quadratic = terms * Vector<double>.Build.Dense(6, _ => random.NextDouble() - 0.5);
        quadratic -= quadratic.Average();
        Vector<double> map = (quadratic / quadratic.L2Norm() * Math.Sqrt(share)) + (rest / rest.L2Norm() * Math.Sqrt(1 - share));
        return [.. map.Select(value => (float)(value * deviation))];
    }

    private static MemoryImage Noise(int width, int height)
    {
        byte[] samples = new byte[width * height];
        new Random(5).NextBytes(samples);
        return MemoryImage.FromMemory<byte>(samples, width, height);
    }
}
