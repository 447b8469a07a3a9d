using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>Compares joint bilateral upsampling on a device with the CPU's.</summary>
internal static unsafe class GpuJointBilateralCheck
{
    /// <summary>Random features and a random image.</summary>
    /// <param name="meter">The device.</param>
    /// <param name="seed">Of the random numbers.</param>
    /// <param name="colours">1 or 3.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="patch">Side of a cell.</param>
    /// <param name="cells">Rows and columns of cells.</param>
    public static BackendCheckResult Run(GpuMeter meter, int seed, int colours, int channels, int patch, int cells)
    {
        int side = cells * patch, pixels = side * side;
        var random = new Random(seed);
        float[] image = RandomNetwork.Samples(random, colours * pixels);
        float[] values = RandomNetwork.Numbers(random, channels * cells * cells), expected = new float[channels * pixels];
        var all = new Region(0, 0, side, side);
        using var map = new LowResolution(channels, cells, cells, patch);
        values.CopyTo(new Span<float>(map.Plane(0), values.Length));
        using var joint = new JointBilateralCpu(map, colours, side, side);
        fixed (float* guide = image, to = expected)
        {
            joint.Start(new GuidanceImage(guide, pixels, side, all), all);
            joint.Planes(all, to, side, pixels);
        }
        (float[] found, double seconds) = meter.On(device =>
        {
            using var table = new DeviceTable<float>(device, values);
            using var guide = new DeviceTable<float>(device, image);
            using var means = new DeviceTable<float>(device, new float[colours * cells * cells]);
            using var arena = new DeviceArena(device, (long)expected.Length * sizeof(float));
            ArrayView<float> output = arena.Take((long)expected.Length * sizeof(float)).Cast<float>();
            var cellMap = new CellMap { Cells = table.View, Channels = channels, Rows = cells, Columns = cells, Patch = patch };
            var part = new GuidancePart { Planes = guide.View, PlaneStride = pixels, Width = side, Height = side };
            var sink = new FloatSink { Planes = output, PlaneStride = pixels };
            var kernels = new JointBilateralGpu<FloatSink>(device);
            double time = GpuRates.Seconds(device, stream => kernels.Run(stream, cellMap, part, colours, all, sink, 0, means.View));
            return (output.GetAsArray(), time);
        });
        string of = colours == 1 ? "grey" : "colours";
        return meter.Row(
            $"deep: joint bilateral, {of}", $"{side} x {side} x {channels}", Deviation.OfBits(found, expected), meter.Allowed(expected),
            seconds, GpuCounts.JointBilateral(channels, colours, patch), pixels);
    }
}
