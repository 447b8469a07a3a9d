using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Native;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Native;

/// <summary>The driver's own calls: what they say where there is no driver, and what they do where there is one.</summary>
[TestFixture]
internal sealed class CudaDriverTests
{
    [Test]
    public void WithoutADriverMemoryIsRefused()
    {
        if (GpuLibraries.Exists(GpuLibraries.Cuda))
        {
            Assert.Ignore("NVIDIA's driver is here");
        }
        Assert.That(() => new CudaPrimaryMemory(0, 1024), Throws.TypeOf<DllNotFoundException>().With.Message.Contains(GpuLibraries.Cuda));
    }

    [Test]
    public void RowsReachThePrimaryContext()
    {
        using GpuThread thread = Cuda();
        float[] values = [.. Enumerable.Range(0, 3 * 58).Select(i => i * 0.5f)];
        using var rows = new DeviceRows(thread, 3, 58);
        thread.Invoke(_ => rows.View.CopyFromCPU(values));
        using CudaPrimaryMemory memory = rows.ToPrimaryContext();
        Assert.That((memory.Address, memory.Context), Is.Not.EqualTo(((nint)0, (nint)0)));
        float[] seen = new float[values.Length];
        thread.Invoke(device =>
        {
            long bytes = values.Length * sizeof(float);
            using var arena = new DeviceArena(device, bytes);
            CudaDriver.ThrowIfFailed(CudaDriver.ContextCurrent(out nint own), "asking");
            CudaDriver.ThrowIfFailed(
                CudaDriver.CopyPeer(arena.Address, own, memory.Address, memory.Context, (nuint)bytes, 0), "copying back");
            CudaDriver.ThrowIfFailed(CudaDriver.StreamSynchronize(0), "copying back");
            arena.Take(bytes).Cast<float>().CopyToCPU(seen);
        });
        Assert.That(seen, Is.EqualTo(values));
    }

    private static GpuThread Cuda()
    {
        if (!GpuProbe.Run().Any(found => found.Backend == BackendKind.Cuda && found.PassedOver.Length == 0))
        {
            Assert.Ignore("needs an NVIDIA GPU");
        }
        return new GpuThread(BackendKind.Cuda);
    }
}
