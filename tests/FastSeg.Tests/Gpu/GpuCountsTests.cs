using FastSeg.Checks;
using FastSeg.Deep.Upsamplers;
using FastSeg.Kernels;
using FastSeg.Perf;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Kernels;
using ILGPU;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>What is counted of the kernels, against their compiled code; and the table that follows from the counts.</summary>
[TestFixture]
internal sealed class GpuCountsTests
{
    private delegate void Convolve(
        ConvolutionShape shape, ConvolutionSource first, ConvolutionSource second, ArrayView<float> weights, ArrayView<float> bias,
        FloatSink sink, int firstPlane);

    private static readonly FeatureSpec One = FeatureSpec.Paper with { Sigmas = [2] };

    [Test]
    public void FlopsOfStraightLineCodeAreThoseOfThePtx()
    {
        Assert.That(
            Flops((Action<ArrayView<byte>, int, int, ArrayView<float>>)Pixels.FromBytes),
            Is.EqualTo(Filter("samples to floats", Families.None)));
        // Derivatives of everything but Gaussian, which only stores the blur.
        Assert.That(
            Flops((Action<PlaneWindow, TileShape, DerivativePlanes, FloatSink>)Derivatives.Run),
            Is.EqualTo(Filter("derivatives", Families.Gaussian | Families.Sobel | Families.Hessian | Families.Laplacian)));
        Assert.That(
            Flops((Action<PlaneWindow, int, TileShape, int, FloatSink>)Dog.Five),
            Is.EqualTo(GpuCounts.Filters(FeatureSpec.Paper, 1).Single(count => count.Kernel == "differences of blurs").Flops));
        Assert.That(
            Flops((Action<PlaneWindow, TileShape, int, FloatSink>)Membrane.Default),
            Is.EqualTo(2 * Filter("membrane", Families.Membrane)), "two pixels");
        Assert.That(
            Flops((Action<PlaneWindow, PlaneWindow, int>)Structure.Products),
            Is.EqualTo(Filter("products of derivatives", Families.Structure)));
        Assert.That(
            Flops((Action<PlaneWindow, int, TileShape, int, FloatSink>)Structure.Eigenvalues),
            Is.EqualTo(Filter("structure's eigenvalues", Families.Structure)));
        Assert.That(
            Flops((Action<CellMap, FloatSink, int>)FastSeg.Kernels.Resize.Bilinear),
            Is.EqualTo(GpuCounts.Cells(true, 1, 14).Flops),
            "one channel");
        Assert.That(
            Flops((Action<CellMap, FloatSink, int>)FastSeg.Kernels.Resize.Nearest), Is.EqualTo(GpuCounts.Cells(false, 1, 14).Flops));
    }

    [Test]
    public void LoopsAreWhatTheCompilerMakesOfThem()
    {
        string convolution = KernelHost.Ptx((Convolve)FastSeg.Kernels.Convolution.Run);
        Assert.That(
            PtxCheck.LoopOf(convolution, "fma.rn.f32"), Is.EqualTo(482).Within(2), "a channel of four outputs of eight pixels a lane");
        KernelCount oneMore = Difference(GpuCounts.Convolution(33, 32), GpuCounts.Convolution(32, 32));
        Assert.That(oneMore.Flops, Is.EqualTo(2 * 288 * 8 / 8), "288 multiply-adds for eight pixels of four outputs");
        string columns = KernelHost.Ptx((Action<ConvolutionShape, ConvolutionSource, ArrayView<float>, FloatSink>)Doubling.Columns);
        Assert.That(
            PtxCheck.LoopOf(columns, "fma.rn.f32"), Is.EqualTo(162).Within(2), "a channel of five taps of four outputs and pixels a lane");
        Action<PlaneWindow, PlaneWindow, ArrayView<float>, int> alongX = FastSeg.Kernels.Gaussian.AlongX;
        Action<PlaneWindow, PlaneWindow, ArrayView<float>, int> alongY = FastSeg.Kernels.Gaussian.AlongY;
        Assert.That(PtxCheck.LoopOf(KernelHost.Ptx(alongX), "fma.rn.f32"), Is.EqualTo(208).Within(3), "eight taps of eight pixels");
        Assert.That(PtxCheck.LoopOf(KernelHost.Ptx(alongY), "fma.rn.f32"), Is.EqualTo(208).Within(3), "eight taps of eight pixels");
        Assert.That(
            PtxCheck.LoopOf(KernelHost.Ptx((Action<ForestChunks, ForestPixels>)FastSeg.Kernels.Forest.WalkFew), "ld.shared.b8"),
            Is.EqualTo(2 * 84).Within(40), "two trees a round");
        string binning = KernelHost.Ptx((Action<ArrayView<float>, BinSink, int, int>)ForestRunner.BinRows);
        Assert.That(PtxCheck.LoopOf(binning, "selp.b32"), Is.EqualTo(20), "four of a feature's thresholds");
        Assert.That(GpuCounts.Binning(1, 124).Slots, Is.InRange(91, 95), "as the assembler counts three steps");
        Assert.That(binning, Does.Contain("setp.ge.f32").And.Not.Contain("setp.geu.f32"), "what is not a number is above every value");
    }

    /// <summary>The composed end of the network takes fewer multiplications than the network as it is written down.</summary>
    [TestCase(32, 70, 92)]
    [TestCase(128, 730, 1106)]
    public void TheUpsamplersFlopsAreThoseOfItsPlan(int channels, double kiloFlops, double asWritten)
    {
        var network = new UpsamplerCase(channels, channels, 1008, 1008, 14, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanGpu(weights, 1008, 1008, 72, 72, 64, 64);
        double composed = GpuCounts.Upsampler(plan).Sum(count => count.Flops);
        double end = GpuCounts.Doubled(channels, channels).Sum(count => count.Flops);
        double plain = 2 * GpuCounts.Convolution(channels, channels).Flops;
        Assert.That(composed / 1000, Is.EqualTo(kiloFlops).Within(1));
        Assert.That((composed - end + plain) / 1000, Is.EqualTo(asWritten).Within(1));
    }

    [Test]
    public void TheTableInTheDocumentIsWhatIsCounted()
    {
        string document = File.ReadAllText(TestData.File(Path.Combine("docs", "gpu.md")));
        Assert.That(string.Join('\n', GpuPredictions.Table().Except(document.Split('\n'))), Is.Empty);
    }

    private static double Flops(Delegate kernel) => PtxCheck.Flops(KernelHost.Ptx(kernel));

    private static double Filter(string kernel, Families families) =>
        GpuCounts.Filters(One with { Families = families }, 1).First(count => count.Kernel == kernel).Flops;

    private static KernelCount Difference(KernelCount more, KernelCount less) => new(
        more.Kernel, more.Bytes - less.Bytes, more.Flops - less.Flops, more.Slots - less.Slots,
        more.Shared - less.Shared);
}
