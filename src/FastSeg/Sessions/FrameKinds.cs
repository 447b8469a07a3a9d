using FastSeg.Backends;

namespace FastSeg.Sessions;

/// <summary>Which results of a frame are wanted. A session has buffers for each combination that it was asked for.</summary>
/// <param name="Features">Whether features are wanted; then nothing else is.</param>
/// <param name="Results">Which results of a segmentation are wanted.</param>
/// <param name="Labels">Whether labels are written.</param>
/// <param name="Margins">Whether margins are wanted.</param>
internal readonly record struct FrameKinds(bool Features, ResultKinds Results, bool Labels, bool Margins)
{
    /// <summary>Features alone.</summary>
    public static FrameKinds FeaturesAlone => new(true, default, false, false);

    /// <summary>The results that a frame's targets ask for.</summary>
    public static FrameKinds Of(in SegmentTargets targets)
    {
        int labelBytes = targets.Labels.IsGiven ? targets.Labels.Type.Bytes() : 1;
        int probabilityBytes = targets.Probabilities.IsGiven ? targets.Probabilities.Type.Bytes() : 0;
        return new FrameKinds(
            false, new ResultKinds(labelBytes, probabilityBytes, targets.Confidence.IsGiven), targets.Labels.IsGiven,
            targets.Margins.IsGiven);
    }
}
