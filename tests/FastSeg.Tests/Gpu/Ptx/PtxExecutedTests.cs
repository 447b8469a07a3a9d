using FastSeg.Deep.Convolutions;
using FastSeg.Features;
using FastSeg.Gpu;
using FastSeg.Kernels;
using FastSeg.Tests.Features;
using FastSeg.Tests.Kernels;
using ILGPU;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// What PTX executes for a pixel, counted by the machine in groups as large as a GPU's, with addresses folded: the numbers by which
/// GpuCounts multiplies what the assembler made of earlier kernels. A kernel that changes has to be counted again there.
/// </summary>
[TestFixture]
internal sealed class PtxExecutedTests
{
    private const int Side = 128;

    [Test]
    public void FiltersTakeWhatIsCounted()
    {
        SampleReader reader = Pictures.Create("blobs", Side, Side, 1, SampleType.UInt8);
        Dictionary<string, double> found = Executed(() => FilterRun.Planes(FeatureSpec.Paper, reader, Side, Side));
        Assert.That(found["Gaussian.AlongX"], Is.EqualTo(837.4).Within(1).Percent);
        Assert.That(found["Gaussian.AlongY"], Is.EqualTo(790.9).Within(1).Percent);
        Assert.That(found["Membrane.Default<FloatSink>"], Is.EqualTo(1035.7).Within(1).Percent);
    }

    /// <summary>Groups that see no edge: 0.58 of the 340.5 instructions that a pixel and scale took before; 0.6 is wanted.</summary>
    [Test]
    public void DerivativesTakeWhatIsCounted()
    {
        double found = Executed(Derivatives)["Derivatives.Run<FloatSink>"];
        Assert.That(found, Is.EqualTo(197.7).Within(1).Percent.And.LessThan(0.6 * 340.5));
    }

    /// <summary>
    /// Eight more channels are a chunk: eight times the products, which are 366 instructions, and what brings the channels into shared
    /// memory, which shall be 350 at most.
    /// </summary>
    [Test]
    public void AConvolutionsStagingTakesWhatIsCounted()
    {
        double Of(int inputs) => Executed(() => Convolve(inputs))["Convolution.Run<FloatSink>"];
        double chunk = Of(40) - Of(32);
        Assert.That(chunk - (8 * 366), Is.EqualTo(8 * 39).Within(3).Percent.And.LessThan(350));
    }

    private static void Derivatives()
    {
        using GpuDevice device = GpuDevice.OpenSimulated();
        using var blur = new DeviceTable<float>(device, new float[4 * Side * Side]);
        using var planes = new DeviceTable<float>(device, new float[7 * Side * Side]);
        new DerivativesGpu<FloatSink>(device).Run(
            device.Accelerator.DefaultStream,
            new PlaneWindow { Values = blur.View, Width = 2 * Side, Height = 2 * Side },
            new TileShape
            {
                Width = 2 * Side,
                Height = 2 * Side,
                CoreX = Side / 2,
                CoreY = Side / 2,
                CoreWidth = Side,
                CoreHeight = Side,
            },
            new DerivativePlanes { Gaussian = 0, Sobel = 1, Hessian = 2, Laplacian = -1 },
            new FloatSink { Planes = planes.View, PlaneStride = Side * Side });
        device.Accelerator.Synchronize();
    }

    /// <summary>A convolution of one source of the layer's size into 32 channels.</summary>
    private static void Convolve(int inputs)
    {
        using GpuDevice device = GpuDevice.OpenSimulated();
        using var scalar = new ConvolutionScalar(device.Accelerator);
        var shape = new ConvolutionShape
        {
            Width = Side,
            Height = Side,
            WholeWidth = Side,
            WholeHeight = Side,
            Outputs = 32,
            Quads = 8,
            Slope = 0.01f,
            Kernel = 3,
            TargetWidth = Side,
        };
        ConvolutionSource source = scalar.Source(inputs, Side, Side, ConvolutionSource.Same, Side, Side, Align.Corners).Source;
        scalar.Draw(shape, inputs);
        FloatSink sink = scalar.Sink(32, Side * Side);
        new ConvolutionGpu<FloatSink>(device).Run(
            device.Accelerator.DefaultStream, shape, source, null, scalar.Upload(scalar.Weights), scalar.Upload(scalar.Bias), sink, 0);
        device.Accelerator.Synchronize();
    }

    /// <summary>Instructions a pixel of each kernel that an action launches. The codes are those of all tests, so it runs twice.</summary>
    private static Dictionary<string, double> Executed(Action action)
    {
        IDictionary<string, PtxCode> codes = PtxTwin.Instead(action).Launched;
        Dictionary<string, long> before = codes.ToDictionary(code => code.Key, code => code.Value.Executed);
        PtxTwin.Instead(action);
        return codes.ToDictionary(code => code.Key, code => (code.Value.Executed - before[code.Key]) / (double)(Side * Side));
    }
}
