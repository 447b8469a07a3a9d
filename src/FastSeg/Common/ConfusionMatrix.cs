using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// How often each class of a truth was given each label, over the pixels whose truth is not 0. Values are label values of 0 to 65535, the
/// truth's with the offset of <see cref="Score.Compare"/> added. A prediction of 0 is a pixel that was left out of the segmentation; it
/// counts as wrong.
/// </summary>
public sealed class ConfusionMatrix
{
    /// <summary>
    /// How many values a byte has. The dense table has a row and a column for each; the dictionary counts pairs with a larger value.
    /// </summary>
    private const int Side = 256;
    private readonly long[] _dense = new long[Side * Side];
    private readonly Dictionary<(int Truth, int Prediction), long> _sparse = [];
    private readonly SortedDictionary<int, long> _truths = [];
    private readonly SortedDictionary<int, long> _predictions = [];

    /// <summary>Pixels counted: those whose truth is not 0.</summary>
    public long Pixels { get; private set; }

    /// <summary>The truth's classes, ascending.</summary>
    public IReadOnlyList<int> Classes => [.. _truths.Keys];

    /// <summary>The labels that the counted pixels were given, ascending.</summary>
    public IReadOnlyList<int> Predictions => [.. _predictions.Keys];

    /// <summary>Pixels of the class <paramref name="truth"/> that were labelled <paramref name="prediction"/>.</summary>
    public long this[int truth, int prediction] =>
        truth < Side && prediction < Side ? _dense[(truth * Side) + prediction] : _sparse.GetValueOrDefault((truth, prediction));

    /// <summary>
    /// Intersection over union of a class: pixels that have it in both the truth and the prediction, over pixels that have it in either. 0
    /// where no pixel has it.
    /// </summary>
    /// <param name="value">The class, as a label value.</param>
    public double Iou(int value)
    {
        long union = _truths.GetValueOrDefault(value) + _predictions.GetValueOrDefault(value) - this[value, value];
        return union == 0 ? 0 : (double)this[value, value] / union;
    }

    /// <summary>Mean of <see cref="Iou"/> over the truth's classes; NaN where nothing was counted.</summary>
    public double MeanIou()
    {
        IReadOnlyList<int> classes = Classes;
        return classes.Count == 0 ? double.NaN : classes.Average(Iou);
    }

    /// <summary>Share of the counted pixels whose label is their class; NaN where nothing was counted.</summary>
    public double Accuracy()
    {
        long right = _truths.Keys.Sum(value => this[value, value]);
        return (double)right / Pixels;
    }

    /// <summary>
    /// Whether both sides can be label maps: the truth has at most 255 values, and the prediction at most 255 besides 0, which marks pixels
    /// that were left out.
    /// </summary>
    internal bool HasClassesOnly => _truths.Count < Side && _predictions.Count <= Side;

    /// <summary>Adds another matrix's counts to this one's; the other matrix stays as it is.</summary>
    public void Add(ConfusionMatrix other)
    {
        foreach ((int truth, int prediction, long pixels) in NotNull(other).Cells())
        {
            Add(truth, prediction, pixels);
        }
    }

    /// <summary>
    /// Counts <paramref name="pixels"/> more pixels of the class <paramref name="truth"/> that were labelled <paramref name="prediction"/>.
    /// </summary>
    internal void Add(int truth, int prediction, long pixels)
    {
        Pixels += pixels;
        _truths[truth] = _truths.GetValueOrDefault(truth) + pixels;
        _predictions[prediction] = _predictions.GetValueOrDefault(prediction) + pixels;
        if (truth < Side && prediction < Side)
        {
            _dense[(truth * Side) + prediction] += pixels;
        }
        else
        {
            _sparse[(truth, prediction)] = _sparse.GetValueOrDefault((truth, prediction)) + pixels;
        }
    }

    /// <summary>Every pair of values that was counted, with its pixels.</summary>
    internal IEnumerable<(int Truth, int Prediction, long Pixels)> Cells()
    {
        for (int i = 0; i < _dense.Length; i++)
        {
            if (_dense[i] > 0)
            {
                yield return (i / Side, i % Side, _dense[i]);
            }
        }
        foreach (((int truth, int prediction), long pixels) in _sparse)
        {
            yield return (truth, prediction, pixels);
        }
    }
}
