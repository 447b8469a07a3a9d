namespace FastSeg.Forest;

/// <summary>
/// Appends trees to a program without the splits that the bins' range decides: where no bin of a plane is above a cut every pixel goes
/// left, where every bin is above it every pixel goes right. It goes node by node, for trees of any shape.
/// </summary>
/// <param name="tables">The forest.</param>
internal sealed unsafe class Pruner(ForestTablesCpu tables)
{
    /// <summary>Deeper trees are walked pixel by pixel.</summary>
    private const int MaxDepth = 64;

    private readonly DecisionForest _forest = tables.Forest;
    private readonly int[][] _treesOf = tables.Forest.TreesOf;
    private readonly int[] _depth = tables.Forest.Depth;

    /// <summary>Leaves of the current tree so far.</summary>
    private int _leaves;

    /// <summary>Appends every tree of a group.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane.</param>
    /// <param name="program">Empty.</param>
    public void AppendGroup(int group, byte* least, byte* most, TreeProgram program)
    {
        foreach (int tree in _treesOf[group])
        {
            int splits = program.Splits;
            bool tooDeep = _depth[tree] > MaxDepth;
            _leaves = 0;
            if (tooDeep || !TryAppend(_forest.Trees[tree].First, least, most, program))
            {
                // Takes back the splits that were written before the leaves became too many.
                program.Splits = splits;
                program.AppendWalked(tree);
                continue;
            }
            program.EndTree(_leaves);
        }
    }

    /// <summary>Appends what is left of a subtree, its leaves numbered from left to right; false where there are too many leaves.</summary>
    private bool TryAppend(int node, byte* least, byte* most, TreeProgram program)
    {
        // Goes down as long as the range decides: no bin above the cut is left, every bin above it is right.
        for (int plane = tables.Plane[node]; plane >= 0; plane = tables.Plane[node])
        {
            if (most[plane] > tables.Cut[node])
            {
                if (least[plane] <= tables.Cut[node])
                {
                    return TryAppendSplit(node, least, most, program);
                }
                node = _forest.Right[node];
            }
            else
            {
                node++;
            }
        }
        if (_leaves == TreeProgram.MaxLeaves)
        {
            return false;
        }
        program.Tables[program.NextTable + _leaves++] = _forest.Value[node];
        return true;
    }

    private bool TryAppendSplit(int node, byte* least, byte* most, TreeProgram program)
    {
        int split = program.Splits++;
        program.BinsOf[split] = tables.Plane[node] * Square.Pixels;
        program.Cut[split] = tables.Cut[node] * 0x01010101u;
        // A subtree's label is the number of its leftmost leaf, so going left keeps the label.
        program.Label[split] = (uint)_leaves * 0x01010101u;
        if (!TryAppend(node + 1, least, most, program))
        {
            return false;
        }
        program.Right[split] = (uint)_leaves * 0x01010101u;
        return TryAppend(_forest.Right[node], least, most, program);
    }
}
