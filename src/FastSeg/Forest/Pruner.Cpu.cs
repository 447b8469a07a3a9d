namespace FastSeg.Forest;

/// <summary>
/// Adds a tree to a program without the splits that the bins' range decides: where no bin of a plane is above a cut every pixel goes
/// left, where every bin is above it every pixel goes right.
/// </summary>
/// <param name="tables">The forest.</param>
internal sealed unsafe class Pruner(ForestTables tables)
{
    /// <summary>Deeper trees are walked pixel by pixel.</summary>
    public const int MaxDepth = 64;

    private readonly DecisionForest _forest = tables.Forest;

    private int _leaves;

    /// <summary>Adds the tree, or returns false where more than 256 of its leaves can be reached; the program is then unchanged.</summary>
    /// <param name="tree">A tree of depth up to <see cref="MaxDepth"/>.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane.</param>
    /// <param name="program">Has room for a tree.</param>
    public bool TryAdd(Tree tree, byte* least, byte* most, TreeProgram program)
    {
        int splits = program.Splits;
        _leaves = 0;
        int root = Add(tree.First, least, most, program);
        if (_leaves > TreeProgram.MaxLeaves)
        {
            program.Splits = splits;
            return false;
        }
        program.Root[program.Trees] = root;
        program.Leaves[program.Trees] = _leaves;
        program.Trees++;
        return true;
    }

    /// <summary>Adds what is left of a subtree and returns where its leaf numbers are.</summary>
    private int Add(int node, byte* least, byte* most, TreeProgram program)
    {
        for (int plane = tables.Plane[node]; plane >= 0; plane = tables.Plane[node])
        {
            if (most[plane] > tables.Cut[node])
            {
                if (least[plane] <= tables.Cut[node])
                {
                    return AddSplit(node, least, most, program);
                }
                node = _forest.Right[node];
            }
            else
            {
                node++;
            }
        }
        if (_leaves < TreeProgram.MaxLeaves)
        {
            program.Tables[(program.Trees * TreeProgram.MaxLeaves) + _leaves] = _forest.Value[node];
        }
        return _leaves++ * TreeProgram.SquareBytes;
    }

    private int AddSplit(int node, byte* least, byte* most, TreeProgram program)
    {
        int left = Add(node + 1, least, most, program);
        if (_leaves >= TreeProgram.MaxLeaves)
        {
            // The right side has a leaf as well: too many already.
            _leaves = TreeProgram.MaxLeaves + 1;
            return 0;
        }
        int right = Add(_forest.Right[node], least, most, program);
        if (_leaves > TreeProgram.MaxLeaves)
        {
            return 0;
        }
        int split = program.Splits++;
        program.BinsOf[split] = tables.Plane[node] * TreeProgram.SquareBytes;
        program.Cut[split] = tables.Cut[node] * 0x01010101u;
        program.Left[split] = left;
        program.Right[split] = right;
        return TreeProgram.ResultOf(split);
    }
}
