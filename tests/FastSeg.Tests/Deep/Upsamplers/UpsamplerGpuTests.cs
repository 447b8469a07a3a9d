using FastSeg.Deep.Upsamplers;
using FastSeg.Forest;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>The network on the simulated device against the CPU's and against itself in tiles.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class UpsamplerGpuTests
{
    private GpuDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = GpuDevice.OpenSimulated();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCase(16, 16, 30, 27, 14, Padding.Zeros, Align.Corners)]
    [TestCase(32, 32, 17, 23, 8, Padding.Replicate, Align.Corners)]
    [TestCase(32, 32, 17, 23, 8, Padding.Replicate, Align.HalfPixel)]
    [TestCase(16, 16, 33, 26, 14, Padding.Zeros, Align.HalfPixel)]
    [TestCase(17, 6, 16, 33, 16, Padding.Replicate, Align.Corners)]
    // More than one band of rows, and a last band of a few.
    [TestCase(8, 8, 104, 12, 4, Padding.Replicate, Align.Corners)]
    [TestCase(8, 8, 104, 12, 4, Padding.Replicate, Align.HalfPixel)]
    public void EqualsTheCpu(int channelsIn, int channelsOut, int height, int width, int patch, Padding padding, Align align)
    {
        UpsamplerCase network = new UpsamplerCase(channelsIn, channelsOut, height, width, patch, padding).With(align);
        AssertClose(Run(network, [new Region(0, 0, width, height)]), network.Run(width, height), 1e-5);
    }

    [Test]
    public void ScaledGuidanceAndNormalisedFeaturesEqualTheCpu()
    {
        var network = new UpsamplerCase(16, 16, 16, 21, 8, Padding.Replicate);
        network = network with { Config = network.Config with { GuidanceScale = 255, NormaliseL1 = true } };
        AssertClose(Run(network, [new Region(0, 0, 21, 16)]), network.Run(21, 16), 1e-5);
    }

    [TestCase(Padding.Replicate, 2, 150, 43, Align.Corners)]
    [TestCase(Padding.Zeros, 8, 190, 16, Align.Corners)]
    [TestCase(Padding.Replicate, 8, 190, 16, Align.HalfPixel)]
    [TestCase(Padding.Replicate, 14, 43, 29, Align.Corners)]
    public void TilesEqualTheWhole(Padding padding, int patch, int width, int height, Align align)
    {
        // At the corners, an edge and inside; the wider images are more than an inner tile sees.
        UpsamplerCase network = new UpsamplerCase(16, 16, height, width, patch, padding).With(align);
        Region[] tiles = [new(0, 0, 20, 5), new((width / 2) - 3, 7, 7, 3), new(width - 9, height - 5, 9, 5)];
        float[] actual = Run(network, tiles), whole = network.Run(width, height);
        bool Covered(int i) => tiles.Any(tile => tile.Contains(new Region(i % width, i / width % height, 1, 1)));
        AssertClose(actual, [.. whole.Select((value, i) => Covered(i) ? value : float.NaN)], 1e-5);
    }

    /// <summary>
    /// Deep channels go into a forest's bins: from the last doubling, from the border's convolution, or from the last resizing.
    /// </summary>
    [TestCase(8, 16, 24, true)]
    [TestCase(14, 29, 31, false)]
    public void ChannelsGoIntoBins(int patch, int height, int width, bool endsAtImage)
    {
        var network = new UpsamplerCase(16, 6, height, width, patch, Padding.Replicate);
        float[] values = Run(network, [new Region(0, 0, width, height)]), thresholds = [-1.5f, -0.4f, 0, 0.3f, 0.7f, 2];
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanGpu(weights, height, width, network.LowHeight, network.LowWidth, width, height);
        Assert.That(plan.EndsAtImage, Is.EqualTo(endsAtImage));
        using var upsampler = new UpsamplerGpu(_device, plan);
        using var map = new DeviceTable<float>(_device, network.Features);
        using var image = new DeviceTable<float>(_device, network.Image);
        using var scratch = new DeviceArena(_device, plan.ScratchBytes);
        // Two features before the channels, the second of which the forest never asks for.
        int pixels = width * height, channels = network.ChannelsOut, bytePlanes = channels + 1;
        using var bins = new DeviceTable<byte>(_device, [.. Enumerable.Repeat((byte)255, bytePlanes * pixels)]);
        var search = new BinSearch([thresholds, [], .. Enumerable.Repeat(thresholds, channels)]);
        using var features = new DeviceTable<BinRange>(_device, search.Features);
        using var planes = new DeviceTable<BinPlane>(_device, search.Planes);
        using var nodes = new DeviceTable<BinNode>(_device, search.Nodes);
        using var notANumber = new DeviceTable<int>(_device, [0]);
        var sink = new BinSink
        {
            Bins = bins.View,
            Features = features.View,
            Planes = planes.View,
            Nodes = nodes.View,
            NotANumber = notANumber.View,
            PlaneStride = pixels,
        };
        var guidance = new GuidancePart { Planes = image.View, PlaneStride = pixels, Width = width, Height = height };
        upsampler.Run(
            _device.Accelerator.DefaultStream, map.View, guidance, new Region(0, 0, width, height), sink, 2,
            scratch.Take(plan.ScratchBytes));
        _device.Accelerator.Synchronize();
        byte[] expected =
        [
            .. Enumerable.Repeat((byte)255, pixels),
            .. values.Select(value => (byte)thresholds.Count(threshold => threshold <= value)),
        ];
        Assert.That(bins.View.GetAsArray(), Is.EqualTo(expected));
        Assert.That(expected.Skip(pixels).Distinct().Count(), Is.GreaterThan(3), "values on both sides of several thresholds");
        Assert.That(notANumber.View.GetAsArray(), Is.EqualTo((int[])[0]));
    }

    [Test]
    public void ScratchDoesNotGrowWithTheImageAndStagesThatLiveTogetherDoNotOverlap()
    {
        var network = new UpsamplerCase(32, 32, 64, 64, 16, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        UpsamplerPlanGpu Plan(int side) => new(weights, side, side, side / 16, side / 16, 512, 512);
        Assert.That(UpsamplerGpu.ScratchBytes(Plan(4096)), Is.LessThanOrEqualTo(UpsamplerGpu.ScratchBytes(Plan(2048))));
        Assert.That(UpsamplerGpu.ScratchBytes(Plan(2048)), Is.LessThan(512L * 512 * 300));
    }

    /// <summary>
    /// Computes tiles; pixels that no tile covers stay NaN. Each tile sees the guidance that the plan says it needs, and no more.
    /// </summary>
    private float[] Run(UpsamplerCase network, Region[] tiles)
    {
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanGpu(
            weights, network.Height, network.Width, network.LowHeight, network.LowWidth,
            (int)tiles.Max(tile => tile.Width), (int)tiles.Max(tile => tile.Height));
        using var upsampler = new UpsamplerGpu(_device, plan);
        using MemoryBuffer1D<float, Stride1D.Dense> map = _device.Accelerator.Allocate1D(network.Features);
        using MemoryBuffer1D<byte, Stride1D.Dense> scratch = _device.Accelerator.Allocate1D<byte>(UpsamplerGpu.ScratchBytes(plan));
        float[] result = [.. Enumerable.Repeat(float.NaN, network.ChannelsOut * network.Height * network.Width)];
        foreach (Region core in tiles)
        {
            Region seen = plan.Guidance(core);
            using MemoryBuffer1D<float, Stride1D.Dense> image = _device.Accelerator.Allocate1D(Part(network, seen));
            var guidance = new GuidancePart
            {
                Planes = image.View.AsContiguous(),
                PlaneStride = (int)seen.Pixels,
                X = (int)seen.X,
                Y = (int)seen.Y,
                Width = (int)seen.Width,
                Height = (int)seen.Height,
            };
            using MemoryBuffer1D<float, Stride1D.Dense> planes =
                _device.Accelerator.Allocate1D((float[])[.. Enumerable.Repeat(float.NaN, (network.ChannelsOut + 2) * (int)core.Pixels)]);
            scratch.MemSet(_device.Accelerator.DefaultStream, 0xff);
            var sink = new FloatSink { Planes = planes.View.AsContiguous(), PlaneStride = (int)core.Pixels };
            upsampler.Run(_device.Accelerator.DefaultStream, map.View.AsContiguous(), guidance, core, sink, 1, scratch.View.AsContiguous());
            _device.Accelerator.Synchronize();
            Put(network, planes.GetAsArray1D(), core, result);
        }
        return result;
    }

    private static float[] Part(UpsamplerCase network, Region seen)
    {
        float[] image = network.Image, part = new float[3 * seen.Pixels];
        for (int i = 0; i < part.Length; i++)
        {
            long plane = i / seen.Pixels, y = (i % seen.Pixels / seen.Width) + seen.Y, x = (i % seen.Pixels % seen.Width) + seen.X;
            part[i] = image[(((plane * network.Height) + y) * network.Width) + x];
        }
        return part;
    }

    private static void Put(UpsamplerCase network, float[] planes, Region core, float[] result)
    {
        int pixels = (int)core.Pixels;
        Assert.That(planes.Take(pixels).Concat(planes.TakeLast(pixels)), Is.All.NaN, "nothing before the first plane or behind the last");
        for (int i = 0; i < network.ChannelsOut * pixels; i++)
        {
            long y = (i % pixels / core.Width) + core.Y, x = (i % pixels % core.Width) + core.X;
            result[(((i / pixels * network.Height) + y) * network.Width) + x] = planes[pixels + i];
        }
    }

    /// <summary>Equal within a part of the expected values' range; NaN where NaN is expected.</summary>
    private static void AssertClose(float[] actual, float[] expected, double part)
    {
        double range = expected.Where(float.IsFinite).Max() - expected.Where(float.IsFinite).Min(), worst = 0;
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            bool alike = float.IsNaN(expected[i]) == float.IsNaN(actual[i]);
            worst = Math.Max(worst, !alike ? double.PositiveInfinity : difference >= 0 ? difference : 0);
        }
        TestContext.Out.WriteLine($"largest difference {worst / range:e2} of the range");
        Assert.That(worst / range, Is.LessThanOrEqualTo(part));
    }
}
