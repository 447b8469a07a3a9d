using System.Diagnostics;
using FastSeg.Features.Local;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>
/// Compares the standardisation by a pixel's neighbourhood: on the CPU with its float64 reference, on a device with the CPU.
/// </summary>
internal static class LocalCheck
{
    /// <summary>Largest error of a standardised sample, or of one of magnitude above 1 relative to it.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>Samples lie so many deviations away from 0: where sums cancel, errors show.</summary>
    private const float Offset = 10_000;

    private const string Name = "samples: standardise local";

    private static double Sigma => FeatureSpec.Paper.StandardiseSigma;

    /// <summary>The CPU against float64.</summary>
    /// <param name="samples">Samples of an image of one channel.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    public static BackendCheckResult OnCpu(float[] samples, int width, int height)
    {
        float[] moved = Array.ConvertAll(samples, sample => sample + Offset);
        Planes(moved, width, height);
        long start = Stopwatch.GetTimestamp();
        float[] found = Planes(moved, width, height);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var image = new ReferenceImage(width, height);
        moved.CopyTo(image.Values, 0);
        double[] expected = LocalReference.Planes([image], Sigma)[0].Values;
        double error = found.Select((value, i) => Math.Abs(value - expected[i]) / Math.Max(1, Math.Abs(expected[i]))).Max();
        return new BackendCheckResult(Name, $"{width} x {height}", error, Tolerance, seconds);
    }

    /// <summary>A device against the CPU.</summary>
    public static BackendCheckResult OnDevice(GpuMeter meter, int seed)
    {
        int side = meter.Side;
        float[] samples = Array.ConvertAll(CheckScene.Samples(side, seed), sample => (sample / 255f) + Offset);
        float[] expected = Planes(samples, side, side);
        (float[] found, double seconds) = meter.On(device => Planes(device, samples, side));
        double taps = (2.0 * LocalStandardisation.Radius(Sigma)) + 1;
        // A tap costs W, S1 and S2 a multiply-add each. Along a row a pixel is shifted and squared before, down a column a row's sums are
        // brought to another shift, by three multiply-adds and two sums.
        KernelCount[] counts =
        [
            new("local rows", 16, 8 * taps, 10 * taps, 0),
            new("local columns", 16, 14 * taps, 14 * taps, 0),
        ];
        return meter.Row(
            Name, $"{side} x {side}", Deviation.OfBits(found, expected), meter.Allowed(expected), seconds, counts, samples.Length);
    }

    private static float[] Planes(float[] samples, int width, int height)
    {
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, width, height);
        FeatureSpec spec = FeatureSpec.Paper with { Standardise = Standardisation.Local };
        using ImageReader local = LocalReader.Of(image, null, spec, 1);
        float[] planes = new float[samples.Length];
        local.Read(image.Info.Bounds, System.Runtime.InteropServices.MemoryMarshal.AsBytes(planes.AsSpan()));
        return planes;
    }

    private static (float[] Planes, double Seconds) Planes(GpuDevice device, float[] samples, int side)
    {
        var whole = new Region(0, 0, side, side);
        LocalShape shape = LocalStandardisationGpu.Shape(Sigma, whole, whole, 1, masked: false);
        long scratchBytes = LocalStandardisationGpu.ScratchBytes(shape), planeBytes = (long)samples.Length * sizeof(float);
        using var local = new LocalStandardisationGpu(device, Sigma);
        using var pixels = new DeviceTable<float>(device, samples);
        using var arena = new DeviceArena(device, DeviceArena.Aligned(scratchBytes) + planeBytes);
        ArrayView<byte> scratch = arena.Take(scratchBytes);
        ArrayView<float> planes = arena.Take(planeBytes).Cast<float>();
        double seconds = GpuRates.Seconds(
            device, stream => local.Run(stream, shape, pixels.View, ArrayView<byte>.Empty, scratch, planes));
        float[] found = new float[samples.Length];
        planes.CopyToCPU(found);
        return (found, seconds);
    }
}
