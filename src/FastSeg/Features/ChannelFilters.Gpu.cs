using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU.Runtime;

namespace FastSeg.Features;

/// <summary>
/// Every filter of one channel, launched in the order in which the CPU's <see cref="ChannelFilters{TLanes,TVector}"/> runs them.
/// </summary>
internal sealed class ChannelFiltersGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly FeatureSpec _spec;
    private readonly FilterTablesGpu _tables;
    private readonly PlaneLayout _layout;
    private readonly GaussianGpu _gaussian;
    private readonly DerivativesGpu<TSink>? _derivatives;
    private readonly DogGpu<TSink>? _dog;
    private readonly MembraneGpu<TSink>? _membrane;
    private readonly StructureGpu<TSink>? _structure;
    private readonly DiskGpu<TSink>? _disk;
    private readonly MedianGpu<TSink>? _median;

    /// <summary>Compiles the kernels that the specification asks for.</summary>
    public ChannelFiltersGpu(GpuDevice device, FeatureSpec spec, FilterTablesGpu tables, GaussianGpu gaussian)
    {
        _spec = spec;
        _tables = tables;
        _layout = new PlaneLayout(spec);
        _gaussian = gaussian;
        _derivatives = spec.Has(FeatureSpec.Blurred & ~Families.Dog) ? new DerivativesGpu<TSink>(device) : null;
        _dog = spec.Has(Families.Dog) ? new DogGpu<TSink>(device) : null;
        _membrane = spec.Has(Families.Membrane) ? new MembraneGpu<TSink>(device, tables.Membrane) : null;
        _structure = spec.Has(Families.Structure) ? new StructureGpu<TSink>(device, gaussian) : null;
        _disk = spec.Has(Families.Mean | Families.Min | Families.Max) ? new DiskGpu<TSink>(device) : null;
        _median = spec.Has(Families.Median) ? new MedianGpu<TSink>(device) : null;
    }

    /// <summary>Planes of a channel.</summary>
    public int Planes => _layout.Count;

    /// <summary>Queues the filters of one channel.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="scratch">The tile's buffers; the channel's pixels are there already, as floats.</param>
    /// <param name="first">Number of the channel's first plane.</param>
    /// <param name="sink">Where the planes go.</param>
    public void Run(AcceleratorStream stream, TileShape shape, in FilterScratch scratch, int first, TSink sink)
    {
        var pixels = new PlaneWindow { Values = scratch.Pixels, Width = shape.Width, Height = shape.Height };
        _derivatives?.Run(stream, pixels, shape, Derived(scale: 0, first), sink);
        if (_spec.Has(FeatureSpec.Blurred))
        {
            Blurs(stream, pixels, shape, scratch, first, sink);
        }
        _membrane?.Run(stream, pixels, shape, first + _layout.Membrane, sink);
        for (int i = 0; i < _spec.Sigmas.Count; i++)
        {
            _structure?.Run(
                stream, pixels, shape, scratch, _tables.Taps(i), _spec.Radius(_spec.Sigmas[i]), first + _layout.Structure + (2 * i), sink);
        }
        for (int i = 0; i < _tables.Disks.Length; i++)
        {
            Disk disk = _tables.Disks[i];
            var planes = new DiskPlanes
            {
                Mean = Plane(_layout.Mean, i + first),
                Min = Plane(_layout.Min, i + first),
                Max = Plane(_layout.Max, i + first),
            };
            _disk?.Run(stream, pixels, shape, disk, _tables.HalfWidths(i), planes, sink);
            _median?.Run(stream, pixels, shape, disk, _tables.HalfWidths(i), first + _layout.Median + i, sink);
        }
    }

    /// <summary>Queues every blur and what is made from it; the differences come last, when all blurs are there.</summary>
    private void Blurs(AcceleratorStream stream, PlaneWindow pixels, TileShape shape, in FilterScratch scratch, int first, TSink sink)
    {
        PlaneWindow blurs = PlaneGroups.Around(shape, Gaussian.Border, Gaussian.Border, scratch.Blurs);
        for (int i = 0; i < _spec.Sigmas.Count; i++)
        {
            PlaneWindow blur = blurs with { Values = scratch.Blurs.SubView((long)i * scratch.BlurStride, scratch.BlurStride) };
            _gaussian.Run(stream, pixels, scratch.Rows, blur, _tables.Taps(i), _spec.Radius(_spec.Sigmas[i]));
            _derivatives?.Run(stream, blur, shape, Derived(i + 1, first), sink);
        }
        _dog?.Run(stream, blurs, _spec.Sigmas.Count, scratch.BlurStride, shape, first + _layout.Dog, sink);
    }

    private DerivativePlanes Derived(int scale, int first) => new()
    {
        Gaussian = Plane(_layout.Gaussian(scale), first),
        Sobel = Plane(_layout.Sobel(scale), first),
        Hessian = Plane(_layout.Hessian(scale), first),
        Laplacian = Plane(_layout.Laplacian, scale + first),
    };

    /// <summary>Moves a plane's number to the channel's; a family that is off stays off.</summary>
    private static int Plane(int plane, int first) => plane < 0 ? PlaneLayout.Off : plane + first;
}
