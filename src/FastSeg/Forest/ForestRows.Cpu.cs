using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Forest;

/// <summary>
/// Applies a forest on the CPU to rows of features, as training has them; elsewhere features come as planes. Not thread-safe.
/// </summary>
internal sealed unsafe class ForestRowsCpu : IDisposable
{
    /// <summary>Most rows of a call: whole vectors of any width.</summary>
    public const int Most = Band.MaxWidth;

    private readonly DecisionForest _forest;
    private readonly HostBuffer _planes;
    private readonly ForestCpu _cpu;

    /// <summary>Allocates what a call needs.</summary>
    public ForestRowsCpu(DecisionForest forest)
    {
        _forest = forest;
        _planes = new HostBuffer((long)forest.Features * Most * sizeof(float));
        // Columns without a row are evaluated too, so they must hold finite numbers.
        _planes.Span<float>(0, forest.Features * Most).Clear();
        _cpu = new ForestCpu(forest, Most, 1);
    }

    /// <summary>Floats from a group's margins to the next group's.</summary>
    public nint GroupStride => _cpu.GroupStride;

    /// <summary>Copies the features of a row for the next call.</summary>
    /// <param name="number">The row's number in the call, from 0.</param>
    /// <param name="features">As many as the forest looks at.</param>
    public void Put(int number, float* features)
    {
        float* planes = (float*)_planes.Pointer + number;
        for (int plane = 0; plane < _forest.Features; plane++)
        {
            planes[plane * Most] = features[plane];
        }
    }

    /// <summary>Computes the margins of the rows put, and returns those of the first group, one a row, valid until the next call.</summary>
    public float* Margins(int rows)
    {
        _cpu.Predict(new Band(0, 0, rows, 1, _forest.Features, (float*)_planes.Pointer, Most, Most));
        return _cpu.Margins(0);
    }

    /// <summary>The class of each of the rows put, from 0.</summary>
    public void Classes(int rows, byte* classes) => Decision.Labels(Margins(rows), GroupStride, _forest.Groups, classes, rows);

    /// <inheritdoc/>
    public void Dispose()
    {
        _cpu.Dispose();
        _planes.Dispose();
    }
}
