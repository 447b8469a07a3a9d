using FastSeg.Gpu;
using ILGPU;

namespace FastSeg.Features;

/// <summary>The constants of a specification in device memory: taps, half widths of disks, membrane lines. Uploaded once.</summary>
internal sealed class FilterTablesGpu : IDisposable
{
    private readonly int[] _firstTap;
    private readonly DeviceTable<float> _taps;
    private readonly int[] _firstRow;
    private readonly DeviceTable<int> _halfWidths;

    /// <summary>Uploads the tables.</summary>
    public FilterTablesGpu(GpuDevice device, FeatureSpec spec)
    {
        (float[] taps, _firstTap) = Join(spec.Sigmas.Select(sigma => Gaussian.Taps(spec.SigmaScale * sigma, spec.Radius(sigma))));
        _taps = new DeviceTable<float>(device, taps);
        Disks = spec.Has(FeatureSpec.OverDisks) ? [.. spec.Sigmas.Select(sigma => new Disk(sigma))] : [];
        (int[] halfWidths, _firstRow) = Join(
            Disks.Select(disk => Enumerable.Range(0, disk.Radius + 1).Select(disk.HalfWidth).ToArray()));
        _halfWidths = new DeviceTable<int>(device, halfWidths);
        Membrane = HasMembrane(spec) ? new MembraneTablesGpu(device, spec.Membrane) : null;
    }

    /// <summary>One disk a sigma; none where no family over disks is on.</summary>
    public Disk[] Disks { get; }

    /// <summary>The membrane's lines; null where the family is off, or has the default geometry, for which there is a kernel.</summary>
    public MembraneTablesGpu? Membrane { get; }

    /// <summary>Bytes of the tables on the device.</summary>
    public static long Bytes(FeatureSpec spec)
    {
        long taps = spec.Sigmas.Sum(sigma => spec.Radius(sigma) + 1);
        long rows = spec.Has(FeatureSpec.OverDisks) ? spec.Sigmas.Sum(sigma => new Disk(sigma).Radius + 1) : 0;
        return DeviceTable<float>.Bytes(taps) + DeviceTable<int>.Bytes(rows)
            + (HasMembrane(spec) ? MembraneTablesGpu.Bytes(spec.Membrane) : 0);
    }

    /// <summary>Taps of a sigma, from the centre outwards.</summary>
    public ArrayView<float> Taps(int sigma) => _taps.View.SubView(_firstTap[sigma], _firstTap[sigma + 1] - _firstTap[sigma]);

    /// <summary>Half widths of a sigma's disk, from its middle row outwards.</summary>
    public ArrayView<int> HalfWidths(int sigma) => _halfWidths.View.SubView(_firstRow[sigma], _firstRow[sigma + 1] - _firstRow[sigma]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _taps.Dispose();
        _halfWidths.Dispose();
        Membrane?.Dispose();
    }

    private static bool HasMembrane(FeatureSpec spec) => spec.Has(Families.Membrane) && spec.Membrane != new MembraneGeometry();

    /// <summary>Puts all values into one array, and into another where each part begins and the last one ends.</summary>
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
