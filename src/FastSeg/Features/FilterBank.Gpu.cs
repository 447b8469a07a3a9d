using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Features;

/// <summary>
/// The classical filters on a GPU. The bank owns the constant tables; everything else lies in the caller's memory, and running allocates
/// none. It queues launches and never waits for them.
/// </summary>
internal sealed class FilterBankGpu : IDisposable
{
    private readonly GpuDevice _device;
    private readonly FeatureSpec _spec;
    private readonly int _channels;
    private readonly PixelsGpu _pixels;
    private readonly GaussianGpu _gaussian;
    private readonly FilterTablesGpu _tables;

    // One set of filters a type of sink: their kernels are compiled when a sink of that type comes first.
    private readonly Dictionary<Type, object> _filters = [];

    /// <summary>Uploads the tables and compiles the kernels that store nothing into a sink.</summary>
    /// <param name="device">The device.</param>
    /// <param name="spec">Which features; checked already.</param>
    /// <param name="channels">Channels of the model.</param>
    public FilterBankGpu(GpuDevice device, FeatureSpec spec, int channels)
    {
        _device = device;
        _spec = spec;
        _channels = channels;
        _pixels = new PixelsGpu(device);
        _gaussian = new GaussianGpu(device);
        _tables = new FilterTablesGpu(device, spec);
    }

    /// <summary>Bytes of scratch that <see cref="Run"/> needs. Channels come one after another, so their number does not count.</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="largest">At least as large as any tile in every measure.</param>
    public static long ScratchBytes(FeatureSpec spec, TileShape largest) => FilterScratch.Bytes(spec, largest);

    /// <summary>Bytes of the constant tables on the device.</summary>
    public static long TableBytes(FeatureSpec spec) => FilterTablesGpu.Bytes(spec);

    /// <summary>Queues every filter of a tile; planes are numbered in the order of <see cref="FeatureSpec.PlaneNames"/>.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="samples">What was read: row-major, channels interleaved, no padding.</param>
    /// <param name="type">Type of a sample.</param>
    /// <param name="sampleChannels">Samples of a pixel; where they are fewer than the model's channels, the last one is repeated.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>, aligned to 256 bytes; not to be used by another stream meanwhile.</param>
    /// <param name="sink">Where the planes go.</param>
    /// <param name="map">What the filters see of a sample.</param>
    public void Run<TSink>(
        AcceleratorStream stream, TileShape shape, ArrayView<byte> samples, SampleType type, int sampleChannels, ArrayView<byte> scratch,
        TSink sink, SampleMap map = default)
        where TSink : struct, IPlaneSink
    {
        ChannelFiltersGpu<TSink> filters = Filters<TSink>();
        FilterScratch parts = FilterScratch.Carve(_spec, shape, scratch);
        for (int channel = 0; channel < _channels; channel++)
        {
            _pixels.Run(stream, samples, type, map, sampleChannels, Math.Min(channel, sampleChannels - 1), parts.Pixels);
            filters.Run(stream, shape, parts, channel * filters.Planes, sink);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tables.Dispose();

    private ChannelFiltersGpu<TSink> Filters<TSink>() where TSink : struct, IPlaneSink
    {
        if (!_filters.TryGetValue(typeof(TSink), out object? filters))
        {
            _filters[typeof(TSink)] = filters = new ChannelFiltersGpu<TSink>(_device, _spec, _tables, _gaussian);
        }
        return (ChannelFiltersGpu<TSink>)filters;
    }
}
