namespace FastSeg;

/// <summary>What becomes of the bar of text that an electron microscope writes below an image.</summary>
public enum DataBar
{
    /// <summary>The image is taken as it is.</summary>
    None,

    /// <summary>Where the lowest rows look like such a bar, they are left out, as those are where a mask is 0.</summary>
    Auto,
}
