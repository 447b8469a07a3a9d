using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using FastSeg.Probabilities;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>Compares smoothing on a device with the CPU, step by step. CUDA and the simulated device must have the CPU's bits.</summary>
internal static class GpuSmoothingCheck
{
    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(GpuMeter meter, int seed)
    {
        const int Groups = 3;
        var scene = new SmoothingCase(meter.Side, Groups, seed);
        string size = $"{scene.Side} x {scene.Side}";
        IReadOnlyList<KernelCount> counts = GpuCounts.Smoothing(Groups, SmoothingCase.Radius, sizeof(byte), masked: false);
        KernelCount[] Of(params string[] kernels) => [.. counts.Where(count => kernels.Any(count.Kernel.StartsWith))];

        (float[] found, double seconds) = meter.On(device => Probabilities(device, scene));
        yield return Row("probabilities", $"{size} x {Groups}", found, scene.Probabilities, seconds, Of("probabilities"));
        (found, seconds) = meter.On(device => Guides(device, scene));
        yield return Row("guide", size, found, scene.Guide, seconds, Of("samples", "Gaussian"));
        (found, seconds) = meter.On(device => Filter(device, scene));
        yield return Row("guided filter", $"{size} x {Groups}", found, scene.Smoothed, seconds, Of("guided"));

        BackendCheckResult Row(
            string name, string area, float[] result, float[] expected, double time, IReadOnlyList<KernelCount> launches) => meter.Row(
                $"smoothing: {name}", area, Deviation.OfBits(result, expected), meter.Allowed(expected), time, launches, scene.Pixels);
    }

    /// <summary>Probabilities of margins.</summary>
    internal static (float[] Found, double Seconds) Probabilities(GpuDevice device, SmoothingCase scene)
    {
        using var margins = new DeviceTable<float>(device, scene.Margins);
        using var p = new DeviceTable<float>(device, new float[scene.Probabilities.Length]);
        var softmax = new SoftmaxGpu(device);
        double seconds = GpuRates.Seconds(device, stream => softmax.Run(stream, margins.View, scene.Groups, scene.Pixels, p.View));
        return (p.View.GetAsArray(), seconds);
    }

    /// <summary>The guide of a page.</summary>
    internal static (float[] Found, double Seconds) Guides(GpuDevice device, SmoothingCase scene)
    {
        using var samples = new DeviceTable<byte>(device, scene.Samples);
        using var plane = new DeviceTable<float>(device, new float[scene.Pixels]);
        using var scratch = new DeviceArena(device, GuideGpu.ScratchBytes(scene.Pixels, 1));
        using var guide = new GuideGpu(device);
        ArrayView<byte> memory = scratch.Take(GuideGpu.ScratchBytes(scene.Pixels, 1));
        var map = SampleMap.Of(SmoothingCase.Statistics);
        double seconds = GpuRates.Seconds(
            device,
            stream => guide.Run(stream, samples.View, SampleType.UInt8, map, 1, scene.Page, scene.Page, memory, plane.View));
        return (plane.View.GetAsArray(), seconds);
    }

    /// <summary>Probabilities after the guided filter.</summary>
    internal static (float[] Found, double Seconds) Filter(GpuDevice device, SmoothingCase scene)
    {
        long bytes = GuidedFilterGpu.ScratchBytes(scene.Classes, SmoothingCase.Radius, scene.Page, masked: false);
        using var p = new DeviceTable<float>(device, scene.Probabilities);
        using var guide = new DeviceTable<float>(device, scene.Guide);
        using var smoothed = new DeviceTable<float>(device, new float[scene.Smoothed.Length]);
        using var scratch = new DeviceArena(device, bytes);
        ArrayView<byte> memory = scratch.Take(bytes);
        var filter = new GuidedFilterGpu(device, scene.Classes, SmoothingCase.Radius, SmoothingCase.Epsilon);
        GuidedShape shape = filter.Shape(scene.Page, scene.Page, masked: false);
        var planes = new GuidedPlanes { Probabilities = p.View, Guide = guide.View, Smoothed = smoothed.View };
        double seconds = GpuRates.Seconds(device, stream => filter.Run(stream, shape, ref planes, memory));
        return (smoothed.View.GetAsArray(), seconds);
    }
}
