using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Simd;

namespace FastSeg.Forest;

/// <summary>
/// Applies a forest to bands, strip by strip of 16 rows: <see cref="ByteStrips"/> or <see cref="SlicedStrips"/>. Here is what they share:
/// the edges of bands, and the walk.
/// </summary>
/// <param name="tables">The forest.</param>
internal abstract unsafe class ForestStrips(ForestTablesCpu tables) : IDisposable
{
    /// <summary>Side of the squares that bands are cut into.</summary>
    protected const int Side = Square.Side;

    /// <summary>What is pruned.</summary>
    public Pruning Pruning { get; } = PruningChoice.For(tables);

    /// <summary>Splits that were evaluated on squares so far.</summary>
    public long SplitsEvaluated { get; protected set; }

    /// <summary>Squares so far.</summary>
    public long SquaresEvaluated { get; protected set; }

    /// <summary>Trees that were walked pixel by pixel, counted once a square, so far.</summary>
    public long TreesWalked { get; protected set; }

    /// <summary>The forest.</summary>
    protected ForestTablesCpu Tables { get; } = tables;

    /// <summary>The strips of a forest, for the vector width at hand.</summary>
    public static ForestStrips Create(ForestTablesCpu tables, int maxBandWidth) => VectorPath.Bits switch
    {
        256 => new ByteStrips<Vector256<int>, ForestLanes256>(tables, maxBandWidth),
        _ when SlicedTrees.Suits(tables) => new SlicedStrips(tables),
        _ => new ByteStrips<Vector512<int>, ForestLanes512>(tables, maxBandWidth),
    };

    /// <summary>Bytes that <see cref="Create"/> allocates.</summary>
    public static long Bytes(ForestTablesCpu tables, int maxBandWidth) =>
        VectorPath.Bits == 512 && SlicedTrees.Suits(tables) ? SlicedStrips.Bytes(tables) : ByteStrips.Bytes(tables, maxBandWidth);

    /// <summary>Computes every margin of the band.</summary>
    public abstract void Predict(in Band band, float* margins, nint groupStride, nint rowStride);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>
    /// Copies a square that the band's right edge cuts off and repeats its last column. What lies past the edge may be anything; it must
    /// neither widen a range nor be NaN.
    /// </summary>
    /// <param name="rows">The square's first value.</param>
    /// <param name="rowStride">Floats to its next row.</param>
    /// <param name="width">Columns that exist, 1 at least.</param>
    /// <param name="height">Rows that exist.</param>
    /// <param name="staged">Receives them, <see cref="Side"/> values a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected static void Stage(float* rows, nint rowStride, int width, int height, float* staged)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                staged[(y * Side) + x] = rows[(y * rowStride) + Math.Min(x, width - 1)];
            }
        }
    }

    /// <summary>
    /// Walks one tree pixel by pixel, from values instead of bins: the path for any tree and for values that are not finite.
    /// </summary>
    /// <param name="band">The band.</param>
    /// <param name="area">Which of its pixels.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="margins">The margins of the tree's group for the area's first pixel.</param>
    /// <param name="rowStride">Floats to the next row of margins.</param>
    protected void Walk(in Band band, in Area area, Tree tree, float* margins, nint rowStride)
    {
        DecisionForest forest = Tables.Forest;
        for (int y = 0; y < area.Height; y++)
        {
            for (int x = 0; x < area.Width; x++)
            {
                float* pixel = band.Row(0, area.Y + y) + area.X + x;
                int node = tree.First;
                for (int plane = forest.Feature[node]; plane >= 0; plane = forest.Feature[node])
                {
                    float value = pixel[(nint)plane * band.PlaneStride];
                    bool left = value < forest.Value[node] || (float.IsNaN(value) && forest.DefaultLeft[node]);
                    node = left ? node + 1 : forest.Right[node];
                }
                margins[(y * rowStride) + x] += forest.Value[node];
            }
        }
    }

    /// <summary>Computes a square's margins of all groups by walking every tree.</summary>
    protected void WalkSquare(in Band band, in Area square, float* rows, nint groupStride, nint rowStride)
    {
        DecisionForest forest = Tables.Forest;
        for (int group = 0; group < forest.Groups; group++)
        {
            for (int y = 0; y < square.Height; y++)
            {
                new Span<float>(rows + (group * groupStride) + (y * rowStride) + square.X, square.Width).Fill(forest.BaseMargins[group]);
            }
        }
        foreach (Tree tree in forest.Trees)
        {
            Walk(band, square, tree, rows + (tree.Group * groupStride) + square.X, rowStride);
        }
    }

    /// <summary>A square of a strip, as far as the band goes.</summary>
    protected static Area SquareOf(in Area strip, int square) =>
        new(square * Side, strip.Y, Math.Min(Side, strip.Width - (square * Side)), strip.Height);

    /// <summary>Some pixels of a band.</summary>
    protected readonly record struct Area(int X, int Y, int Width, int Height);
}
