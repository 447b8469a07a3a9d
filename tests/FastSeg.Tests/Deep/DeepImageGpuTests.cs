using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Gpu;
using FastSeg.Kernels;
using FastSeg.Simd;
using FastSeg.Tests.Deep.Upsamplers;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>From an image's samples and its map to a tile's planes, against the CPU's way.</summary>
[TestFixture]
[NonParallelizable]
internal sealed unsafe class DeepImageGpuTests
{
    private const int Patch = 8, Width = 21, Height = 13, Channels = 16;

    private static readonly Region Core = new(9, 4, 12, 9);

    /// <summary>Whether the guidance is the whole image, or a part that neither begins nor ends where the image does.</summary>
    [Test]
    public void ALearnedUpsamplerSeesTheSamplesAsTheCpuDoes([Values(1, 3)] int colours, [Values] bool part)
    {
        (int width, Region core) = part ? (31 * Patch, Core with { X = 121 }) : (Width, Core);
        var network = new UpsamplerCase(Channels, Channels, Whole(Height), Whole(width), Patch, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        byte[] samples = new byte[width * Height * colours];
        new Random(4).NextBytes(samples);
        using LowResolution map = Map(network);
        fixed (byte* pixels = samples)
        {
            using var image = new MemoryImage((nint)pixels, width, Height, colours, width * colours, SampleType.UInt8);
            DeepDescription description = Description(Upsampling.Learned);
            float[] expected = Expected(weights, map, image, description, core);
            UpsamplerPlanGpu plan = DeepImageGpu.PlanFor(weights, image.Info, (int)core.Width, (int)core.Height);
            Region seen = plan.Guidance(core);
            Assert.That(seen.X > 0 && seen.Right < width, Is.EqualTo(part));
            float[] actual = Fill(description, [map], image, plan, core);
            double range = expected.Max() - expected.Min();
            Assert.That(actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / range, Is.LessThan(1e-5));
        }
    }

    [Test]
    public void WithoutANetworkItHasTheCpusBits(
        [Values(Upsampling.Nearest, Upsampling.Bilinear)] Upsampling upsampling, [Values(1, 2)] int scales)
    {
        LowResolution[] maps = [.. Enumerable.Range(1, scales).Select(scale => RandomMap(Channels / scales, scale))];
        byte[] samples = new byte[Width * Height];
        fixed (byte* pixels = samples)
        {
            using var image = new MemoryImage((nint)pixels, Width, Height, 1, Width, SampleType.UInt8);
            float[] expected = new float[Channels * Core.Pixels];
            (int width, int height, nint part) = ((int)Core.Width, (int)Core.Height, (nint)(Channels / scales * Core.Pixels));
            fixed (float* first = expected)
            {
                for (int i = 0; i < scales; i++)
                {
                    using var planes = new LowResolutionPlanesCpu(maps[i], upsampling == Upsampling.Bilinear, width, height);
                    planes.Planes(Core.X, Core.Y, width, height, first + (i * part), width, (nint)Core.Pixels);
                }
            }
            Assert.That(Fill(Description(upsampling), maps, image, null, Core), Is.EqualTo(expected));
        }
        Array.ForEach(maps, map => map.Dispose());
    }

    private static float[] Fill(
        DeepDescription description, IReadOnlyList<LowResolution> maps, MemoryImage image, IGuidedPlan? plan, Region core)
    {
        using GpuDevice device = GpuDevice.OpenSimulated();
        using var deep = new DeepImageGpu(device, description, maps, image.Info, default, plan);
        Assert.That(deep.Channels, Is.EqualTo(Channels));
        Region seen = deep.Guidance(core);
        byte[] part = new byte[Math.Max(1, seen.Pixels * image.Info.PixelBytes)];
        if (plan is not null)
        {
            image.Read(seen, part);
            Assert.That(part, Has.Length.LessThanOrEqualTo(DeepImageGpu.SampleBytes(image.Info, plan)));
        }
        using MemoryBuffer1D<byte, Stride1D.Dense> samples = device.Accelerator.Allocate1D(part);
        using MemoryBuffer1D<byte, Stride1D.Dense> scratch =
            device.Accelerator.Allocate1D<byte>(Math.Max(1, DeepImageGpu.ScratchBytes(image.Info, plan)));
        using MemoryBuffer1D<float, Stride1D.Dense> planes = device.Accelerator.Allocate1D<float>(Channels * core.Pixels);
        var sink = new FloatSink { Planes = planes.View.AsContiguous(), PlaneStride = (int)core.Pixels };
        deep.Fill(device.Accelerator.DefaultStream, core, samples.View.AsContiguous(), sink, 0, scratch.View.AsContiguous());
        device.Accelerator.Synchronize();
        return planes.GetAsArray1D();
    }

    private static unsafe float[] Expected(
        Upsampler weights, LowResolution map, MemoryImage image, DeepDescription description, Region core)
    {
        using var cpu = new LearnedPlanesCpu(
            LearnedPlanesCpu.PlanFor(weights, image.Info, (int)image.Info.Width), map, image, description.Range,
            new TileGrid(image.Info.Bounds, image.Info.Width, Height));
        cpu.Start(core);
        float[] planes = new float[Channels * core.Pixels];
        fixed (float* first = planes)
        {
            for (long y = core.Y; y < core.Bottom; y += Band.MaxHeight)
            {
                int rows = (int)Math.Min(Band.MaxHeight, core.Bottom - y);
                float* from = first + ((y - core.Y) * core.Width);
                cpu.Fill(new Band(core.X, y, (int)core.Width, rows, Channels, from, (int)core.Width, (int)core.Pixels), 0);
            }
        }
        return planes;
    }

    /// <summary>Pixels of whole cells.</summary>
    private static int Whole(int pixels) => (pixels + Patch - 1) / Patch * Patch;

    private static LowResolution Map(UpsamplerCase network)
    {
        var map = new LowResolution(Channels, network.LowHeight, network.LowWidth, Patch);
        network.Features.CopyTo(new Span<float>(map.Plane(0), Channels * network.LowHeight * network.LowWidth));
        return map;
    }

    /// <summary>A map of the image at a scale: twice the cells along each side at scale 2, each half as wide.</summary>
    private static LowResolution RandomMap(int channels, int scale)
    {
        var map = new LowResolution(channels, ((Height * scale) + Patch - 1) / Patch, ((Width * scale) + Patch - 1) / Patch, Patch / scale);
        var random = new Random(scale);
        for (long i = 0; i < map.Channels * map.Rows * map.Columns; i++)
        {
            map.Plane(0)[i] = random.NextSingle() - 0.5f;
        }
        return map;
    }

    private static DeepDescription Description(Upsampling upsampling) => new()
    {
        Backbone = "tiny",
        Sha256 = "",
        Patch = Patch,
        Channels = Channels,
        Upsampling = upsampling,
        WindowTokens = 37,
        OverlapTokens = 12,
        FlipAverage = false,
        RangeLow = 0.1f,
        RangeHigh = 0.9f,
        Seed = 0,
        Threads = 1,
    };
}
