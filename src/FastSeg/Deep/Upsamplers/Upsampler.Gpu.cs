using FastSeg.Deep.Convolutions;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using Resize = FastSeg.Deep.Convolutions.Resize;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Runs an upsampler on a GPU, a tile at a time: owns the weights on the device and the kernels. Running allocates nothing; launches go
/// to the stream that is given, and several streams may use this at once, each with its own scratch.
/// </summary>
internal sealed class UpsamplerGpu : IDisposable
{
    private const int Colours = Upsampler.Colours;

    private readonly GpuDevice _device;
    private readonly UpsamplerPlanGpu _plan;
    private readonly UpsamplerWeightsGpu _weights;
    private readonly GuidanceScale _scale;
    private readonly int _zeros;
    private readonly Action<AcceleratorStream, KernelConfig, CellMap, int, FloatSink> _cells;
    private readonly Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, FloatSink> _pool;
    private readonly Action<AcceleratorStream, KernelConfig, ConvolutionShape, GuidancePart, int, int, GuidanceScale, FloatSink> _poolImage;
    private readonly Action<AcceleratorStream, KernelConfig, ConvolutionShape, GuidancePart, int, int, GuidanceScale, FloatSink, int>
        _resizeImage;
    private readonly Action<
        AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, ArrayView<float>, ArrayView<float>, FloatSink> _anyKernel;
    private readonly ConvolutionGpu<FloatSink> _convolution;
    private readonly Outputs<FloatSink> _floats;
    private readonly Outputs<BinSink> _bins;
    private readonly int[] _rows;
    private readonly int[] _rowEnds;
    private readonly int[] _columns;
    private readonly int[] _columnEnds;

    /// <summary>Uploads the weights and compiles the kernels.</summary>
    public UpsamplerGpu(GpuDevice device, UpsamplerPlanGpu plan)
    {
        (_device, _plan) = (device, plan);
        UpsamplerConfig config = plan.Network.Config;
        _zeros = config.Padding == Padding.Zeros ? 1 : 0;
        (float[] gain, float[] shift) = config.Normalisation();
        _scale = new GuidanceScale
        {
            Gain0 = gain[0],
            Gain1 = gain[1],
            Gain2 = gain[2],
            Shift0 = shift[0],
            Shift1 = shift[1],
            Shift2 = shift[2],
        };
        device.Load(Pyramid.Cells, out _cells);
        device.Load(Pyramid.Pool, out _pool);
        device.Load(Pyramid.PoolImage, out _poolImage);
        device.Load(Pyramid.ResizeImage, out _resizeImage);
        device.Load(CellConvolution.Run, out _anyKernel);
        _convolution = new ConvolutionGpu<FloatSink>(device);
        _floats = new Outputs<FloatSink>(device, plan);
        _bins = new Outputs<BinSink>(device, plan);
        int entries = plan.Stages.Count + 1;
        (_rows, _rowEnds, _columns, _columnEnds) = (new int[entries], new int[entries], new int[entries], new int[entries]);
        _weights = new UpsamplerWeightsGpu(device, plan);
    }

    /// <summary>Bytes that the constructor allocates on the device.</summary>
    public static long Bytes(UpsamplerPlanGpu plan) => UpsamplerWeightsGpu.Bytes(plan);

    /// <summary>Bytes of scratch that a tile needs.</summary>
    public static long ScratchBytes(UpsamplerPlanGpu plan) => plan.ScratchBytes;

    /// <summary>Computes a tile's core.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="map">The low-resolution features of the whole image: channels x rows x columns.</param>
    /// <param name="guidance">
    /// The guidance image: the part that <see cref="UpsamplerGraph{TStage}.Guidance"/> gives for the core, or what of it lies inside the
    /// image before it was filled up to whole patches.
    /// </param>
    /// <param name="core">What to compute; no larger than the plan's largest tile.</param>
    /// <param name="sink">Takes the core's pixels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>, aligned to 256 bytes; used until the stream has passed this tile.</param>
    public void Run<TSink>(
        AcceleratorStream stream, ArrayView<float> map, in GuidancePart guidance, Region core, TSink sink, int firstPlane,
        ArrayView<byte> scratch)
        where TSink : struct, IPlaneSink
    {
        var image = new Region(0, 0, _plan.Width, _plan.Height);
        if (core.IsEmpty || core.Width > _plan.MaxWidth || core.Height > _plan.MaxHeight || !image.Contains(core))
        {
            throw new ArgumentOutOfRangeException(
                nameof(core), $"{core} is not in {_plan.Width} x {_plan.Height}, or larger than {_plan.MaxWidth} x {_plan.MaxHeight}.");
        }
        _plan.Trace(true, (int)core.Y, (int)core.Bottom - 1, _rows, _rowEnds);
        _plan.Trace(false, (int)core.X, (int)core.Right - 1, _columns, _columnEnds);
        int last = _plan.Stages.Count - 1;
        for (int s = 0; s < last; s++)
        {
            Launch(stream, map, guidance, s, scratch);
        }
        Outputs<TSink> outputs = OutputsOf<TSink>();
        UpsamplerStageGpu end = _plan.Stages[last];
        ConvolutionSource doubled = Source(end.Source, ConvolutionSource.Doubled, end.Width, end.Height, scratch);
        long behind = _plan.OutputScratchOffset;
        ArrayView<float> outputScratch = scratch.SubView(behind, _plan.ScratchBytes - behind).Cast<float>();
        var region = new Region(_columns[last], _rows[last], _columnEnds[last] - _columns[last] + 1, _rowEnds[last] - _rows[last] + 1);
        if (_plan.EndsAtImage)
        {
            outputs.End.Run(stream, _weights, doubled, region, outputScratch, sink, firstPlane);
            return;
        }
        // The last layer is not of the image's size: it is stored, and resized from there.
        _floats.End.Run(stream, _weights, doubled, region, outputScratch, Stored(last, scratch), 0);
        var shape = new ConvolutionShape
        {
            X = (int)core.X,
            Y = (int)core.Y,
            Width = (int)core.Width,
            Height = (int)core.Height,
            WholeWidth = _plan.Width,
            WholeHeight = _plan.Height,
        };
        ConvolutionSource result = Source(last, ConvolutionSource.Nearest, _plan.Width, _plan.Height, scratch);
        outputs.Resize(stream, _device.Cover(shape.Width, shape.Height, result.Channels), shape, result, sink, firstPlane);
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();

    private Outputs<TSink> OutputsOf<TSink>() where TSink : struct, IPlaneSink =>
        _floats as Outputs<TSink> ?? _bins as Outputs<TSink> ?? throw new NotSupportedException(typeof(TSink).Name);

    private void Launch(AcceleratorStream stream, ArrayView<float> map, in GuidancePart guidance, int s, ArrayView<byte> scratch)
    {
        UpsamplerStageGpu stage = _plan.Stages[s];
        ConvolutionShape shape = Shape(s);
        FloatSink sink = Stored(s, scratch);
        switch (stage.Kind)
        {
            case UpsamplerKindGpu.Features:
                int normalise = _plan.Network.Config.NormaliseL1 ? 1 : 0;
                _cells(stream, _device.Cover(shape.Width, shape.Height, 1), Cells(map, shape), normalise, sink);
                break;
            case UpsamplerKindGpu.PooledImage:
                KernelConfig colours = _device.Cover(shape.Width, shape.Height, Colours);
                _poolImage(stream, colours, shape, guidance, _plan.Width, _plan.Height, _scale, sink);
                break;
            case UpsamplerKindGpu.Pool:
                ConvolutionSource pooled = Source(stage.Source, ConvolutionSource.Same, stage.Width, stage.Height, scratch);
                _pool(stream, _device.Cover(shape.Width, shape.Height, stage.Channels), shape, pooled, sink);
                break;
            case UpsamplerKindGpu.Convolution when stage.Weights!.Kernel == 3:
                Convolution(stream, s, scratch, sink);
                break;
            default:
                ConvolutionSource source = Source(stage.Source, ConvolutionSource.Same, stage.Width, stage.Height, scratch);
                KernelConfig quads = _device.Cover(shape.Width, shape.Height, shape.Quads);
                _anyKernel(stream, quads, shape, source, _weights.Weights(s), _weights.Bias(s), sink);
                break;
        }
        if (stage.WithImage)
        {
            KernelConfig colours = _device.Cover(shape.Width, shape.Height, Colours);
            _resizeImage(stream, colours, shape, guidance, _plan.Width, _plan.Height, _scale, sink, stage.Outputs);
        }
    }

    private void Convolution(AcceleratorStream stream, int s, ArrayView<byte> scratch, FloatSink sink)
    {
        UpsamplerStageGpu stage = _plan.Stages[s];
        ConvolutionSource first = Source(stage.Source, stage.Mapping(_plan.Stages[stage.Source]), stage.Width, stage.Height, scratch);
        ConvolutionSource? second = stage.Second < 0
            ? null
            : Source(stage.Second, stage.Mapping(_plan.Stages[stage.Second]), stage.Width, stage.Height, scratch);
        _convolution.Run(stream, Shape(s), first, second, _weights.Weights(s), _weights.Bias(s), sink, 0);
    }

    /// <summary>What a stage computes for the tile that was traced last.</summary>
    private ConvolutionShape Shape(int s)
    {
        UpsamplerStageGpu stage = _plan.Stages[s];
        return new ConvolutionShape
        {
            X = _columns[s],
            Y = _rows[s],
            Width = _columnEnds[s] - _columns[s] + 1,
            Height = _rowEnds[s] - _rows[s] + 1,
            WholeWidth = stage.Width,
            WholeHeight = stage.Height,
            Outputs = stage.Outputs,
            Quads = GpuDevice.Groups(stage.Outputs, FastSeg.Kernels.Convolution.WarpOutputs),
            Zeros = _zeros,
            Slope = stage.Leaky ? Upsampler.LeakySlope : 1,
            Kernel = stage.Weights?.Kernel ?? 1,
            TargetWidth = _columnEnds[s] - _columns[s] + 1,
        };
    }

    /// <summary>The cells that a tile needs; a patch of 1 makes the kernel count in cells.</summary>
    private CellMap Cells(ArrayView<float> map, in ConvolutionShape shape) => new()
    {
        Cells = map,
        Channels = _plan.Network.Config.ChannelsIn,
        Rows = _plan.LowHeight,
        Columns = _plan.LowWidth,
        Patch = 1,
        X = shape.X,
        Y = shape.Y,
        Width = shape.Width,
        Height = shape.Height,
    };

    /// <summary>A stored stage as a convolution reads it, resized to the given size.</summary>
    private ConvolutionSource Source(int s, int mapping, int width, int height, ArrayView<byte> scratch)
    {
        UpsamplerStageGpu stage = _plan.Stages[s];
        bool doubled = mapping == ConvolutionSource.Doubled;
        Align align = _plan.Network.Config.Align;
        return new ConvolutionSource
        {
            Planes = Stored(s, scratch).Planes,
            Channels = stage.Channels,
            X = _columns[s],
            Y = _rows[s],
            Width = _columnEnds[s] - _columns[s] + 1,
            Height = _rowEnds[s] - _rows[s] + 1,
            WholeWidth = stage.Width,
            WholeHeight = stage.Height,
            Mapping = mapping,
            RatioX = doubled ? Resize.DoubledRatio(stage.Width, align) : (float)stage.Width / width,
            RatioY = doubled ? Resize.DoubledRatio(stage.Height, align) : (float)stage.Height / height,
            Offset = doubled ? Resize.DoubledOffset(align) : 0,
        };
    }

    /// <summary>Where a stage is stored in the scratch; its planes are as large as the tile needs them.</summary>
    private FloatSink Stored(int s, ArrayView<byte> scratch)
    {
        int pixels = (_columnEnds[s] - _columns[s] + 1) * (_rowEnds[s] - _rows[s] + 1);
        long bytes = (long)pixels * _plan.Stages[s].Channels * sizeof(float);
        return new FloatSink { Planes = scratch.SubView(_plan.Offset(s), bytes).Cast<float>(), PlaneStride = pixels };
    }

    /// <summary>What writes a result, compiled for one kind of sink.</summary>
    private sealed class Outputs<TSink>(GpuDevice device, UpsamplerPlanGpu plan) where TSink : struct, IPlaneSink
    {
        /// <summary>The last doubling and what follows it.</summary>
        public UpsamplerOutputGpu<TSink> End { get; } = new(device, plan);

        /// <summary>The last resizing, where the last layer has not the image's size.</summary>
        public Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, TSink, int> Resize { get; } =
            device.Load<Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, TSink, int>>(
                Pyramid.ResizeLayer<TSink>);
    }
}
