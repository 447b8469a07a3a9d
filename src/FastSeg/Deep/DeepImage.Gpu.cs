using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Deep;

/// <summary>
/// The twin of <see cref="DeepImage"/> on a GPU: one image's low-resolution maps on the device, and the kernels that bring a tile's core
/// to full resolution. Filling allocates nothing. One thread launches; it may fill on several streams at once, each with its own scratch.
/// </summary>
internal sealed class DeepImageGpu : IDisposable
{
    private readonly GpuDevice _device;
    private readonly ImageInfo _image;
    private readonly InputMap _map;
    private readonly CellMap[] _maps;
    private readonly DeviceArena _arena;
    private readonly IGuidedPlan? _plan;
    private readonly UpsamplerGpu? _network;
    private readonly LowResolutionPlanesGpu<FloatSink>? _floats;
    private readonly LowResolutionPlanesGpu<BinSink>? _bins;
    private readonly JointBilateralGpu<FloatSink>? _jointFloats;
    private readonly JointBilateralGpu<BinSink>? _jointBins;
    private readonly Action<AcceleratorStream, KernelConfig, GuidanceSamples, ArrayView<float>>? _toUnit;

    /// <summary>Uploads the maps and, for a learned upsampler, the weights.</summary>
    /// <param name="device">The device.</param>
    /// <param name="description">How the model upsamples, and its input range.</param>
    /// <param name="maps">The low-resolution features of the whole image, a map for each scale.</param>
    /// <param name="image">The image.</param>
    /// <param name="samples">What filters see of a stored sample.</param>
    /// <param name="plan">What <see cref="PlanFor(DeepModel, ImageInfo, int, int)"/> gives.</param>
    public DeepImageGpu(
        GpuDevice device, DeepDescription description, IReadOnlyList<LowResolution> maps, ImageInfo image, SampleMap samples,
        IGuidedPlan? plan)
    {
        (_device, _image, _map, _plan) = (device, image, new InputMap(description.Range, samples), plan);
        _maps = new CellMap[maps.Count];
        _arena = new DeviceArena(device, maps.Sum(map => DeviceArena.Aligned(Values(map) * sizeof(float))));
        try
        {
            for (int i = 0; i < _maps.Length; i++)
            {
                _maps[i] = Upload(maps[i], _arena.Take(Values(maps[i]) * sizeof(float)).Cast<float>());
            }
            if (plan is null)
            {
                bool bilinear = description.Upsampling != Upsampling.Nearest;
                _floats = new LowResolutionPlanesGpu<FloatSink>(device, bilinear);
                _bins = new LowResolutionPlanesGpu<BinSink>(device, bilinear);
                return;
            }
            device.Load(FastSeg.Kernels.Guidance.ToUnit, out _toUnit);
            if (plan is UpsamplerPlanGpu layers)
            {
                _network = new UpsamplerGpu(device, layers);
                return;
            }
            _jointFloats = new JointBilateralGpu<FloatSink>(device);
            _jointBins = new JointBilateralGpu<BinSink>(device);
        }
        catch
        {
            _arena.Dispose();
            throw;
        }
    }

    /// <summary>Deep channels.</summary>
    public int Channels => _plan is UpsamplerPlanGpu { Network: var network } ? network.Config.ChannelsOut : _maps.Sum(map => map.Channels);

    /// <summary>The network on an image whose sides are filled up to multiples of the patch.</summary>
    public static UpsamplerPlanGpu PlanFor(Upsampler network, ImageInfo image, int maxWidth, int maxHeight)
    {
        int patch = network.Config.Patch;
        int rows = checked((int)LowResolutionTokens.Cells(image.Height, patch));
        int columns = checked((int)LowResolutionTokens.Cells(image.Width, patch));
        return new UpsamplerPlanGpu(network, checked(rows * patch), checked(columns * patch), rows, columns, maxWidth, maxHeight);
    }

    /// <summary>What an upsampling that looks at the image needs for tiles of at most a size; null where none does.</summary>
    public static IGuidedPlan? PlanFor(DeepModel model, ImageInfo image, int maxWidth, int maxHeight) => model switch
    {
        { Network: { } network } => PlanFor(network, image, maxWidth, maxHeight),
        { Description: { Upsampling: Upsampling.JointBilateral, Patch: var patch, Scales: var scales } } =>
            new JointBilateralPlan(patch / scales[0], patch / scales[^1], image, maxWidth, maxHeight),
        _ => null,
    };

    /// <summary>Bytes that the constructor allocates on the device.</summary>
    public static long Bytes(ImageInfo image, DeepModel model, IGuidedPlan? plan) =>
        DeepMaps.Bytes(model, image).Sum(DeviceArena.Aligned) + (plan is UpsamplerPlanGpu layers ? UpsamplerGpu.Bytes(layers) : 0);

    /// <summary>Bytes of scratch that <see cref="Fill"/> needs for a tile; 0 where nothing looks at the image.</summary>
    public static long ScratchBytes(ImageInfo image, IGuidedPlan? plan) =>
        plan is null ? 0 : UnitBytes(image, plan) + plan.ScratchBytes;

    /// <summary>Most bytes of samples that a tile's guidance has; 0 where nothing looks at the image.</summary>
    public static long SampleBytes(ImageInfo image, IGuidedPlan? plan) =>
        plan is null ? 0 : plan.MaxGuidancePixels * image.PixelBytes;

    /// <summary>
    /// The part of the image that must be read and uploaded before a core is filled; empty where nothing looks at it.
    /// </summary>
    public Region Guidance(Region core) => _plan is null ? default : _plan.Guidance(core).Intersect(_image.Bounds);

    /// <summary>Computes the deep planes of a tile's core.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="core">The core, in pixels of the image.</param>
    /// <param name="samples">
    /// The samples of <see cref="Guidance"/> on the device, as the file has them, finite; empty where the guidance is.
    /// </param>
    /// <param name="sink">Takes the core's pixels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    /// <param name="scratch">
    /// At least <see cref="ScratchBytes"/>, aligned to 256 bytes; in use until the stream has passed the tile.
    /// </param>
    public void Fill<TSink>(
        AcceleratorStream stream, Region core, ArrayView<byte> samples, TSink sink, int firstPlane, ArrayView<byte> scratch)
        where TSink : struct, IPlaneSink
    {
        if (_plan is null)
        {
            Interpolate(stream, core, sink, firstPlane);
            return;
        }
        Region seen = Guidance(core);
        long unit = UnitBytes(_image, _plan);
        ArrayView<float> planes = scratch.SubView(0, unit).Cast<float>();
        int pixels = checked((int)seen.Pixels);
        var raw = new GuidanceSamples
        {
            Bytes = samples,
            SampleBytes = _image.PixelBytes / _image.Channels,
            Channels = _image.Channels,
            Pixels = pixels,
            SignBit = _image.Type switch { SampleType.Int16 => 0x8000, SampleType.Int8 => 0x80, _ => 0 },
            Divisor = _image.Type.Divisor(),
            Scale = _map.Samples.Scale,
            Shift = _map.Samples.Shift,
            Low = _map.Samples.Standardises ? InputMap.Centre : _map.Range.Low,
            Span = _map.Samples.Standardises ? InputMap.PerDeviation : _map.Range.High - _map.Range.Low,
        };
        _toUnit!(stream, new KernelConfig((pixels + _device.GroupSize - 1) / _device.GroupSize, _device.GroupSize), raw, planes);
        var guidance = new GuidancePart
        {
            Planes = planes,
            // Grey guidance is shown to the network in all three colours.
            PlaneStride = _image.Channels == 1 ? 0 : pixels,
            X = (int)seen.X,
            Y = (int)seen.Y,
            Width = (int)seen.Width,
            Height = (int)seen.Height,
        };
        ArrayView<byte> work = scratch.SubView(unit, _plan.ScratchBytes);
        if (_network is not null)
        {
            _network.Run(stream, _maps[0].Cells, guidance, core, sink, firstPlane, work);
            return;
        }
        JointBilateralGpu<TSink> joint = Of(sink, _jointFloats as JointBilateralGpu<TSink>, _jointBins as JointBilateralGpu<TSink>);
        foreach (CellMap map in _maps)
        {
            joint.Run(stream, map, guidance, _image.Channels, core, sink, firstPlane, work.Cast<float>());
            firstPlane += map.Channels;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network?.Dispose();
        _arena.Dispose();
    }

    /// <summary>Nearest or bilinear planes.</summary>
    private void Interpolate<TSink>(AcceleratorStream stream, Region core, TSink sink, int firstPlane) where TSink : struct, IPlaneSink
    {
        LowResolutionPlanesGpu<TSink> planes = Of(sink, _floats as LowResolutionPlanesGpu<TSink>, _bins as LowResolutionPlanesGpu<TSink>);
        foreach (CellMap map in _maps)
        {
            planes.Run(stream, map, core, sink, firstPlane);
            firstPlane += map.Channels;
        }
    }

    /// <summary>What was compiled for a sink: one of both is null.</summary>
    private static TLaunch Of<TSink, TLaunch>(TSink sink, TLaunch? floats, TLaunch? bins) where TLaunch : class =>
        floats ?? bins ?? throw new NotSupportedException($"{sink}");

    /// <summary>Bytes of the guidance as planes of 0 to 1.</summary>
    private static long UnitBytes(ImageInfo image, IGuidedPlan plan) =>
        DeviceArena.Aligned(plan.MaxGuidancePixels * image.Channels * sizeof(float));

    private static long Values(LowResolution map) => map.Channels * map.Rows * map.Columns;

    /// <summary>Copies a map to the device, in parts of at most 1 GiB.</summary>
    private static unsafe CellMap Upload(LowResolution map, ArrayView<float> cells)
    {
        for (long done = 0; done < cells.Length;)
        {
            int part = (int)Math.Min(cells.Length - done, 1 << 28);
            cells.SubView(done, part).CopyFromCPU(ref *(map.Plane(0) + done), part);
            done += part;
        }
        return new CellMap
        {
            Cells = cells,
            Channels = map.Channels,
            Rows = checked((int)map.Rows),
            Columns = checked((int)map.Columns),
            Patch = map.Patch,
            Overlap = map.Overlap,
        };
    }
}
