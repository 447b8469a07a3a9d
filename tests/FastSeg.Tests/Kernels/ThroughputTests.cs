using FastSeg.Checks;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class ThroughputTests
{
    [Test]
    public void CopiesEveryFloatAndNoMore()
    {
        float[] values = [.. Enumerable.Range(0, 4 * 37).Select(i => i + 0.5f)];
        using MemoryBuffer1D<float, Stride1D.Dense> from = KernelHost.Simulated.Allocate1D(values);
        float[] nothing = [.. Enumerable.Repeat(float.NaN, values.Length + 8)];
        using MemoryBuffer1D<float, Stride1D.Dense> to = KernelHost.Simulated.Allocate1D(nothing);
        KernelHost.Simulated.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(Throughput.Copy)(
            (2, 32), from.View.AsContiguous(), to.View.AsContiguous().SubView(0, values.Length));
        KernelHost.Simulated.Synchronize();
        Assert.That(to.GetAsArray1D(), Is.EqualTo((float[])[.. values, .. Enumerable.Repeat(float.NaN, 8)]));
    }

    [Test]
    public void BothAreRightOnTheDeviceAndASimulationHasNoRates()
    {
        using GpuDevice device = GpuDevice.OpenSimulated();
        GpuRates rates = GpuRates.Measure(device);
        Assert.That((rates.CopyError, rates.FlopsError), Is.EqualTo((0.0, 0.0)));
        Assert.That((rates.BytesPerSecond, rates.FlopsPerSecond), Is.EqualTo((0.0, 0.0)));
    }

    [Test]
    public void CompilesToWhatIsCounted()
    {
        string copy = KernelCheck.Compiles((Action<ArrayView<float>, ArrayView<float>>)Throughput.Copy);
        Assert.That(PtxCheck.Count(copy, "ld.global.f32"), Is.EqualTo(Throughput.Copies));
        Assert.That(PtxCheck.Count(copy, "st.global.f32"), Is.EqualTo(Throughput.Copies));
        string fma = KernelCheck.Compiles((Action<int, float, float, ArrayView<float>>)Throughput.MultiplyAdds);
        Assert.That(PtxCheck.Count(fma, "fma.rn.f32"), Is.EqualTo(Throughput.RoundFmas));
        int loop = PtxCheck.LoopOf(fma, "fma.rn.f32");
        Assert.That(loop, Is.LessThanOrEqualTo(Throughput.RoundFmas + 6), "little but multiply-adds in the loop");
    }
}
