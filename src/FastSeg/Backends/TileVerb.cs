namespace FastSeg.Backends;

/// <summary>What a backend does with tiles. A run does one of these, and its plan counts the buffers for that one only.</summary>
internal enum TileVerb
{
    /// <summary>Compute every feature plane.</summary>
    Features,

    /// <summary>Label every pixel.</summary>
    Predict,

    /// <summary>Collect the rows of labelled pixels.</summary>
    Gather,
}
