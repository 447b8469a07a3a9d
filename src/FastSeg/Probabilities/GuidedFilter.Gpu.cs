using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using FilterKernels = FastSeg.Kernels.GuidedFilter;
using PixelKernels = FastSeg.Kernels.SmoothedPixels;

namespace FastSeg.Probabilities;

/// <summary>Launches the guided filter and what follows it pixel by pixel.</summary>
internal sealed class GuidedFilterGpu
{
    private readonly GpuDevice _device;
    private readonly int _classes, _radius;
    private readonly float _epsilon;
    private readonly Action<AcceleratorStream, KernelConfig, GuidedShape, GuidedPlanes> _productSums, _coefficientSums, _result;
    private readonly Action<AcceleratorStream, KernelConfig, GuidedShape, GuidedPlanes, float> _fit;
    private readonly Action<AcceleratorStream, KernelConfig, GuidedShape, GuidedPlanes, ArrayView<byte>> _label, _labelUnsmoothed;
    private readonly Action<AcceleratorStream, KernelConfig, GuidedShape, GuidedPlanes, float, ArrayView<ushort>> _choose;

    /// <summary>Compiles the kernels.</summary>
    /// <param name="device">The device.</param>
    /// <param name="classes">Classes, at least 2.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="epsilon">Variance of the guide from which on an edge is kept.</param>
    public GuidedFilterGpu(GpuDevice device, int classes, int radius, double epsilon)
    {
        (_device, _classes, _radius) = (device, classes, radius);
        _epsilon = Math.Max((float)epsilon, GuidedFilter.LeastEpsilon);
        Accelerator accelerator = device.Accelerator;
        device.Load(FilterKernels.ProductSums, out _productSums);
        device.Load(FilterKernels.CoefficientSums, out _coefficientSums);
        device.Load(FilterKernels.Result, out _result);
        device.Load(FilterKernels.Fit, out _fit);
        device.Load(PixelKernels.Label, out _label);
        device.Load(PixelKernels.LabelUnsmoothed, out _labelUnsmoothed);
        device.Load(PixelKernels.Choose, out _choose);
    }

    /// <summary>Bytes that a tile works in, besides what it is given and what it makes.</summary>
    /// <param name="classes">Classes.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="core">The largest core.</param>
    /// <param name="masked">Whether there is a mask.</param>
    public static long ScratchBytes(int classes, int radius, Region core, bool masked) =>
        SumsBytes(classes, radius, core.Width + (2 * radius), core.Height + (2 * radius), masked)
        + DeviceArena.Aligned(2L * classes * core.Inflate(radius).Pixels * sizeof(float));

    /// <summary>The rectangles of a tile.</summary>
    /// <param name="core">The pixels that are smoothed, in image coordinates.</param>
    /// <param name="outer">The core with <see cref="GuidedFilter.Halo"/> pixels around, as far as the image goes.</param>
    /// <param name="masked">Whether there is a mask.</param>
    public GuidedShape Shape(Region core, Region outer, bool masked)
    {
        Region fit = core.Inflate(_radius).Intersect(outer);
        int length = BoxSums.Length(_radius);
        return new GuidedShape
        {
            Width = (int)outer.Width,
            Height = (int)outer.Height,
            CoreX = (int)(core.X - outer.X),
            CoreY = (int)(core.Y - outer.Y),
            CoreWidth = (int)core.Width,
            CoreHeight = (int)core.Height,
            FitX = (int)(fit.X - outer.X),
            FitY = (int)(fit.Y - outer.Y),
            FitWidth = (int)fit.Width,
            FitHeight = (int)fit.Height,
            Radius = _radius,
            Phase = (int)(outer.Y % length),
            FitPhase = (int)((outer.Y + _radius) % length),
            Classes = _classes,
            Masked = masked ? 1 : 0,
        };
    }

    /// <summary>Queues the filter.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="shape">The rectangles, from <see cref="Shape"/>.</param>
    /// <param name="planes">Probabilities, guide, mask, and where g goes; sums and coefficients are put in here.</param>
    /// <param name="scratch">Memory of at least <see cref="ScratchBytes"/> of the core.</param>
    public void Run(AcceleratorStream stream, GuidedShape shape, ref GuidedPlanes planes, ArrayView<byte> scratch)
    {
        bool masked = shape.Masked != 0;
        long sums = SumsBytes(_classes, _radius, shape.FitWidth, shape.FitHeight, masked);
        long coefficients = 2L * _classes * shape.FitWidth * shape.FitHeight * sizeof(float);
        planes.Sums = scratch.SubView(0, sums).Cast<float>();
        planes.Coefficients = scratch.SubView(sums, coefficients).Cast<float>();
        int more = shape.Masked;
        _productSums(stream, Columns(shape.FitSumsWidth, shape.FitHeight, shape, (2 * _classes) + 2 + more), shape, planes);
        _fit(stream, _device.Cover(shape.FitWidth, shape.FitHeight, 1), shape, planes, _epsilon);
        _coefficientSums(stream, Columns(shape.CoreSumsWidth, shape.CoreHeight, shape, (2 * _classes) + more), shape, planes);
        _result(stream, Core(shape), shape, planes);
    }

    /// <summary>Queues the labels of g: the class of the largest, the lowest on a tie.</summary>
    public void Label(AcceleratorStream stream, GuidedShape shape, GuidedPlanes planes, ArrayView<byte> labels) =>
        _label(stream, Core(shape), shape, planes, labels);

    /// <summary>Queues the labels of p: the class of the largest, the lowest on a tie.</summary>
    public void LabelUnsmoothed(AcceleratorStream stream, GuidedShape shape, GuidedPlanes planes, ArrayView<byte> labels) =>
        _labelUnsmoothed(stream, Core(shape), shape, planes, labels);

    /// <summary>Queues q: p where the largest p is above <see cref="SafeRule.Sure"/>, else g; 16 bits each.</summary>
    public void Choose(AcceleratorStream stream, GuidedShape shape, GuidedPlanes planes, ArrayView<ushort> chosen) =>
        _choose(stream, Core(shape), shape, planes, SafeRule.Sure, chosen);

    /// <summary>Bytes of the sums down the columns, of whichever stage has more.</summary>
    private static long SumsBytes(int classes, int radius, long fitWidth, long fitHeight, bool masked) => DeviceArena.Aligned(
        ((2L * classes) + (masked ? 3 : 2)) * fitHeight * (fitWidth + (2 * radius)) * sizeof(float));

    /// <summary>A thread for each column of each block; one block more than there could be, because the first may begin higher.</summary>
    private KernelConfig Columns(int width, int height, GuidedShape shape, int planes) =>
        _device.Cover(width, (height / shape.Length) + 2, planes);

    private KernelConfig Core(GuidedShape shape) => _device.Cover(shape.CoreWidth, shape.CoreHeight, 1);
}
