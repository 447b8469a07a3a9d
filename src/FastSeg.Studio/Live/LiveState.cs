namespace FastSeg.Studio.Live;

/// <summary>What the live loop is doing; the page shows the name in lower case.</summary>
internal enum LiveState
{
    /// <summary>Nothing is looked at.</summary>
    Idle,

    /// <summary>Something is missing before anything can be trained: labels of a second class.</summary>
    Needs,

    /// <summary>A page's mean and deviation, or its deep features, are being computed.</summary>
    Measuring,

    /// <summary>Trees are being trained.</summary>
    Training,

    /// <summary>What is on screen is being segmented.</summary>
    Segmenting,

    /// <summary>What is on screen is up to date.</summary>
    Segmented,

    /// <summary>Training or segmenting failed; the text says why.</summary>
    Failed,
}
