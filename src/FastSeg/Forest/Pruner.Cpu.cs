namespace FastSeg.Forest;

/// <summary>
/// Adds trees to a program without the splits that the bins' range decides: where no bin of a plane is above a cut every pixel goes
/// left, where every bin is above it every pixel goes right. Node by node, for trees of any shape.
/// </summary>
/// <param name="tables">The forest.</param>
internal sealed unsafe class Pruner(ForestTables tables)
{
    /// <summary>Deeper trees are walked pixel by pixel.</summary>
    private const int MaxDepth = 64;

    private readonly DecisionForest _forest = tables.Forest;

    private int _leaves;

    /// <summary>Adds every tree of a group.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane.</param>
    /// <param name="program">Empty.</param>
    public void AddGroup(int group, byte* least, byte* most, TreeProgram program)
    {
        foreach (int tree in tables.TreesOf[group])
        {
            int splits = program.Splits;
            bool tooDeep = tables.Depth[tree] > MaxDepth;
            _leaves = 0;
            if (tooDeep || !TryAdd(_forest.Trees[tree].First, least, most, program))
            {
                program.Splits = splits;
                program.AddWalked(tree);
                continue;
            }
            program.EndTree(_leaves);
        }
    }

    /// <summary>Adds what is left of a subtree, its leaves numbered from left to right; false where there are too many.</summary>
    private bool TryAdd(int node, byte* least, byte* most, TreeProgram program)
    {
        for (int plane = tables.Plane[node]; plane >= 0; plane = tables.Plane[node])
        {
            if (most[plane] > tables.Cut[node])
            {
                if (least[plane] <= tables.Cut[node])
                {
                    return TryAddSplit(node, least, most, program);
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

    private bool TryAddSplit(int node, byte* least, byte* most, TreeProgram program)
    {
        int split = program.Splits++;
        program.BinsOf[split] = tables.Plane[node] * TreeProgram.SquareBytes;
        program.Cut[split] = tables.Cut[node] * 0x01010101u;
        // A subtree's label is the number of its leftmost leaf: going left keeps it.
        program.Label[split] = program.Left[split] = (uint)_leaves * 0x01010101u;
        if (!TryAdd(node + 1, least, most, program))
        {
            return false;
        }
        program.Right[split] = (uint)_leaves * 0x01010101u;
        return TryAdd(_forest.Right[node], least, most, program);
    }
}
