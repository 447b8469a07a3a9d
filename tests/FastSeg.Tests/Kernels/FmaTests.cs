using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class FmaTests
{
    [Test]
    public void RoundsOnceOnTheSimulatedDevice()
    {
        const int Count = 100;
        var random = new Random(1);
        float[] a = new float[Count], expected = new float[Count];
        for (int i = 0; i < Count; i++)
        {
            a[i] = 1 + random.NextSingle();
            expected[i] = MathF.FusedMultiplyAdd(a[i], a[i], -a[i]);
        }
        using MemoryBuffer1D<float, Stride1D.Dense> input = KernelHost.Simulated.Allocate1D(a);
        using MemoryBuffer1D<float, Stride1D.Dense> output = KernelHost.Simulated.Allocate1D<float>(Count);
        Action<KernelConfig, ArrayView<float>, ArrayView<float>> kernel =
            KernelHost.Simulated.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(SquareLess);
        kernel((4, 32), input.View.AsContiguous(), output.View.AsContiguous());
        KernelHost.Simulated.Synchronize();
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
        float[] roundedTwice = Array.ConvertAll(a, value => (float)((float)(value * value) - value));
        Assert.That(expected, Is.Not.EqualTo(roundedTwice), "two roundings would show");
    }

    [Test]
    public void IsOneInstruction()
    {
        string ptx = KernelHost.Ptx((Action<ArrayView<float>, ArrayView<float>>)SquareLess);
        Assert.That(PtxCheck.Count(ptx, "fma.rn.f32"), Is.EqualTo(1));
        KernelHost.CheckPtx(ptx);
        string c = KernelHost.OpenCl((Action<ArrayView<float>, ArrayView<float>>)SquareLess);
        Assert.That(c, Does.Match(@"=\s+fma\s*\("));
    }

    [Test]
    public void ABareProductIsFound()
    {
        string ptx = KernelHost.Ptx((Action<ArrayView<float>, ArrayView<float>>)Careless);
        Assert.That(() => KernelHost.CheckPtx(ptx), Throws.TypeOf<AssertionException>());
    }

    private static void SquareLess(ArrayView<float> input, ArrayView<float> output)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < output.IntLength)
        {
            output[i] = Fma.Of(input[i], input[i], -input[i]);
        }
    }

    private static void Careless(ArrayView<float> input, ArrayView<float> output)
    {
        int i = Group.IdxX;
        output[i] = (input[i] * input[i]) - output[i];
    }
}
