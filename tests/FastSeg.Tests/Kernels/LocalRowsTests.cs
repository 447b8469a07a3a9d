using FastSeg.Features;
using FastSeg.Features.Local;
using FastSeg.Kernels;
using ILGPU;
using NUnit.Framework;
using RowKernels = FastSeg.Kernels.LocalRows;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class LocalRowsTests
{
    /// <summary>Of an image that is one row, only the pass along x has anything to sum.</summary>
    [Test]
    public void ARowIsStandardisedByItsWindows([Values(1.5, 6)] double sigma)
    {
        var image = new Region(0, 0, 97, 1);
        var random = new Random(4);
        float[] row = [.. Enumerable.Range(0, 97).Select(_ => 100_000 + random.NextSingle())];
        float[] planes = LocalRun.Planes([row], image, image, sigma, null);
        int radius = LocalStandardisation.Radius(sigma);
        for (int x = 0; x < row.Length; x++)
        {
            var window = Enumerable.Range(0, row.Length).Where(i => Math.Abs(i - x) <= radius)
                .Select(i => (Tap: Math.Exp(-(i - x) * (i - x) / (2 * sigma * sigma)), Value: (double)row[i])).ToArray();
            double weight = window.Sum(pixel => pixel.Tap), mean = window.Sum(pixel => pixel.Tap * pixel.Value) / weight;
            double variance = window.Sum(pixel => pixel.Tap * (pixel.Value - mean) * (pixel.Value - mean)) / weight;
            Assert.That(planes[x], Is.EqualTo((row[x] - mean) / Math.Sqrt(variance)).Within(1e-5), $"x {x}");
        }
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        KernelCheck.Compiles((Action<LocalShape, ArrayView<float>, ArrayView<byte>, ArrayView<float>, ArrayView<int>>)RowKernels.Shift);
        string ptx = KernelCheck.Compiles(
            (Action<LocalShape, ArrayView<float>, ArrayView<byte>, ArrayView<float>, ArrayView<float>, ArrayView<float>>)RowKernels.Run);
        Assert.That(PtxCheck.Count(ptx, "fma.rn.f32"), Is.EqualTo(3 * (4 + 2 + 1)), "three sums; two taps a side, one a side, the centre");
    }
}
