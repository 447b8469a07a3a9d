namespace FastSeg.Studio.Live;

/// <summary>One of the two results that the page can compare.</summary>
internal enum Which
{
    /// <summary>What the newest model says.</summary>
    Live,

    /// <summary>What a model said that a person kept, to compare later ones with it.</summary>
    Before,
}
