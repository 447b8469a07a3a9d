using System.Runtime.InteropServices;
using FastSeg.Deep.Convolutions;
using FastSeg.Deep.Upsamplers;
using FastSeg.Native;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>The CPU backend against the float64 reference, against PyTorch's goldens, and against itself.</summary>
[TestFixture]
[NonParallelizable]
internal sealed unsafe class UpsamplerTests
{
    private static readonly UpsamplerCase[] Goldens =
    [
        new(16, 16, 45, 37, 14, Padding.Replicate),
        new(32, 32, 59, 71, 14, Padding.Replicate),
        new(32, 32, 59, 71, 14, Padding.Zeros),
        new(32, 32, 64, 48, 8, Padding.Replicate),
        new(32, 32, 67, 51, 16, Padding.Zeros),
        new(64, 64, 33, 47, 14, Padding.Replicate),
        new(128, 128, 31, 43, 14, Padding.Replicate),
        new(384, 384, 45, 29, 14, Padding.Replicate),
        new(48, 20, 49, 38, 16, Padding.Replicate),
        new UpsamplerCase(32, 32, 47, 61, 14, Padding.Replicate).AsPublished(),
    ];

    [TestCaseSource(nameof(Goldens))]
    public void EqualsPyTorch(UpsamplerCase network)
    {
        float[] kept = TorchPeer.ReadNpy(TestData.File("tests", "data", "deep", network.GoldenName));
        float[] result = network.Run(network.Width, network.Height);
        float range = kept[1] - kept[0];
        int count = kept.Length - 2;
        for (int i = 0; i < count; i++)
        {
            // numpy.linspace's own arithmetic.
            int at = i == count - 1 ? result.Length - 1 : (int)(i * ((double)(result.Length - 1) / (count - 1)));
            Assert.That(result[at], Is.EqualTo(kept[i + 2]).Within(1e-4 * range), $"value {at}");
        }
        Assert.That(result.Min(), Is.EqualTo(kept[0]).Within(1e-4 * range));
        Assert.That(result.Max(), Is.EqualTo(kept[1]).Within(1e-4 * range));
    }

    private static readonly UpsamplerCase[] Small =
    [
        new(16, 16, 5, 7, 14, Padding.Replicate),
        new(16, 16, 5, 7, 14, Padding.Zeros),
        new(16, 16, 1, 40, 8, Padding.Replicate),
        new(17, 17, 23, 34, 8, Padding.Zeros),
        new(20, 6, 39, 33, 16, Padding.Zeros),
        new(32, 32, 30, 43, 14, Padding.Replicate),
        new(16, 16, 28, 28, 2, Padding.Replicate),
    ];

    [Test]
    public void EqualsTheReference([ValueSource(nameof(Small))] UpsamplerCase network, [Values] Align align)
    {
        UpsamplerCase aligned = network.With(align);
        AssertClose(aligned.Run(network.Width, network.Height), aligned.Reference(), 2e-6);
    }

    [Test]
    public void TheGeometriesDiffer()
    {
        UpsamplerCase network = Small[5];
        float[] corners = network.Run(network.Width, network.Height), centres = network.HalfPixel().Run(network.Width, network.Height);
        float range = corners.Max() - corners.Min();
        Assert.That(corners.Zip(centres, (a, b) => Math.Abs(a - b)).Max(), Is.GreaterThan(0.05f * range));
    }

    [Test]
    public void CellsOfZeroStayZeroWhenNormalised()
    {
        var network = new UpsamplerCase(2, 2, 8, 8, 4, Padding.Replicate).AsPublished();
        using var weights = new Upsampler(network.Config, network.Tensors());
        var inputs = new UpsamplerInputCpu(
            new UpsamplerPlanCpu(weights, network.Height, network.Width, network.LowHeight, network.LowWidth, network.Width));
        float[] cells = [0, 3, 0, -1], blocks = new float[2 * Convolution.Lane];
        fixed (float* from = cells, to = blocks)
        {
            inputs.Features(new LowFeatures(from, 2, 1, 2), 0, 0, 1, to, 0);
        }
        Assert.That((blocks[0], blocks[1], blocks[Convolution.Lane], blocks[Convolution.Lane + 1]), Is.EqualTo((0f, 0f, 0.75f, -0.25f)));
    }

    [Test]
    public void ScaledGuidanceAndNormalisedFeaturesEqualTheReference()
    {
        UpsamplerCase network = new UpsamplerCase(16, 16, 33, 29, 14, Padding.Replicate).AsPublished();
        AssertClose(network.Run(29, 33), network.Reference(), 2e-6);
    }

    [Test]
    public void EveryTileSizeGivesTheSameBits([Values] Padding padding, [Values] Align align, [Values(8, 14, 16)] int patch)
    {
        UpsamplerCase network = new UpsamplerCase(32, 32, 213, 241, patch, padding).With(align);
        float[] whole = network.Run(241, 213);
        foreach ((int width, int height) in ((int, int)[])[(64, 64), (192, 192), (31, 213), (241, 5)])
        {
            AssertSame(network.Run(width, height), whole);
        }
    }

    [TestCase(1100, 70, Padding.Replicate)]
    [TestCase(70, 1100, Padding.Zeros)]
    public void TilesOfAThousandGiveTheSameBits(int height, int width, Padding padding)
    {
        // Sides of more than a thousand, so that there is more than one tile.
        var network = new UpsamplerCase(16, 16, height, width, 14, padding);
        float[] whole = network.Run(width, height);
        AssertSame(network.Run(1000, 1000), whole);
        AssertSame(network.Run(64, 192), whole);
    }

    [Test]
    public void BothVectorWidthsGiveTheSameBits()
    {
        Widths.Need(512);
        UpsamplerCase[] cases =
        [
            new(32, 32, 61, 75, 14, Padding.Replicate), new(24, 40, 35, 50, 16, Padding.Zeros),
            new UpsamplerCase(32, 32, 61, 75, 8, Padding.Replicate).HalfPixel(),
        ];
        foreach (UpsamplerCase network in cases)
        {
            Assert.That(network.Run(48, 32, 256), Is.EqualTo(network.Run(48, 32, 512)));
        }
    }

    [Test]
    public void ATileNeedsTheImageAroundItOnly()
    {
        var network = new UpsamplerCase(16, 16, 28, 28, 14, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanCpu(weights, 4200, 4200, 300, 300, 256);
        Region seen = plan.Guidance(new Region(2000, 2000, 256, 256));
        Assert.That(seen.X, Is.InRange(2000 - 256, 2000 - 128));
        Assert.That(seen.Right, Is.InRange(2256 + 128, 2256 + 256));
        Assert.That(seen.Height, Is.LessThanOrEqualTo(seen.Width));
    }

    [Test]
    public void RunningAllocatesNothingAndBuffersAreAsPlanned()
    {
        var network = new UpsamplerCase(32, 32, 130, 150, 14, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanCpu(weights, 130, 150, network.LowHeight, network.LowWidth, 64);
        long buffers = HostBuffer.Allocations;
        using UpsamplerCpu worker = UpsamplerCpu.Create(plan);
        Assert.That(HostBuffer.Allocations, Is.EqualTo(buffers + 1));
        Assert.That(UpsamplerCpu.Bytes(plan), Is.EqualTo(worker.AllocatedBytes));
        using var result = new HostBuffer(32L * 64 * 64 * sizeof(float));
        fixed (float* image = network.Image, features = network.Features)
        {
            var low = new LowFeatures(features, 32, network.LowHeight, network.LowWidth);
            var guidance = new GuidanceImage(image, 130 * 150, 150, new Region(0, 0, 150, 130));
            var output = new OutputPlanes((float*)result.Pointer, 64 * 64, 64);
            worker.Run(low, guidance, new Region(0, 0, 64, 64), output);
            buffers = HostBuffer.Allocations;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            worker.Run(low, guidance, new Region(40, 50, 64, 64), output);
            worker.Run(low, guidance, new Region(90, 100, 60, 30), output);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - bytes, Is.Zero);
            Assert.That(HostBuffer.Allocations, Is.EqualTo(buffers));
        }
    }

    [Test]
    public void MemoryDoesNotGrowWithTheImage()
    {
        var network = new UpsamplerCase(32, 32, 64, 64, 16, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        long Bytes(int side) => UpsamplerCpu.Bytes(new UpsamplerPlanCpu(weights, side, side, side / 16, side / 16, 512));
        Assert.That(Bytes(8192), Is.LessThanOrEqualTo(Bytes(2048)));
        Assert.That(Bytes(8192), Is.LessThan(64L << 20));
    }

    [Test]
    public void WhatDoesNotFitIsRefused()
    {
        var network = new UpsamplerCase(16, 16, 28, 28, 14, Padding.Replicate);
        var error = Assert.Throws<FastSegException>(() => new Upsampler(network.Config with { ChannelsOut = 8 }, network.Tensors()));
        Assert.That(error!.Message, Does.Contain("channelsOut = 8").And.Contain("16"));
        error = Assert.Throws<FastSegException>(() => new Upsampler(network.Config with { ChannelsDown = 16 }, network.Tensors()));
        Assert.That(error!.Message, Does.Contain("35").And.Contain("19").Or.Contain("channelsDown"));
        error = Assert.Throws<FastSegException>(() => new Upsampler(network.Config with { Patch = 32 }, network.Tensors()));
        Assert.That(error!.Message, Does.Contain("downsample_layers.4"));
    }

    [TestCase(32, 83, 61, 14, Padding.Replicate, Align.Corners)]
    [TestCase(16, 75, 98, 16, Padding.Zeros, Align.Corners)]
    [TestCase(32, 66, 79, 8, Padding.Replicate, Align.HalfPixel)]
    public void EqualsPyTorchLive(int channels, int height, int width, int patch, Padding padding, Align align)
    {
        UpsamplerCase network = new UpsamplerCase(channels, channels, height, width, patch, padding).With(align);
        float[] peer = TorchPeer.Upsample(network);
        AssertClose(network.Run(50, 40), peer, 1e-4);
    }

    /// <summary>Equal bits, without a comparison object for every value.</summary>
    private static void AssertSame(float[] actual, float[] expected)
    {
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(actual), needed = MemoryMarshal.Cast<float, int>(expected);
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        Assert.That(bits.CommonPrefixLength(needed), Is.EqualTo(expected.Length), "values that agree before the first that does not");
    }

    /// <summary>Equal within a part of the expected values' range.</summary>
    private static void AssertClose(float[] actual, float[] expected, double part)
    {
        double range = expected.Max() - expected.Min(), worst = 0;
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, float.IsNaN(actual[i]) ? double.PositiveInfinity : Math.Abs(actual[i] - expected[i]));
        }
        Assert.That(worst / range, Is.LessThanOrEqualTo(part));
    }
}
