namespace FastSeg;

/// <summary>What a run spends its time on; a report writes these names in lower case.</summary>
public enum Stage
{
    /// <summary>Decoding image samples.</summary>
    Read,

    /// <summary>
    /// Classical features. On a device this is the whole job, from upload to download, of a tile to which no trees are applied.
    /// </summary>
    Filters,

    /// <summary>The vision transformer.</summary>
    Vit,

    /// <summary>Projection of tokens on the principal components.</summary>
    Projection,

    /// <summary>Upsampling deep features to full resolution.</summary>
    Upsampler,

    /// <summary>Collecting the labelled pixels' rows, or putting planes together to be written.</summary>
    Gather,

    /// <summary>Training the trees.</summary>
    Train,

    /// <summary>
    /// Binning, walking the trees and deciding. On a device this is the whole job, from upload to download, of a tile to which trees are
    /// applied.
    /// </summary>
    Forest,

    /// <summary>Encoding and writing results.</summary>
    Write,
}
