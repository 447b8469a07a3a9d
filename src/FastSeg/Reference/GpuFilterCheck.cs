using FastSeg.Features;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Reference;

/// <summary>Every family of filters on a device against the CPU engine, which it equals bit for bit on CUDA and on the simulated device.</summary>
internal static class GpuFilterCheck
{
    /// <summary>Sides on a real device, and on the simulated one, which has an operating system's thread for each of its own.</summary>
    private const int Side = 1024, SimulatedSide = 40;

    private static readonly double[] DiskSigmas = [1, 2, 4];

    /// <summary>Side of the images that kernels run on.</summary>
    public static int SideFor(GpuMeter meter) => meter.Simulated ? SimulatedSide : Side;

    public static IEnumerable<EngineCheckResult> Run(GpuMeter meter, int seed)
    {
        int side = SideFor(meter);
        byte[] samples = GpuCheck.Samples(side, seed);
        foreach (string name in FamilyNames.All)
        {
            Families family = FamilyNames.Parse([name]);
            bool disk = (family & FeatureSpec.OverDisks) != 0;
            FeatureSpec spec = FeatureSpec.Paper with { Families = family, Sigmas = disk ? DiskSigmas : FeatureSpec.Paper.Sigmas };
            float[] expected = GpuCheck.Planes(spec, samples, side);
            (float[] planes, double seconds) = meter.On(device => Planes(device, spec, samples, side));
            yield return meter.Row(
                $"features: {name}", $"{side} x {side} x {spec.Names.Count}", GpuCheck.Error(planes, expected), meter.Allowed(expected), seconds,
                GpuCounts.Filters(spec, sizeof(byte)), samples.Length);
        }
    }

    /// <summary>An image that is one tile.</summary>
    public static TileShape Whole(int side) => new() { Width = side, Height = side, CoreWidth = side, CoreHeight = side };

    private static (float[] Planes, double Seconds) Planes(GpuDevice device, FeatureSpec spec, byte[] samples, int side)
    {
        TileShape shape = Whole(side);
        long scratchBytes = FilterBankGpu.ScratchBytes(spec, shape), planeBytes = (long)spec.Names.Count * samples.Length * sizeof(float);
        using var bank = new FilterBankGpu(device, spec, 1);
        using var pixels = new DeviceTable<byte>(device, samples);
        using var arena = new DeviceArena(device, DeviceArena.Aligned(scratchBytes) + planeBytes);
        ArrayView<byte> scratch = arena.Take(scratchBytes);
        ArrayView<float> planes = arena.Take(planeBytes).Cast<float>();
        var sink = new FloatSink { Planes = planes, PlaneStride = samples.Length };
        double seconds = GpuRates.Seconds(device, stream => bank.Run(stream, shape, pixels.View, SampleType.UInt8, 1, scratch, sink));
        float[] found = new float[planes.Length];
        planes.CopyToCPU(found);
        return (found, seconds);
    }
}
