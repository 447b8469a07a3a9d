using FastSeg.Images;

namespace FastSeg.Sessions;

/// <summary>The writers of one kind of results of a segmentation.</summary>
internal sealed class FrameOutputs
{
    private readonly FrameWriter? _labels, _probabilities, _confidence, _margins;

    /// <summary>Makes a writer for each result that is wanted.</summary>
    /// <param name="shape">What frames look like.</param>
    /// <param name="kinds">Which results.</param>
    /// <param name="classes">Number of classes.</param>
    public FrameOutputs(FrameShape shape, FrameKinds kinds, int classes)
    {
        if (kinds.Labels)
        {
            _labels = new FrameWriter(shape, kinds.Results.LabelBytes == 1 ? SampleType.UInt8 : SampleType.UInt16, 1);
        }
        if (kinds.Results.ProbabilityBytes > 0)
        {
            _probabilities = new FrameWriter(
                shape, kinds.Results.ProbabilityBytes == 1 ? SampleType.UInt8 : SampleType.Float32, classes);
        }
        _confidence = kinds.Results.Confidence ? new FrameWriter(shape, SampleType.Float32, 1) : null;
        _margins = kinds.Margins ? new FrameWriter(shape, SampleType.Float32, Groups(classes)) : null;
        Writers = new SegmentOutputs { Labels = _labels, Probabilities = _probabilities, Confidence = _confidence };
    }

    /// <summary>Labels, probabilities and confidence.</summary>
    public SegmentOutputs Writers { get; }

    /// <summary>Margins, or null.</summary>
    public ImageWriter? Margins => _margins;

    /// <summary>Planes of margins: XGBoost has one for two classes.</summary>
    public static int Groups(int classes) => classes == 2 ? 1 : classes;

    /// <summary>Takes the memory for the next frame's results.</summary>
    /// <param name="targets">Those that are wanted, with all strides said.</param>
    public void Take(in SegmentTargets targets)
    {
        _labels?.Take(targets.Labels);
        _probabilities?.Take(targets.Probabilities);
        _confidence?.Take(targets.Confidence);
        _margins?.Take(targets.Margins);
    }
}
