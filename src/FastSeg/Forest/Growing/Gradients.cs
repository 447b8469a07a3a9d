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
    /// <param name="labels">The class of each row; read as long as this lives.</param>
    /// <param name="weights">The weight of each row, or null; likewise.</param>
    /// <param name="count">Rows.</param>
    /// <param name="classes">Classes.</param>
    public Gradients(int* labels, float* weights, int count, int classes)
    {
        _labels = labels;
        _weights = weights;
        _count = count;
        Groups = GroupsOf(classes);
        _buffer = new HostBuffer(Bytes(count, classes));
        _margins = (float*)_buffer.Pointer;
        _probabilities = _margins + ((long)Groups * count);
        for (int group = 0; group < Groups; group++)
        {
            new Span<float>(Margins(group), count).Clear();
        }
    }

    /// <summary>Margins of a row: one for two classes, otherwise one for each class.</summary>
    public int Groups { get; }

    /// <summary>Bytes that are held.</summary>
    public static long Bytes(long count, int classes) => count * (GroupsOf(classes) + classes) * sizeof(float);

    /// <summary>The margins of a group, to which a tree adds.</summary>
    public float* Margins(int group) => _margins + ((long)group * _count);

    /// <summary>Makes probabilities of the margins, before a round.</summary>
    public void Begin() => SoftmaxCpu.Run(_margins, _count, Groups, _probabilities, _count, _count);

    /// <summary>Draws the rows of a tree and gives them their derivatives.</summary>
    /// <param name="group">The group that the tree belongs to.</param>
    /// <param name="draws">The tree's random numbers.</param>
    /// <param name="share">The share of rows that is drawn.</param>
    /// <param name="root">A root without rows; receives them.</param>
    public void Draw(int group, Draws draws, double share, ref NodeRows root)
    {
        int wanted = Groups == 1 ? 1 : group;
        float* probabilities = _probabilities + ((long)wanted * _count);
        float scale = Groups == 1 ? 1 : 2;
        ulong limit = Draws.Limit(share);
        (int drawn, int others) = (0, 0);
        (double gradients, double hessians) = (0, 0);
        for (int row = 0; row < _count; row++)
        {
            float p = probabilities[row], weight = _weights == null ? 1 : _weights[row];
            float gradient = (p - (_labels[row] == wanted ? 1f : 0f)) * weight;
            float hessian = Math.Max(scale * p * (1f - p), LeastHessian) * weight;
            // Written to both lists, of which one moves on: which rows are drawn cannot be guessed.
            root.Ids[drawn] = row;
            root.Derivatives[2 * (nint)drawn] = gradient;
            root.Derivatives[(2 * (nint)drawn) + 1] = hessian;
            root.Others[others] = row;
            bool taken = draws.At(row) >> 11 < limit;
            drawn += taken ? 1 : 0;
            others += taken ? 0 : 1;
            gradients += taken ? gradient : 0;
            hessians += taken ? hessian : 0;
        }
        (root.Count, root.OtherCount, root.Gradient, root.Hessian) = (drawn, others, gradients, hessians);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static int GroupsOf(int classes) => classes == 2 ? 1 : classes;
}
