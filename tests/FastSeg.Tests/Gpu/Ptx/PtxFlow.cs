namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// The blocks of a kernel, and which registers still matter behind each barrier: those that may be read before they are written again.
/// </summary>
internal sealed class PtxFlow
{
    private readonly PtxProgram _program;
    private readonly List<int> _starts;
    private readonly HashSet<string>[] _liveAtStart;

    public PtxFlow(PtxProgram program)
    {
        _program = program;
        IEnumerable<int> behind = Enumerable.Range(0, program.Instructions.Count)
            .Where(i => program.Instructions[i].EndsBlock).Select(i => i + 1);
        _starts = [.. behind.Concat(program.Labels.Values).Append(0).Where(i => i < program.Instructions.Count).Distinct().Order()];
        _liveAtStart = [.. _starts.Select(_ => new HashSet<string>())];
        while (Enumerable.Range(0, _starts.Count).Reverse().Count(Grow) > 0)
        {
        }
    }

    /// <summary>The first instruction of each block.</summary>
    public IReadOnlyList<int> Starts => _starts;

    /// <summary>The most registers that matter behind a barrier.</summary>
    public int MostLive => Enumerable.Range(0, _program.Instructions.Count).Where(i => _program.Instructions[i].IsBarrier)
        .Select(barrier => LiveAfter(barrier).Count).DefaultIfEmpty().Max();

    /// <summary>
    /// Instructions of a block without those that an assembler takes out: moves between registers, and constants that are added to an
    /// address, which it folds into the read or write.
    /// </summary>
    public int Length(int block)
    {
        var constants = new HashSet<string>();
        int count = 0;
        foreach (PtxInstruction instruction in _program.Instructions.GetRange(_starts[block], End(block) - _starts[block]))
        {
            bool widens = instruction.Name.StartsWith("mul.wide", StringComparison.Ordinal) && !instruction.Operands[1].StartsWith('%');
            bool adds = instruction.Name is "add.u64" or "add.s64" && instruction.Operands.Any(constants.Contains);
            if (widens)
            {
                constants.Add(instruction.Operands[0]);
            }
            else
            {
                constants.ExceptWith(instruction.Written);
            }
            count += widens || adds || instruction.Name.StartsWith("mov.", StringComparison.Ordinal) ? 0 : 1;
        }
        return count;
    }

    /// <summary>The registers that matter behind a barrier, in a fixed order.</summary>
    public IReadOnlyList<string> LiveAfter(int barrier) => barrier + 1 < _program.Instructions.Count
        ? [.. _liveAtStart[_starts.BinarySearch(barrier + 1)].Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Adds what a block reads before it writes it, and what matters behind the block.</summary>
    private bool Grow(int block)
    {
        int end = End(block);
        var live = new HashSet<string>(Next(end).SelectMany(next => _liveAtStart[next]));
        for (int i = end - 1; i >= _starts[block]; i--)
        {
            PtxInstruction instruction = _program.Instructions[i];
            if (instruction.Guard is null)
            {
                live.ExceptWith(instruction.Written);
            }
            live.UnionWith(instruction.Read);
        }
        int before = _liveAtStart[block].Count;
        _liveAtStart[block] = live;
        return live.Count > before;
    }

    private int End(int block) => block + 1 < _starts.Count ? _starts[block + 1] : _program.Instructions.Count;

    /// <summary>Blocks that may follow an instruction's end.</summary>
    private IEnumerable<int> Next(int end)
    {
        PtxInstruction last = _program.Instructions[end - 1];
        if (last.IsBranch)
        {
            yield return _starts.BinarySearch(Target(last));
        }
        bool goesOn = last.Guard is not null || !(last.IsBranch || last.IsReturn);
        if (goesOn && end < _program.Instructions.Count)
        {
            yield return _starts.BinarySearch(end);
        }
    }

    private int Target(PtxInstruction branch) => _program.Labels.TryGetValue(branch.Operands[0], out int target)
        ? target
        : throw new PtxException($"{_program.Name} has no label {branch.Operands[0]}, to which line {branch.Line} branches.");
}
