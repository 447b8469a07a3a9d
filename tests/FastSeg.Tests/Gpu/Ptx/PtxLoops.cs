namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>The loops of a kernel in which no other loop lies.</summary>
internal static class PtxLoops
{
    /// <summary>The instructions of each inner loop.</summary>
    public static IEnumerable<IReadOnlyList<PtxInstruction>> Inner(PtxProgram program)
    {
        (int First, int Last)[] loops = [.. Enumerable.Range(0, program.Instructions.Count)
            .Where(i => program.Instructions[i].IsBranch && program.Labels[program.Instructions[i].Operands[0]] <= i)
            .Select(i => (program.Labels[program.Instructions[i].Operands[0]], i))];
        return loops.Where(loop => !loops.Any(other => other != loop && other.First >= loop.First && other.Last <= loop.Last))
            .Select(loop => program.Instructions.GetRange(loop.First, loop.Last - loop.First + 1));
    }

    /// <summary>Products of a register that widen an index to an address; those of a constant vanish when the PTX is assembled.</summary>
    public static int Widenings(IEnumerable<PtxInstruction> instructions) => instructions.Count(
        i => i.Name.StartsWith("mul.wide", StringComparison.Ordinal) && i.Operands[1].StartsWith('%'));

    /// <summary>Reads of memory.</summary>
    public static int Reads(IEnumerable<PtxInstruction> instructions) => instructions.Count(
        i => i.Name.StartsWith("ld.shared", StringComparison.Ordinal) || i.Name.StartsWith("ld.global", StringComparison.Ordinal));
}
