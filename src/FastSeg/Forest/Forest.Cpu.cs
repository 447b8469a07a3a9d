using FastSeg.Features;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Applies a forest to bands on the CPU, for one worker: owns the margins of the last band. Not thread-safe; one per thread, all over
/// the same <see cref="DecisionForest"/>.
/// </summary>
internal sealed unsafe class ForestCpu : IDisposable
{
    private const int Lanes = 64;

    private readonly DecisionForest _forest;
    private readonly HostBuffer _margins;
    private readonly int _maxHeight;

    /// <summary>Plans and allocates everything a run needs.</summary>
    /// <param name="forest">The trees.</param>
    /// <param name="maxBandWidth">Widest band that will come.</param>
    /// <param name="maxBandHeight">Tallest band that will come.</param>
    public ForestCpu(DecisionForest forest, int maxBandWidth, int maxBandHeight)
    {
        _forest = forest;
        _maxHeight = maxBandHeight;
        RowStride = (maxBandWidth + Lanes - 1) / Lanes * Lanes;
        _margins = new HostBuffer(Bytes(forest, maxBandWidth, maxBandHeight));
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(DecisionForest forest, int maxBandWidth, int maxBandHeight) =>
        (long)forest.Groups * maxBandHeight * ((maxBandWidth + Lanes - 1) / Lanes * Lanes) * sizeof(float);

    /// <summary>Floats from a row of margins to the next: a multiple of 64.</summary>
    public int RowStride { get; }

    /// <summary>Floats from a group's margins to the next group's.</summary>
    public nint GroupStride => (nint)_maxHeight * RowStride;

    /// <summary>
    /// Margins of a group for the band last predicted: row r, column c of the band is at r * <see cref="RowStride"/> + c. What lies past
    /// the band's width is unspecified.
    /// </summary>
    public float* Margins(int group) => (float*)_margins.Pointer + (group * GroupStride);

    /// <summary>Computes every margin of the band; bit-equal to XGBoost's. Allocates nothing.</summary>
    public void Predict(in Band band)
    {
        for (int row = 0; row < band.Height; row++)
        {
            for (int group = 0; group < _forest.Groups; group++)
            {
                new Span<float>(Margins(group) + (row * RowStride), band.Width).Fill(_forest.BaseMargins[group]);
            }
            foreach (Tree tree in _forest.Trees)
            {
                Walk(band, row, tree, Margins(tree.Group) + (row * RowStride));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _margins.Dispose();

    private void Walk(in Band band, int row, Tree tree, float* margins)
    {
        int[] feature = _forest.Feature;
        float[] value = _forest.Value;
        int[] right = _forest.Right;
        float* first = band.First + ((nint)row * band.RowStride);
        for (int x = 0; x < band.Width; x++)
        {
            int node = tree.First;
            for (int plane = feature[node]; plane >= 0; plane = feature[node])
            {
                float sample = first[((nint)plane * band.PlaneStride) + x];
                bool left = sample < value[node] || (float.IsNaN(sample) && _forest.DefaultLeft[node]);
                node = left ? node + 1 : right[node];
            }
            margins[x] += value[node];
        }
    }
}
