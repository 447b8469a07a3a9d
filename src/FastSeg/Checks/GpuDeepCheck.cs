using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>
/// Compares what brings deep features to full resolution on a device with the CPU, for 32 channels and patches of 14 pixels.
/// </summary>
internal static unsafe class GpuDeepCheck
{
    private const int Channels = 32, Patch = 14, Cells = 72, LearnedCells = 36, SimulatedCells = 2, SimulatedLearnedCells = 1;

    /// <summary>
    /// Largest error of the learned upsampler, as a part of its result's range. The CPU convolves by Winograd's algorithm and the device
    /// directly, so they round differently.
    /// </summary>
    private const double LearnedTolerance = 1e-5;

    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(GpuMeter meter, int seed)
    {
        int cells = meter.Simulated ? SimulatedCells : Cells;
        foreach (bool bilinear in (bool[])[false, true])
        {
            yield return Interpolation(meter, seed, bilinear, cells);
        }
        foreach (int colours in (int[])[1, 3])
        {
            yield return GpuJointBilateralCheck.Run(meter, seed, colours, Channels, Patch, cells);
        }
        foreach ((Padding padding, Align align) in RandomNetwork.Geometries)
        {
            yield return Learned(meter, seed, padding, align, meter.Simulated ? SimulatedLearnedCells : LearnedCells);
        }
    }

    private static BackendCheckResult Interpolation(GpuMeter meter, int seed, bool bilinear, int cells)
    {
        int side = cells * Patch, pixels = side * side;
        using var map = new LowResolution(Channels, cells, cells, Patch);
        float[] values = RandomNetwork.Numbers(new Random(seed), Channels * cells * cells), expected = new float[Channels * pixels];
        values.CopyTo(new Span<float>(map.Plane(0), values.Length));
        using var planes = new LowResolutionPlanesCpu(map, bilinear, side, side);
        fixed (float* to = expected)
        {
            planes.Planes(0, 0, side, side, to, side, pixels);
        }
        (float[] found, double seconds) = meter.On(device => Enlarge(device, values, cells, bilinear));
        return meter.Row(
            $"deep: {(bilinear ? "bilinear" : "nearest")}", $"{side} x {side} x {Channels}", Deviation.OfBits(found, expected),
            bilinear ? meter.Allowed(expected) : 0, seconds, [GpuCounts.Cells(bilinear, Channels, Patch)], pixels);
    }

    /// <summary>Interpolates 32 channels of cells of 14 pixels on a device.</summary>
    internal static (float[] Planes, double Seconds) Enlarge(GpuDevice device, float[] values, int cells, bool bilinear)
    {
        int side = cells * Patch, pixels = side * side;
        long bytes = (long)Channels * pixels * sizeof(float);
        using var table = new DeviceTable<float>(device, values);
        using var arena = new DeviceArena(device, bytes);
        ArrayView<float> output = arena.Take(bytes).Cast<float>();
        var cellMap = new CellMap { Cells = table.View, Channels = Channels, Rows = cells, Columns = cells, Patch = Patch };
        var resize = new LowResolutionPlanesGpu<FloatSink>(device, bilinear);
        var sink = new FloatSink { Planes = output, PlaneStride = pixels };
        double seconds = GpuRates.Seconds(device, stream => resize.Run(stream, cellMap, new Region(0, 0, side, side), sink, 0));
        return (output.GetAsArray(), seconds);
    }

    private static BackendCheckResult Learned(GpuMeter meter, int seed, Padding padding, Align align, int cells)
    {
        int side = cells * Patch, pixels = side * side;
        UpsamplerConfig config = RandomNetwork.Config(Channels, Patch, padding, align);
        var random = new Random(seed);
        using var network = new Upsampler(config, RandomNetwork.Tensors(config, random));
        float[] image = RandomNetwork.Samples(random, 3 * pixels);
        float[] low = RandomNetwork.Numbers(random, Channels * cells * cells), expected = new float[Channels * pixels];
        var all = new Region(0, 0, side, side);
        using (UpsamplerCpu cpu = UpsamplerCpu.Create(new UpsamplerPlanCpu(network, side, side, cells, cells, side)))
        {
            fixed (float* guide = image, from = low, to = expected)
            {
                var features = new LowFeatures(from, Channels, cells, cells);
                cpu.Run(features, new GuidanceImage(guide, pixels, side, all), all, new OutputPlanes(to, pixels, side));
            }
        }
        var plan = new UpsamplerPlanGpu(network, side, side, cells, cells, side, side);
        (float[] found, double seconds) = meter.On(device => Upsample(device, plan, image, low, side));
        double range = expected.Max() - expected.Min();
        return meter.Row(
            RandomNetwork.Operation(padding, align), $"{side} x {side} x {Channels}",
            Deviation.OfBits(found, expected) / range, LearnedTolerance, seconds, GpuCounts.Upsampler(plan), pixels);
    }

    /// <summary>Runs the learned upsampler over a square image that is one tile.</summary>
    internal static (float[] Planes, double Seconds) Upsample(
        GpuDevice device, UpsamplerPlanGpu plan, float[] image, float[] low, int side)
    {
        int pixels = side * side, channels = plan.Network.Config.ChannelsOut;
        using var upsampler = new UpsamplerGpu(device, plan);
        using var map = new DeviceTable<float>(device, low);
        using var guide = new DeviceTable<float>(device, image);
        long planeBytes = (long)channels * pixels * sizeof(float);
        using var arena = new DeviceArena(device, DeviceArena.Aligned(plan.ScratchBytes) + planeBytes);
        ArrayView<byte> scratch = arena.Take(plan.ScratchBytes);
        var sink = new FloatSink { Planes = arena.Take(planeBytes).Cast<float>(), PlaneStride = pixels };
        var guidance = new GuidancePart { Planes = guide.View, PlaneStride = pixels, Width = side, Height = side };
        double seconds = GpuRates.Seconds(
            device, stream => upsampler.Run(stream, map.View, guidance, new Region(0, 0, side, side), sink, 0, scratch));
        return (sink.Planes.GetAsArray(), seconds);
    }
}
