using FastSeg.Kernels;

namespace FastSeg.Features;

/// <summary>
/// The additions of a <see cref="MembranePlan"/> as the tables of <see cref="MembraneTables"/>. A sum that several lines share is formed
/// for each (416 additions instead of 348 for the default geometry); which terms meet in which addition stays, so the bits do too.
/// </summary>
internal sealed class MembraneProgram
{
    private const int Offset = 64;

    private readonly MembranePlan _plan;
    private readonly int[] _depths;
    private readonly List<int> _entries = [];

    /// <summary>Writes the tables.</summary>
    public MembraneProgram(MembranePlan plan)
    {
        _plan = plan;
        int pairs = plan.Lines.Pairs.Count, angles = plan.Lines.Angles;
        _depths = new int[pairs + plan.Sums.Count];
        for (int term = 0; term < _depths.Length; term++)
        {
            _depths[term] = term < pairs ? 1 : Joined(plan.Sums[term - pairs]);
        }
        FirstEntry = new int[angles + 1];
        for (int line = 0; line < angles; line++)
        {
            if (plan.LineTerm[line] != MembranePlan.NoTerm)
            {
                Depth = Math.Max(Depth, _depths[plan.LineTerm[line]]);
                Write(plan.LineTerm[line]);
            }
            FirstEntry[line + 1] = _entries.Count;
        }
        Reciprocals = Array.ConvertAll(plan.Lines.PixelCounts, pixels => 1f / pixels);
        int last = angles - 1;
        Comparators = [.. SelectionNetwork.Create(angles, [0, last / 2, angles / 2, last]).Select(comparator => comparator.Low | (comparator.High << 8))];
    }

    /// <summary>Every line's entries.</summary>
    public IReadOnlyList<int> Entries => _entries;

    /// <summary>For every line, and behind the last: its first entry.</summary>
    public int[] FirstEntry { get; }

    /// <summary>For every line the reciprocal of its pixels.</summary>
    public float[] Reciprocals { get; }

    /// <summary>The selection network.</summary>
    public int[] Comparators { get; }

    /// <summary>Most sums that are held at once; the topmost is in a register.</summary>
    public int Depth { get; }

    private int Joined((int Left, int Right) sum)
    {
        int left = _depths[sum.Left], right = _depths[sum.Right];
        return left == right ? left + 1 : Math.Max(left, right);
    }

    private void Write(int term)
    {
        int pairs = _plan.Lines.Pairs.Count;
        if (term < pairs)
        {
            PatchPixel pixel = _plan.Lines.Pairs[term];
            _entries.Add((pixel.X + Offset) | ((pixel.Y + Offset) << 8));
            return;
        }
        (int left, int right) = _plan.Sums[term - pairs];
        // The deeper side first, as with registers: the stack is then no deeper than a balanced tree would need.
        (int first, int second) = _depths[left] >= _depths[right] ? (left, right) : (right, left);
        Write(first);
        Write(second);
        _entries[^1] += 1 << 16;
    }
}
