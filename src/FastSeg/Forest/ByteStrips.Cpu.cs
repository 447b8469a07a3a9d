using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Forest;

/// <summary>
/// Strips whose bins are bytes, one a pixel and plane: bins 16 rows of the band, then evaluates the trees on the strip's squares. This part
/// does not depend on the vector width.
/// </summary>
internal abstract unsafe class ByteStrips : ForestStrips
{
    /// <summary>Most squares on which a program runs tree by tree: their bins should fit the L1 cache.</summary>
    protected const int MaxTogether = 2;

    private readonly HostBuffer _buffer;

    /// <summary>Allocates the bins of a strip of squares.</summary>
    protected ByteStrips(ForestTablesCpu tables, int maxBandWidth) : base(tables)
    {
        MaxSquares = Squares(maxBandWidth);
        _buffer = new HostBuffer(BinBytes(tables, MaxSquares));
        Pruner = new Pruner(tables);
        SquareTrees = Pruning == Pruning.Squares ? new BitTrees(tables) : null;
        Programs = [.. Enumerable.Range(0, ProgramsFor(tables)).Select(_ => new TreeProgram(tables.Forest))];
        Bins = _buffer.Pointer;
        Staged = (float*)(Bins + ((long)MaxSquares * tables.Planes * Square.Pixels));
        SquareMargins = Staged + (Side * Side);
        Least = (byte*)(SquareMargins + (MaxTogether * Side * Side));
        Most = Least + ((long)(MaxSquares + 1) * tables.Planes);
        Finite = Most + ((long)(MaxSquares + 1) * tables.Planes);
        if (Pruning == Pruning.None)
        {
            FillPrograms();
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static new long Bytes(ForestTablesCpu tables, int maxBandWidth) =>
        BinBytes(tables, Squares(maxBandWidth))
        + (ProgramsFor(tables) * TreeProgram.Bytes(tables.Forest))
        + (PruningChoice.For(tables) == Pruning.Squares ? BitTrees.Bytes(tables) : 0);

    /// <summary>Squares side by side in the widest band.</summary>
    protected int MaxSquares { get; }

    /// <summary>The trees being evaluated: one program for strips, one a group where nothing is pruned, none where squares are.</summary>
    protected TreeProgram[] Programs { get; }

    /// <summary>Prunes trees node by node.</summary>
    protected Pruner Pruner { get; }

    /// <summary>Prunes and evaluates trees for each square; null where squares are not pruned.</summary>
    protected BitTrees? SquareTrees { get; }

    /// <summary>256 bytes for each plane of each square.</summary>
    protected byte* Bins { get; }

    /// <summary>A square's values of one plane, completed where the band's right edge cuts it off.</summary>
    protected float* Staged { get; }

    /// <summary>The margins of <see cref="MaxTogether"/> squares.</summary>
    protected float* SquareMargins { get; }

    /// <summary>The least bin of each plane of each square, and behind them of all squares.</summary>
    protected byte* Least { get; }

    /// <summary>The largest bin of each plane of each square, and behind them of all squares.</summary>
    protected byte* Most { get; }

    /// <summary>Whether a square's features are all finite.</summary>
    protected byte* Finite { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _buffer.Dispose();
        foreach (TreeProgram program in Programs)
        {
            program.Dispose();
        }
        SquareTrees?.Dispose();
    }

    private static int ProgramsFor(ForestTablesCpu tables) =>
        PruningChoice.For(tables) switch { Pruning.None => tables.Forest.Groups, Pruning.Strips => 1, _ => 0 };

    private void FillPrograms()
    {
        // With every bin possible no split is decided, so the programs hold the whole trees.
        new Span<byte>(Least, Tables.Planes).Clear();
        new Span<byte>(Most, Tables.Planes).Fill(255);
        for (int group = 0; group < Programs.Length; group++)
        {
            Pruner.AppendGroup(group, Least, Most, Programs[group]);
        }
    }

    private static int Squares(int width) => (width + Side - 1) / Side;

    private static long BinBytes(ForestTablesCpu tables, int squares) =>
        ((long)squares * tables.Planes * Square.Pixels)
        + ((1 + MaxTogether) * Side * Side * sizeof(float))
        + (2L * (squares + 1) * tables.Planes)
        + squares;
}

/// <summary>The part of <see cref="ByteStrips"/> that is compiled once for each vector width.</summary>
internal sealed unsafe class ByteStrips<TInt, TLanes> : ByteStrips
    where TInt : struct
    where TLanes : struct, IForestLanes<TInt>
{
    /// <summary>Allocates what a band needs.</summary>
    public ByteStrips(ForestTablesCpu tables, int maxBandWidth) : base(tables, maxBandWidth)
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
                AddLeavesOf(band, strip, squares, group, groupRows, rowStride);
            }
            for (int square = 0; square < squares; square++)
            {
                // A bin cannot say NaN or infinity: such a square's margins are computed anew, pixel by pixel.
                if (Finite[square] == 0)
                {
                    WalkSquare(band, SquareOf(strip, square), rows, groupStride, rowStride);
                }
            }
        }
    }

    /// <summary>Bins every plane of a strip, square by square, and notes each square's range of bins and whether it is finite.</summary>
    private void BinStrip(in Band band, in Area strip, int squares)
    {
        int planes = Tables.Planes;
        new Span<byte>(Finite, squares).Fill(1);
        for (int plane = 0; plane < planes; plane++)
        {
            float* search = TLanes.Thresholds(Tables, plane);
            int levels = Tables.Levels[plane];
            float* first = band.Row(Tables.Feature[plane], strip.Y);
            // From a row to the same row of the next plane. Prefetch distance only; from a staged square the address points anywhere.
            nint ahead = (nint)(band.Row(Tables.Feature[Math.Min(plane + 1, planes - 1)], strip.Y) - first);
            for (int square = 0; square < squares; square++)
            {
                float* rows = first + (square * Side);
                nint rowStride = band.RowStride;
                if ((square + 1) * Side > strip.Width)
                {
                    Stage(rows, rowStride, strip.Width - (square * Side), strip.Height, Staged);
                    rows = Staged;
                    rowStride = Side;
                }
                bool finite = TLanes.Bin(
                    rows, rowStride, strip.Height, ahead, Staged, search, levels,
                    Bins + (((long)square * planes) + plane) * Square.Pixels,
                    out Least[(square * planes) + plane], out Most[(square * planes) + plane]);
                if (!finite)
                {
                    Finite[square] = 0;
                }
            }
        }
    }

    /// <summary>The range of bins of the whole strip, from those of its squares.</summary>
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

    /// <summary>Adds the leaves of a group's trees to the strip's margins.</summary>
    private void AddLeavesOf(in Band band, in Area strip, int squares, int group, float* margins, nint rowStride)
    {
        if (SquareTrees is not null)
        {
            AddLeavesBySquare(SquareTrees, squares, group, margins, rowStride);
            return;
        }
        TreeProgram program = Programs[Pruning == Pruning.None ? group : 0];
        if (Pruning == Pruning.Strips)
        {
            int planes = Tables.Planes;
            program.Clear();
            Pruner.AppendGroup(group, Least + (squares * planes), Most + (squares * planes), program);
        }
        // Two squares at a time: the processor predicts the loops' ends better the second time.
        for (int square = 0; square < squares; square += MaxTogether)
        {
            int together = Math.Min(MaxTogether, squares - square);
            SplitsEvaluated += (long)program.Splits * together;
            TreesWalked += (long)program.WalkedTrees * together;
            Run(program, band, strip, square, together, margins, rowStride);
        }
    }

    private void AddLeavesBySquare(BitTrees trees, int squares, int group, float* margins, nint rowStride)
    {
        int planes = Tables.Planes;
        for (int square = 0; square < squares; square++, margins += Side)
        {
            CopyRows(margins, rowStride, SquareMargins, Side);
            trees.AddLeavesOf(
                group, Least + (square * planes), Most + (square * planes),
                Bins + ((nint)square * planes * Square.Pixels), SquareMargins);
            CopyRows(SquareMargins, Side, margins, rowStride);
        }
        SplitsEvaluated = trees.SplitsEvaluated;
    }

    /// <summary>Runs a program on some squares; trees that are walked take their turn between those that are evaluated.</summary>
    private void Run(TreeProgram program, in Band band, in Area strip, int first, int count, float* margins, nint rowStride)
    {
        nint binStride = (nint)Tables.Planes * Square.Pixels;
        byte* bins = Bins + (first * binStride);
        margins += first * Side;
        for (int square = 0; square < count; square++)
        {
            CopyRows(margins + (square * Side), rowStride, SquareMargins + (square * Side * Side), Side);
        }
        int done = 0;
        for (int i = 0; i < program.WalkedTrees; i++)
        {
            Evaluator<TInt, TLanes>.Run(program, done, program.WalkedBefore[i], bins, binStride, SquareMargins, count);
            for (int square = 0; square < count; square++)
            {
                Walk(
                    band, SquareOf(strip, first + square), Tables.Forest.Trees[program.Walked[i]],
                    SquareMargins + (square * Side * Side), Side);
            }
            done = program.WalkedBefore[i];
        }
        Evaluator<TInt, TLanes>.Run(program, done, program.Trees, bins, binStride, SquareMargins, count);
        for (int square = 0; square < count; square++)
        {
            CopyRows(SquareMargins + (square * Side * Side), Side, margins + (square * Side), rowStride);
        }
    }

    /// <summary>
    /// Copies a square's margins from or to the strip. They are summed in one contiguous piece, because rows a power of two apart would
    /// evict each other from the cache.
    /// </summary>
    private static void CopyRows(float* from, nint fromStride, float* to, nint toStride)
    {
        for (int y = 0; y < Side; y++)
        {
            new Span<float>(from + (y * fromStride), Side).CopyTo(new Span<float>(to + (y * toStride), Side));
        }
    }
}
