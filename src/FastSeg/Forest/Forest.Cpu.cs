using System.Runtime.Intrinsics;
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

    private readonly HostBuffer _margins;
    private readonly int _rows;
    private readonly ForestWorker _worker;

    /// <summary>Plans and allocates everything a run needs.</summary>
    /// <param name="forest">The trees.</param>
    /// <param name="maxBandWidth">Widest band that will come.</param>
    /// <param name="maxBandHeight">Tallest band that will come.</param>
    public ForestCpu(DecisionForest forest, int maxBandWidth, int maxBandHeight)
    {
        RowStride = Padded(maxBandWidth, Lanes);
        _rows = Padded(maxBandHeight, ForestWorker.Side);
        _margins = new HostBuffer(MarginBytes(forest, maxBandWidth, maxBandHeight));
        _worker = ForestWorker.Bits == 512
            ? new ForestWorker<Vector512<int>, ForestLanes512>(forest.Tables, maxBandWidth)
            : new ForestWorker<Vector256<int>, ForestLanes256>(forest.Tables, maxBandWidth);
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(DecisionForest forest, int maxBandWidth, int maxBandHeight) =>
        MarginBytes(forest, maxBandWidth, maxBandHeight) + ForestWorker.Bytes(forest.Tables, maxBandWidth);

    /// <summary>Floats from a row of margins to the next: a multiple of 64.</summary>
    public int RowStride { get; }

    /// <summary>Floats from a group's margins to the next group's.</summary>
    public nint GroupStride => (nint)_rows * RowStride;

    /// <summary>
    /// Margins of a group for the band last predicted: row r, column c of the band is at r * <see cref="RowStride"/> + c. What lies past
    /// the band's width is unspecified.
    /// </summary>
    public float* Margins(int group) => (float*)_margins.Pointer + (group * GroupStride);

    /// <summary>Splits that were evaluated on squares of 16 x 16 pixels so far, after pruning.</summary>
    public long SplitsEvaluated => _worker.SplitsEvaluated;

    /// <summary>Squares so far.</summary>
    public long SquaresEvaluated => _worker.SquaresEvaluated;

    /// <summary>Trees that were walked pixel by pixel, counted once a square, so far.</summary>
    public long TreesWalked => _worker.TreesWalked;

    /// <summary>What is pruned.</summary>
    public Pruning Pruning => _worker.Pruning;

    /// <summary>Computes every margin of the band; bit-equal to XGBoost's. Allocates nothing.</summary>
    public void Predict(in Band band) => _worker.Predict(band, Margins(0), GroupStride, RowStride);

    /// <inheritdoc/>
    public void Dispose()
    {
        _margins.Dispose();
        _worker.Dispose();
    }

    private static long MarginBytes(DecisionForest forest, int width, int height) =>
        (long)forest.Groups * Padded(height, ForestWorker.Side) * Padded(width, Lanes) * sizeof(float);

    private static int Padded(int size, int step) => (size + step - 1) / step * step;
}
