namespace FastSeg.Deep.Convolutions;

/// <summary>What a register tile reads: everything of a row's convolution that does not change along the row.</summary>
internal unsafe struct ConvolutionRow
{
    /// <summary>
    /// The entries, one for each window row and input block: each points at the pixel under the window's left column for the first output.
    /// </summary>
    public nint* Sources;

    /// <summary>Channels of each entry.</summary>
    public int* Channels;

    /// <summary>Number of entries.</summary>
    public int Entries;

    /// <summary>Window columns.</summary>
    public int Taps;

    /// <summary>Floats from the packed weights of an input channel to the next one's: 32 for a pair of output blocks, 16 for one.</summary>
    public int WeightStep;

    /// <summary>Floats from the output of the first vector to that of the second.</summary>
    public nint SecondVector;

    /// <summary>Floats from the output of a pixel to that of the next.</summary>
    public nint OutputStep;
}
