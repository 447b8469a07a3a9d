using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Native;
using FastSeg.Probabilities;

namespace FastSeg.Forest.Growing;

/// <summary>
/// Margins of all rows, and from them the derivatives of the loss: of the logistic loss for two classes, of the cross-entropy of the
/// softmax for more. With p the probability of a class and y whether the row is of it, g = p - y, and h = p (1 - p), twice that for the
/// softmax, as XGBoost has it.
/// </summary>
internal sealed unsafe class Gradients : IDisposable
{
    /// <summary>The least second derivative, as in XGBoost.</summary>
    private const float LeastHessian = 1e-16f;

    private readonly HostBuffer _buffer;
    private readonly float* _margins, _probabilities;
    private readonly int* _labels;
    private readonly float* _weights;
    private readonly int _count;

    /// <summary>All margins are 0.</summary>
    /// <param name="labels">The class of each row; copied.</param>
    /// <param name="weights">The weight of each row, or null; read as long as this lives.</param>
    /// <param name="count">Rows.</param>
    /// <param name="classes">Classes.</param>
    public Gradients(int* labels, float* weights, int count, int classes)
    {
        _weights = weights;
        _count = count;
        Groups = GroupsOf(classes);
        _buffer = new HostBuffer(Bytes(count, classes));
        _margins = (float*)_buffer.Pointer;
        _probabilities = _margins + ((long)Groups * count);
        _labels = (int*)(_probabilities + ((long)classes * count));
        new ReadOnlySpan<int>(labels, count).CopyTo(new Span<int>(_labels, count));
        for (int group = 0; group < Groups; group++)
        {
            new Span<float>(Margins(group), count).Clear();
        }
    }

    /// <summary>Margins of a row: one for two classes, otherwise one for each class.</summary>
    public int Groups { get; }

    /// <summary>Bytes that are held.</summary>
    public static long Bytes(long count, int classes) => count * (GroupsOf(classes) + classes + 1) * sizeof(float);

    /// <summary>The margins of a group, to which a tree adds.</summary>
    public float* Margins(int group) => _margins + ((long)group * _count);

    /// <summary>Makes probabilities of the margins, before a round.</summary>
    public void Begin() => SoftmaxCpu.Run(_margins, _count, Groups, _probabilities, _count, _count);

    /// <summary>Draws rows for a tree and gives them their derivatives, but not their sums.</summary>
    /// <param name="group">The group that the tree belongs to.</param>
    /// <param name="draws">The tree's random numbers.</param>
    /// <param name="share">The share of rows that is drawn.</param>
    /// <param name="from">The first row that may be drawn.</param>
    /// <param name="to">The first that may not.</param>
    /// <param name="rows">Lists with room for these rows; receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Draw(int group, Draws draws, double share, int from, int to, ref NodeRows rows)
    {
        int wanted = Groups == 1 ? 1 : group;
        float* probabilities = _probabilities + ((long)wanted * _count);
        float scale = Groups == 1 ? 1 : 2;
        ulong limit = Draws.Limit(share);
        (int drawn, int others) = (0, 0);
        for (int row = from; row < to; row++)
        {
            float p = probabilities[row], weight = _weights == null ? 1 : _weights[row];
            float gradient = (p - (_labels[row] == wanted ? 1f : 0f)) * weight;
            float hessian = Math.Max(scale * p * (1f - p), LeastHessian) * weight;
            // Written to both lists, of which one moves on: which rows are drawn cannot be guessed.
            rows.Ids[drawn] = row;
            rows.Derivatives[2 * (nint)drawn] = gradient;
            rows.Derivatives[(2 * (nint)drawn) + 1] = hessian;
            rows.Others[others] = row;
            int taken = draws.At(row) >> 11 < limit ? 1 : 0;
            drawn += taken;
            others += 1 - taken;
        }
        (rows.Count, rows.OtherCount) = (drawn, others);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    /// <summary>Sums of the derivatives, of even and odd rows apart, so that an addition need not wait for the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddUp(ref NodeRows root)
    {
        float* from = root.Derivatives;
        Vector128<double> even = Vector128<double>.Zero, odd = Vector128<double>.Zero;
        int row = 0;
        for (; row <= root.Count - 2; row += 2)
        {
            Vector128<float> two = Vector128.Load(from + (2 * (nint)row));
            (Vector128<double> first, Vector128<double> second) = Vector128.Widen(two);
            even += first;
            odd += second;
        }
        Vector128<double> sums = even + odd;
        (root.Gradient, root.Hessian) = (sums[0], sums[1]);
        if (row < root.Count)
        {
            root.Gradient += from[2 * (nint)row];
            root.Hessian += from[(2 * (nint)row) + 1];
        }
    }

    private static int GroupsOf(int classes) => classes == 2 ? 1 : classes;
}
