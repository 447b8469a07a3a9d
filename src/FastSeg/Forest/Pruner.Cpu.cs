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
            Add(tree, least, most, program);
        }
    }

    /// <summary>Adds one tree; where more than 256 of its leaves can be reached, as one to be walked.</summary>
    public void Add(int tree, byte* least, byte* most, TreeProgram program)
    {
        int splits = program.Splits;
        _leaves = tables.Depth[tree] > MaxDepth ? TreeProgram.MaxLeaves + 1 : 0;
        int root = _leaves == 0 ? AddSubtree(_forest.Trees[tree].First, least, most, program) : 0;
        if (_leaves > TreeProgram.MaxLeaves)
        {
            program.Splits = splits;
            program.AddWalked(tree);
            return;
        }
        program.EndTree(root, _leaves);
    }

    /// <summary>Adds what is left of a subtree and returns where its leaf numbers are.</summary>
    private int AddSubtree(int node, byte* least, byte* most, TreeProgram program)
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
        if (_leaves >= TreeProgram.MaxLeaves)
        {
            _leaves = TreeProgram.MaxLeaves + 1;
            return 0;
        }
        program.Tables[program.NextTable + _leaves] = _forest.Value[node];
        return _leaves++ * TreeProgram.SquareBytes;
    }

    private int AddSplit(int node, byte* least, byte* most, TreeProgram program)
    {
        int left = AddSubtree(node + 1, least, most, program);
        int right = _leaves > TreeProgram.MaxLeaves ? 0 : AddSubtree(_forest.Right[node], least, most, program);
        if (_leaves > TreeProgram.MaxLeaves)
        {
            return 0;
        }
        int split = program.Splits;
        int result = TreeProgram.ResultOf(program.SplitsOfBundle);
        program.BinsOf[split] = tables.Plane[node] * TreeProgram.SquareBytes;
        program.Cut[split] = tables.Cut[node] * 0x01010101u;
        program.Left[split] = left;
        program.Right[split] = right;
        program.Splits++;
        return result;
    }
}
