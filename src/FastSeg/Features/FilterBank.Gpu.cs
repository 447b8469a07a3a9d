using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Features;

/// <summary>
/// The classical filters on a GPU. Owns the constant tables (taps, disks, membrane lines), uploaded once; everything else lies in the
/// caller's memory, and running allocates none. Launches only; nothing waits.
/// </summary>
internal sealed class FilterBankGpu : IDisposable
{
    /// <summary>Families that are made from a blur.</summary>
    public const Families Blurred = Families.Gaussian | Families.Sobel | Families.Hessian | Families.Dog | Families.Laplacian;

    /// <summary>Families over disks.</summary>
    public const Families Disks = Families.Mean | Families.Min | Families.Max | Families.Median;

    private readonly GpuDevice _device;
    private readonly FeatureSpec _spec;
    private readonly int _channels;
    private readonly PixelSourceGpu _pixels;
    private readonly GaussianGpu _gaussian;
    private readonly int[] _firstTap;
    private readonly DeviceTable<float> _taps;
    private readonly int[] _firstRow;
    private readonly Disk[] _disks = [];
    private readonly DeviceTable<int> _halfWidths;
    private readonly MembraneTablesGpu? _membrane;
    private readonly Dictionary<Type, object> _filters = [];

    /// <summary>Uploads the tables and compiles what no sink has a part in.</summary>
    /// <param name="device">The device.</param>
    /// <param name="spec">Which features; checked already.</param>
    /// <param name="channels">Channels of the model (1 or 3).</param>
    public FilterBankGpu(GpuDevice device, FeatureSpec spec, int channels)
    {
        _device = device;
        _spec = spec;
        _channels = channels;
        _pixels = new PixelSourceGpu(device);
        _gaussian = new GaussianGpu(device);
        (float[] taps, _firstTap) = Join(spec.Sigmas.Select(sigma => Features.Gaussian.Taps(spec.SigmaScale * sigma, spec.Radius(sigma))));
        _taps = new DeviceTable<float>(device, taps);
        _disks = spec.Has(Disks) ? [.. spec.Sigmas.Select(sigma => new Disk(sigma))] : [];
        (int[] halfWidths, _firstRow) = Join(_disks.Select(disk => Enumerable.Range(0, disk.Radius + 1).Select(disk.HalfWidth).ToArray()));
        _halfWidths = new DeviceTable<int>(device, halfWidths);
        _membrane = HasTables(spec) ? new MembraneTablesGpu(device, spec.Membrane) : null;
    }

    /// <summary>Bytes of scratch that <see cref="Run"/> needs for tiles up to this shape (channels come one after another).</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="channels">Channels of the model.</param>
    /// <param name="largest">At least as large as any tile in every measure.</param>
    public static long ScratchBytes(FeatureSpec spec, int channels, TileShape largest) => FilterScratch.Bytes(spec, largest);

    /// <summary>Bytes of the constant tables on the device.</summary>
    public static long TableBytes(FeatureSpec spec)
    {
        long taps = spec.Sigmas.Sum(sigma => spec.Radius(sigma) + 1), rows = spec.Has(Disks) ? spec.Sigmas.Sum(sigma => new Disk(sigma).Radius + 1) : 0;
        return DeviceTable<float>.Bytes(taps) + DeviceTable<int>.Bytes(rows) + (HasTables(spec) ? MembraneTablesGpu.Bytes(spec.Membrane) : 0);
    }

    /// <summary>Compiles the kernels for a kind of sink, so that the first tile need not.</summary>
    public void Prepare<TSink>() where TSink : struct, IPlaneSink => Filters<TSink>();

    /// <summary>Queues every filter of a tile; planes are numbered as <see cref="FeatureSpec.PlaneNames"/> names them.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="samples">What was read: row-major, channels interleaved, no padding.</param>
    /// <param name="type">Type of a sample.</param>
    /// <param name="sampleChannels">Samples of a pixel; when fewer than the model's channels, the last one is repeated.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>, aligned to 256 bytes; not to be used by another stream meanwhile.</param>
    /// <param name="sink">Where the planes go.</param>
    public void Run<TSink>(
        AcceleratorStream stream, TileShape shape, ArrayView<byte> samples, SampleType type, int sampleChannels, ArrayView<byte> scratch, TSink sink)
        where TSink : struct, IPlaneSink
    {
        ChannelFiltersGpu<TSink> filters = Filters<TSink>();
        FilterScratch parts = FilterScratch.Carve(_spec, shape, scratch);
        for (int channel = 0; channel < _channels; channel++)
        {
            _pixels.Run(stream, samples, type, sampleChannels, Math.Min(channel, sampleChannels - 1), parts.Pixels);
            filters.Run(stream, shape, parts, channel * filters.Planes, sink);
        }
    }

    /// <summary>Taps of a sigma, from the centre outwards.</summary>
    public ArrayView<float> Taps(int sigma) => _taps.View.SubView(_firstTap[sigma], _firstTap[sigma + 1] - _firstTap[sigma]);

    /// <summary>Reach of the rows of a sigma's disk.</summary>
    public ArrayView<int> HalfWidths(int sigma) => _halfWidths.View.SubView(_firstRow[sigma], _firstRow[sigma + 1] - _firstRow[sigma]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _taps.Dispose();
        _halfWidths.Dispose();
        _membrane?.Dispose();
    }

    private static bool HasTables(FeatureSpec spec) => spec.Has(Families.Membrane) && spec.Membrane != new MembraneGeometry();

    private ChannelFiltersGpu<TSink> Filters<TSink>() where TSink : struct, IPlaneSink
    {
        if (!_filters.TryGetValue(typeof(TSink), out object? filters))
        {
            _filters[typeof(TSink)] = filters = new ChannelFiltersGpu<TSink>(_device, _spec, this, _gaussian, _disks, _membrane);
        }
        return (ChannelFiltersGpu<TSink>)filters;
    }

    /// <summary>All values in one array, and where each part begins and the last one ends.</summary>
    private static (T[] Values, int[] First) Join<T>(IEnumerable<T[]> parts)
    {
        var values = new List<T>();
        var first = new List<int> { 0 };
        foreach (T[] part in parts)
        {
            values.AddRange(part);
            first.Add(values.Count);
        }
        return ([.. values], [.. first]);
    }
}
