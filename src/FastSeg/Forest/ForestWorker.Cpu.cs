using FastSeg.Features;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>What is pruned with the range of its bins.</summary>
internal enum Pruning
{
    /// <summary>Nothing: the trees are small.</summary>
    None,

    /// <summary>Each square of 16 x 16 pixels: trees of depth up to 6.</summary>
    Squares,

    /// <summary>Strips of 16 rows, node by node: any tree.</summary>
    Strips,
}

/// <summary>The part of <see cref="ForestCpu"/> that does not depend on the vector width.</summary>
internal abstract unsafe class ForestWorker : IDisposable
{
    /// <summary>Side of the squares that bands are cut into.</summary>
    public const int Side = 16;

    /// <summary>Most squares that a program runs on tree by tree: their bins should fit the L1 cache.</summary>
    protected const int MaxTogether = 2;

    /// <summary>
    /// Splits a tree from which on pruning costs less than it saves, for forests of depth 2 to 6 on the images they were trained with, of
    /// which it leaves a third: measured with 256 bits, where pruning and evaluating are one, and with 512, where they are not.
    /// </summary>
    private static int SplitsThatPay => Bits == 256 ? 8 : 20;

    private readonly HostBuffer _buffer;

    /// <summary>Allocates the bins of a strip of squares.</summary>
    protected ForestWorker(ForestTables tables, int maxBandWidth)
    {
        Tables = tables;
        MaxSquares = Squares(maxBandWidth);
        _buffer = new HostBuffer(BinBytes(tables, MaxSquares));
        Pruner = new Pruner(tables);
        Pruning = PruningFor(tables);
        SquareTrees = Pruning == Pruning.Squares ? SquareTrees.Create(tables, Bits) : null;
        Programs = [.. Enumerable.Range(0, ProgramsFor(tables)).Select(_ => new TreeProgram(tables.Forest))];
        Bins = _buffer.Pointer;
        Staged = (float*)(Bins + ((long)MaxSquares * tables.Planes * TreeProgram.SquareBytes));
        Tile = Staged + (Side * Side);
        Least = (byte*)(Tile + (MaxTogether * Side * Side));
        Most = Least + ((long)(MaxSquares + 1) * tables.Planes);
        Finite = Most + ((long)(MaxSquares + 1) * tables.Planes);
        if (Pruning == Pruning.None)
        {
            FillPrograms();
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTables tables, int maxBandWidth) => BinBytes(tables, Squares(maxBandWidth)) + (ProgramsFor(tables) * TreeProgram.Bytes(tables.Forest))
        + (PruningFor(tables) == Pruning.Squares ? SquareTrees.Bytes(tables, Bits) : 0);

    /// <summary>Vector width: <see cref="VectorTrees"/> needs the byte permutations of VBMI; without them 256 bits are taken.</summary>
    public static int Bits => VectorPath.Bits == 512 && VectorTrees.IsSupported ? 512 : 256;

    /// <summary>The forest.</summary>
    protected ForestTables Tables { get; }

    /// <summary>Squares side by side in the widest band.</summary>
    protected int MaxSquares { get; }

    /// <summary>What is pruned.</summary>
    public Pruning Pruning { get; }

    /// <summary>The trees being evaluated: one program, one a group where nothing is pruned, none where squares are.</summary>
    protected TreeProgram[] Programs { get; }

    /// <summary>Prunes trees node by node.</summary>
    protected Pruner Pruner { get; }

    /// <summary>Prunes and evaluates trees for each square, where the forest allows.</summary>
    protected SquareTrees? SquareTrees { get; }

    /// <summary>256 bytes for each plane of each square.</summary>
    protected byte* Bins { get; }

    /// <summary>A square's values of one plane, completed where the band's right edge cuts it off.</summary>
    protected float* Staged { get; }

    /// <summary>The margins of <see cref="MaxTogether"/> squares.</summary>
    protected float* Tile { get; }

    /// <summary>The least bin of each plane of each square, and behind them of all squares.</summary>
    protected byte* Least { get; }

    /// <summary>The largest bin of each plane of each square, and behind them of all squares.</summary>
    protected byte* Most { get; }

    /// <summary>Whether a square's features are all finite.</summary>
    protected byte* Finite { get; }

    /// <summary>Splits that were evaluated on squares so far.</summary>
    public long SplitsEvaluated { get; protected set; }

    /// <summary>Squares so far.</summary>
    public long SquaresEvaluated { get; protected set; }

    /// <summary>Trees that were walked pixel by pixel, counted once a square, so far.</summary>
    public long TreesWalked { get; protected set; }

    /// <summary>Computes every margin of the band.</summary>
    public abstract void Predict(in Band band, float* margins, nint groupStride, nint rowStride);

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.Dispose();
        foreach (TreeProgram program in Programs)
        {
            program.Dispose();
        }
        SquareTrees?.Dispose();
    }

    /// <summary>Walks one tree pixel by pixel: the general path.</summary>
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

    private static Pruning PruningFor(ForestTables tables)
    {
        bool small = tables.Forest.Splits < SplitsThatPay * tables.Forest.Trees.Length && tables.Depth.Max() < 8;
        return small ? Pruning.None : SquareTrees.Suits(tables) ? Pruning.Squares : Pruning.Strips;
    }

    private static int ProgramsFor(ForestTables tables) =>
        PruningFor(tables) switch { Pruning.None => tables.Forest.Groups, Pruning.Strips => 1, _ => 0 };

    private void FillPrograms()
    {
        // Every bin is possible: nothing is decided.
        new Span<byte>(Least, Tables.Planes).Clear();
        new Span<byte>(Most, Tables.Planes).Fill(255);
        for (int group = 0; group < Programs.Length; group++)
        {
            Pruner.AddGroup(group, Least, Most, Programs[group]);
        }
    }

    private static int Squares(int width) => (width + Side - 1) / Side;

    private static long BinBytes(ForestTables tables, int squares) =>
        ((long)squares * tables.Planes * TreeProgram.SquareBytes) + ((1 + MaxTogether) * Side * Side * sizeof(float)) + (2L * (squares + 1) * tables.Planes) + squares;

    /// <summary>Some pixels of a band.</summary>
    protected readonly record struct Area(int X, int Y, int Width, int Height);
}

/// <summary>Applies the forest strip by strip: bins 16 rows of the band, then evaluates the trees on its squares.</summary>
internal sealed unsafe class ForestWorker<TInt, TLanes> : ForestWorker
    where TInt : struct
    where TLanes : struct, IForestLanes<TInt>
{
    /// <summary>Allocates the worker.</summary>
    public ForestWorker(ForestTables tables, int maxBandWidth) : base(tables, maxBandWidth)
    {
    }

    /// <inheritdoc/>
    public override void Predict(in Band band, float* margins, nint groupStride, nint rowStride)
    {
        int squares = (band.Width + Side - 1) / Side;
        for (int y = 0; y < band.Height; y += Side)
        {
            var strip = new Area(0, y, band.Width, Math.Min(Side, band.Height - y));
            float* rows = margins + (y * rowStride);
            BinStrip(band, strip, squares);
            SquaresEvaluated += squares;
            if (Pruning == Pruning.Strips)
            {
                JoinRanges(squares);
            }
            for (int group = 0; group < Tables.Forest.Groups; group++)
            {
                float* groupRows = rows + (group * groupStride);
                for (int row = 0; row < Side; row++)
                {
                    new Span<float>(groupRows + (row * rowStride), squares * Side).Fill(Tables.Forest.BaseMargins[group]);
                }
                AddGroup(band, strip, squares, group, groupRows, rowStride);
            }
            for (int square = 0; square < squares; square++)
            {
                if (Finite[square] == 0)
                {
                    WalkSquare(band, SquareOf(strip, square), rows, groupStride, rowStride);
                }
            }
        }
    }

    private void BinStrip(in Band band, in Area strip, int squares)
    {
        int planes = Tables.Planes;
        new Span<byte>(Finite, squares).Fill(1);
        for (int plane = 0; plane < planes; plane++)
        {
            float* search = TLanes.Thresholds(Tables, plane);
            int levels = Tables.Levels[plane];
            float* first = band.Row(Tables.Feature[plane], strip.Y);
            // Where the same square of the next plane lies. It is only fetched ahead: from a staged square, whatever is there.
            nint ahead = (nint)(band.Row(Tables.Feature[Math.Min(plane + 1, planes - 1)], strip.Y) - first);
            for (int square = 0; square < squares; square++)
            {
                float* rows = first + (square * Side);
                nint rowStride = band.RowStride;
                if ((square + 1) * Side > strip.Width)
                {
                    Stage(rows, rowStride, strip.Width - (square * Side), strip.Height);
                    rows = Staged;
                    rowStride = Side;
                }
                bool finite = TLanes.Bin(
                    rows, rowStride, strip.Height, ahead, Staged, search, levels, Bins + (((long)square * planes) + plane) * TreeProgram.SquareBytes,
                    out Least[(square * planes) + plane], out Most[(square * planes) + plane]);
                if (!finite)
                {
                    Finite[square] = 0;
                }
            }
        }
    }

    // What lies past the band's width may be anything; its last column stands for it, so that it neither widens a range nor is NaN.
    private void Stage(float* rows, nint rowStride, int width, int height)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                Staged[(y * Side) + x] = rows[(y * rowStride) + Math.Min(x, width - 1)];
            }
        }
    }

    private void JoinRanges(int squares)
    {
        int planes = Tables.Planes;
        byte* least = Least + (squares * planes);
        byte* most = Most + (squares * planes);
        for (int plane = 0; plane < planes; plane++)
        {
            (least[plane], most[plane]) = (Least[plane], Most[plane]);
            for (int square = 1; square < squares; square++)
            {
                least[plane] = Math.Min(least[plane], Least[(square * planes) + plane]);
                most[plane] = Math.Max(most[plane], Most[(square * planes) + plane]);
            }
        }
    }

    private void AddGroup(in Band band, in Area strip, int squares, int group, float* margins, nint rowStride)
    {
        if (SquareTrees is not null)
        {
            AddSquares(SquareTrees, squares, group, margins, rowStride);
            return;
        }
        TreeProgram program = Programs[Pruning == Pruning.None ? group : 0];
        if (Pruning == Pruning.Strips)
        {
            int planes = Tables.Planes;
            program.Clear();
            Pruner.AddGroup(group, Least + (squares * planes), Most + (squares * planes), program);
        }
        // Two squares at a time: the loops' ends are foreseen better the second time.
        for (int square = 0; square < squares; square += MaxTogether)
        {
            int together = Math.Min(MaxTogether, squares - square);
            SplitsEvaluated += (long)program.Splits * together;
            TreesWalked += (long)program.WalkedTrees * together;
            Run(program, band, strip, square, together, margins, rowStride);
        }
    }

    private void AddSquares(SquareTrees trees, int squares, int group, float* margins, nint rowStride)
    {
        int planes = Tables.Planes;
        for (int square = 0; square < squares; square++, margins += Side)
        {
            CopyRows(margins, rowStride, Tile, Side);
            trees.AddGroup(group, Least + (square * planes), Most + (square * planes), Bins + ((nint)square * planes * TreeProgram.SquareBytes), Tile);
            CopyRows(Tile, Side, margins, rowStride);
        }
        SplitsEvaluated = trees.SplitsEvaluated;
    }

    private void Run(TreeProgram program, in Band band, in Area strip, int first, int count, float* margins, nint rowStride)
    {
        nint binStride = (nint)Tables.Planes * TreeProgram.SquareBytes;
        byte* bins = Bins + (first * binStride);
        margins += first * Side;
        for (int square = 0; square < count; square++)
        {
            CopyRows(margins + (square * Side), rowStride, Tile + (square * Side * Side), Side);
        }
        int done = 0;
        for (int i = 0; i < program.WalkedTrees; i++)
        {
            Evaluator<TInt, TLanes>.Run(program, done, program.WalkedBefore[i], bins, binStride, Tile, count);
            for (int square = 0; square < count; square++)
            {
                Walk(band, SquareOf(strip, first + square), Tables.Forest.Trees[program.Walked[i]], Tile + (square * Side * Side), Side);
            }
            done = program.WalkedBefore[i];
        }
        Evaluator<TInt, TLanes>.Run(program, done, program.Trees, bins, binStride, Tile, count);
        for (int square = 0; square < count; square++)
        {
            CopyRows(Tile + (square * Side * Side), Side, margins + (square * Side), rowStride);
        }
    }

    // A square's margins are added up in one piece: rows a power of two apart would get in each other's way in the cache.
    private static void CopyRows(float* from, nint fromStride, float* to, nint toStride)
    {
        for (int y = 0; y < Side; y++)
        {
            new Span<float>(from + (y * fromStride), Side).CopyTo(new Span<float>(to + (y * toStride), Side));
        }
    }

    private void WalkSquare(in Band band, in Area square, float* rows, nint groupStride, nint rowStride)
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

    private static Area SquareOf(in Area strip, int square) =>
        new(square * Side, strip.Y, Math.Min(Side, strip.Width - (square * Side)), strip.Height);
}
