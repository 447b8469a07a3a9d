using FastSeg.Kernels;

namespace FastSeg.Features;

/// <summary>
/// The additions of a <see cref="MembranePlan"/> as a program for a stack, in the form of <see cref="MembraneTables"/>. A sum that several
/// lines share is formed again for each of them (416 additions instead of 348 for the default geometry); the same terms still meet in the
/// same additions, so the bits are the same.
/// </summary>
internal sealed class MembraneProgram
{
    // Coordinates of a pixel are stored as unsigned bytes; a patch reaches at most 31 pixels from its centre.
    private const int Offset = 64;

    private readonly MembranePlan _plan;
    private readonly int[] _depths;
    private readonly List<int> _entries = [];

    /// <summary>Writes the tables of a plan.</summary>
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
        Comparators = [.. SelectionNetwork.Create(angles, [0, last / 2, angles / 2, last])
            .Select(comparator => comparator.Low | (comparator.High << 8))];
    }

    /// <summary>The entries of all lines, one line after another.</summary>
    public IReadOnlyList<int> Entries => _entries;

    /// <summary>For every line its first entry, and behind these the number of all entries.</summary>
    public int[] FirstEntry { get; }

    /// <summary>For every line the reciprocal of its pixel count.</summary>
    public float[] Reciprocals { get; }

    /// <summary>The selection network: the low position in bits 0 to 7, the high one above.</summary>
    public int[] Comparators { get; }

    /// <summary>Most sums that a program holds at once, the topmost one in a register included.</summary>
    public int Depth { get; }

    /// <summary>
    /// Depth of the stack that a sum needs when its deeper side is computed first: one more only where both sides are equally deep.
    /// </summary>
    private int Joined((int Left, int Right) sum)
    {
        int left = _depths[sum.Left], right = _depths[sum.Right];
        return left == right ? left + 1 : Math.Max(left, right);
    }

    /// <summary>Writes the entries that put a term on the stack.</summary>
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
        // The deeper side first: the other one then needs one place less, beside the finished sum.
        (int first, int second) = _depths[left] >= _depths[right] ? (left, right) : (right, left);
        Write(first);
        Write(second);
        // The entry that is now last adds once more.
        _entries[^1] += 1 << 16;
    }
}
