using FastSeg.Features;
using FastSeg.Features.Local;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>Runs the standardisation by a pixel's neighbourhood on the simulated device.</summary>
internal static class LocalRun
{
    /// <summary>The standardised planes of a rectangle, with NaN behind them that must stay.</summary>
    /// <param name="channels">The samples of all channels of an image.</param>
    /// <param name="image">The image's size.</param>
    /// <param name="wanted">The rectangle.</param>
    /// <param name="sigma">The window's standard deviation.</param>
    /// <param name="mask">A byte a pixel of the image, 0 where it is left out; null where none is.</param>
    public static float[] Planes(float[][] channels, Region image, Region wanted, double sigma, byte[]? mask)
    {
        const int Guard = 5;
        Region read = wanted.Inflate(LocalStandardisation.Radius(sigma)).Intersect(image);
        float[] pixels = [.. channels.SelectMany(channel => Cut(channel, image, read))];
        byte[] kept = mask is null ? [1] : Cut(mask, image, read);
        LocalShape shape = LocalStandardisationGpu.Shape(sigma, read, wanted, channels.Length, mask is not null);
        Accelerator accelerator = FilterRun.Device.Accelerator;
        using var local = new LocalStandardisationGpu(FilterRun.Device, sigma);
        using MemoryBuffer1D<float, Stride1D.Dense> source = accelerator.Allocate1D(pixels);
        using MemoryBuffer1D<byte, Stride1D.Dense> counts = accelerator.Allocate1D(kept);
        using MemoryBuffer1D<byte, Stride1D.Dense> scratch = accelerator.Allocate1D<byte>(LocalStandardisationGpu.ScratchBytes(shape));
        float[] empty = [.. Enumerable.Repeat(float.NaN, (int)wanted.Pixels * channels.Length + Guard)];
        using MemoryBuffer1D<float, Stride1D.Dense> planes = accelerator.Allocate1D(empty);
        local.Run(
            accelerator.DefaultStream, shape, source.View.AsContiguous(), counts.View.AsContiguous(), scratch.View.AsContiguous(),
            planes.View.AsContiguous());
        accelerator.Synchronize();
        float[] all = planes.GetAsArray1D();
        Assert.That(all[^Guard..], Is.All.NaN, "written behind the planes");
        return all[..^Guard];
    }

    /// <summary>A rectangle of a plane.</summary>
    public static T[] Cut<T>(T[] plane, Region image, Region part) =>
        [.. Enumerable.Range(0, (int)part.Height)
            .SelectMany(row => plane.Skip((int)(((part.Y + row) * image.Width) + part.X)).Take((int)part.Width))];
}
