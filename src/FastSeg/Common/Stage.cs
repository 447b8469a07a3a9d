namespace FastSeg;

/// <summary>What a run spends its time on; the names in a report are these in lower case.</summary>
public enum Stage
{
    /// <summary>Decoding image samples.</summary>
    Read,

    /// <summary>Classical features.</summary>
    Filters,

    /// <summary>The vision transformer.</summary>
    Vit,

    /// <summary>Projection of tokens on the principal components.</summary>
    Projection,

    /// <summary>Upsampling deep features to full resolution.</summary>
    Upsampler,

    /// <summary>Collecting the labelled pixels' rows.</summary>
    Gather,

    /// <summary>Training the trees.</summary>
    Train,

    /// <summary>Binning and walking the trees, and deciding.</summary>
    Forest,

    /// <summary>Encoding and writing results.</summary>
    Write,
}
