namespace FastSeg.Images;

/// <summary>How a copy of an image lies. Each way undoes itself.</summary>
internal enum Flip
{
    /// <summary>The last column comes first.</summary>
    LeftRight,

    /// <summary>The last row comes first.</summary>
    TopBottom,

    /// <summary>Columns become rows.</summary>
    Transposed,
}
