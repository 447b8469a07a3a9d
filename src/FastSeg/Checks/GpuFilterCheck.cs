using FastSeg.Features;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>Compares every family of filters on a device with the CPU. CUDA and the simulated device must have the CPU's bits.</summary>
internal static class GpuFilterCheck
{
    private static readonly double[] DiskSigmas = [1, 2, 4];

    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(GpuMeter meter, int seed)
    {
        int side = meter.Side;
        byte[] samples = CheckScene.Samples(side, seed);
        foreach (string name in FamilyNames.All)
        {
            Families family = FamilyNames.Parse([name]);
            bool disk = (family & FeatureSpec.OverDisks) != 0;
            FeatureSpec spec = FeatureSpec.Paper with { Families = family, Sigmas = disk ? DiskSigmas : FeatureSpec.Paper.Sigmas };
            float[] expected = CheckScene.Planes(spec, samples, side);
            (float[] planes, double seconds) = meter.On(device => Planes(device, spec, samples, side));
            yield return meter.Row(
                $"features: {name}", $"{side} x {side} x {spec.Names.Count}", Deviation.OfBits(planes, expected), meter.Allowed(expected),
                seconds, GpuCounts.Filters(spec, sizeof(byte)), samples.Length);
        }
    }

    /// <summary>The shape of a square image that is one tile, without a halo.</summary>
    public static TileShape Whole(int side) => new() { Width = side, Height = side, CoreWidth = side, CoreHeight = side };

    /// <summary>Features from the device (planes x side x side), and the seconds of its kernels.</summary>
    internal static (float[] Planes, double Seconds) Planes(GpuDevice device, FeatureSpec spec, byte[] samples, int side)
    {
        TileShape shape = Whole(side);
        long scratchBytes = FilterBankGpu.ScratchBytes(spec, shape);
        long planeBytes = (long)spec.Names.Count * samples.Length * sizeof(float);
        using var bank = new FilterBankGpu(device, spec, 1);
        using var pixels = new DeviceTable<byte>(device, samples);
        using var arena = new DeviceArena(device, DeviceArena.Aligned(scratchBytes) + planeBytes);
        ArrayView<byte> scratch = arena.Take(scratchBytes);
        ArrayView<float> planes = arena.Take(planeBytes).Cast<float>();
        var sink = new FloatSink { Planes = planes, PlaneStride = samples.Length };
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        SampleMap map = CheckScene.Map(image);
        double seconds = GpuRates.Seconds(device, stream => bank.Run(stream, shape, pixels.View, SampleType.UInt8, 1, scratch, sink, map));
        float[] found = new float[planes.Length];
        planes.CopyToCPU(found);
        return (found, seconds);
    }
}
