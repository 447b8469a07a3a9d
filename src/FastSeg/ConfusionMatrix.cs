namespace FastSeg;

/// <summary>
/// How often each class of a truth was given each label. Only pixels whose truth is not 0 count. Values are label values, 0..65535;
/// a prediction of 0 is a pixel that was left out of the segmentation, and counts as wrong.
/// </summary>
public sealed class ConfusionMatrix
{
    private const int Small = 256;
    private readonly long[] _small = new long[Small * Small];
    private readonly Dictionary<(int Truth, int Prediction), long> _large = [];
    private readonly SortedDictionary<int, long> _truths = [];
    private readonly SortedDictionary<int, long> _predictions = [];

    /// <summary>Pixels counted.</summary>
    public long Pixels { get; private set; }

    /// <summary>The truth's classes, ascending.</summary>
    public IReadOnlyList<int> Classes => [.. _truths.Keys];

    /// <summary>The values the prediction takes there, ascending.</summary>
    public IReadOnlyList<int> Predictions => [.. _predictions.Keys];

    /// <summary>Pixels of the class <paramref name="truth"/> that were labelled <paramref name="prediction"/>.</summary>
    public long this[int truth, int prediction] =>
        truth < Small && prediction < Small ? _small[(truth * Small) + prediction] : _large.GetValueOrDefault((truth, prediction));

    /// <summary>
    /// Intersection over union of a class: pixels of the class with its label, over pixels that have one or the other. 0 where it was
    /// never found.
    /// </summary>
    /// <param name="value">A class of the truth.</param>
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
    /// Whether both sides have few enough values to be classes: at most 255, and 0 for what was left out of a segmentation.
    /// </summary>
    internal bool HasClassesOnly => _truths.Count < Small && _predictions.Count <= Small;

    /// <summary>Adds another matrix's counts.</summary>
    public void Add(ConfusionMatrix other)
    {
        foreach ((int truth, int prediction, long pixels) in other.Cells())
        {
            Add(truth, prediction, pixels);
        }
    }

    internal void Add(int truth, int prediction, long pixels)
    {
        Pixels += pixels;
        _truths[truth] = _truths.GetValueOrDefault(truth) + pixels;
        _predictions[prediction] = _predictions.GetValueOrDefault(prediction) + pixels;
        if (truth < Small && prediction < Small)
        {
            _small[(truth * Small) + prediction] += pixels;
        }
        else
        {
            _large[(truth, prediction)] = _large.GetValueOrDefault((truth, prediction)) + pixels;
        }
    }

    private IEnumerable<(int Truth, int Prediction, long Pixels)> Cells()
    {
        for (int i = 0; i < _small.Length; i++)
        {
            if (_small[i] > 0)
            {
                yield return (i / Small, i % Small, _small[i]);
            }
        }
        foreach (((int truth, int prediction), long pixels) in _large)
        {
            yield return (truth, prediction, pixels);
        }
    }
}
