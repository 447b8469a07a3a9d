using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Forest;

/// <summary>
/// Applies a forest to bands on the CPU, for one worker: owns the margins of the last band. Not thread-safe; one per thread, all over
/// the same <see cref="DecisionForest"/>.
/// </summary>
/// <remarks>
/// <para>
/// Which evaluator runs is decided once for a forest (<see cref="ForestStrips.Create"/>, <see cref="PruningChoice"/>). All of them give the
/// same bits.
/// </para>
/// <code>
/// the forest's trees                          256 bits (AVX2)     512 bits            why
/// 1. depth up to 6                            see 2 to 4          SlicedTrees         a bit a pixel: no split costs enough to be pruned
/// 2. few splits on average (under 8; under    Evaluator over      the same            pruning would cost more than it saves
///    20 with 512 bits), depth up to 7         whole trees
/// 3. depth up to 6, up to 255 byte planes     BitTrees            (see 1)             a tree is pruned fast enough to do it for each
///                                                                                     square of 16 x 16 pixels
/// 4. any other                                Pruner, then        the same            pruning node by node is slow: once for a strip of
///                                             Evaluator                               16 rows
/// </code>
/// <para>
/// Evaluator gives trees that pruning left up to 4 leaves (256 bits) or 1 (512) to AddSmall, which keeps the margins in registers. In rows
/// 2 and 4 a tree deeper than 64, or with more than 256 leaves left, is walked pixel by pixel; so is every tree on a square that holds NaN
/// or infinity. Bins are found by <see cref="ByteSearch"/> with 256 bits, with 512 by <see cref="BitSearch"/> (row 1) and
/// <see cref="PathSearch"/>.
/// </para>
/// </remarks>
internal sealed unsafe class ForestCpu : IDisposable
{
    /// <summary>Rows of margins are a multiple of this long.</summary>
    private const int Lanes = 64;

    private readonly HostBuffer _margins;
    private readonly int _rows;
    private readonly ForestStrips _strips;

    /// <summary>Plans and allocates everything a run needs.</summary>
    /// <param name="forest">The trees.</param>
    /// <param name="maxBandWidth">Widest band that will come.</param>
    /// <param name="maxBandHeight">Tallest band that will come.</param>
    public ForestCpu(DecisionForest forest, int maxBandWidth, int maxBandHeight)
    {
        RowStride = Padded(maxBandWidth, Lanes);
        _rows = Padded(maxBandHeight, Square.Side);
        _margins = new HostBuffer(MarginBytes(forest, maxBandWidth, maxBandHeight));
        _strips = ForestStrips.Create(ForestTablesCpu.Of(forest), maxBandWidth);
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(DecisionForest forest, int maxBandWidth, int maxBandHeight) =>
        MarginBytes(forest, maxBandWidth, maxBandHeight) + ForestStrips.Bytes(ForestTablesCpu.Of(forest), maxBandWidth);

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
    public long SplitsEvaluated => _strips.SplitsEvaluated;

    /// <summary>Squares so far.</summary>
    public long SquaresEvaluated => _strips.SquaresEvaluated;

    /// <summary>Trees that were walked pixel by pixel, counted once a square, so far.</summary>
    public long TreesWalked => _strips.TreesWalked;

    /// <summary>What is pruned.</summary>
    public Pruning Pruning => _strips.Pruning;

    /// <summary>Computes every margin of the band; bit-equal to XGBoost's. Allocates nothing.</summary>
    public void Predict(in Band band) => _strips.Predict(band, Margins(0), GroupStride, RowStride);

    /// <inheritdoc/>
    public void Dispose()
    {
        _margins.Dispose();
        _strips.Dispose();
    }

    private static long MarginBytes(DecisionForest forest, int width, int height) =>
        (long)forest.Groups * Padded(height, Square.Side) * Padded(width, Lanes) * sizeof(float);

    private static int Padded(int size, int step) => (size + step - 1) / step * step;
}
