namespace FastSeg.Features.Local;

/// <summary>
/// What the pass along x of <see cref="LocalStandardisation"/> leaves for the pass along y: the sums of every row of a panel of one cell,
/// column of vectors by column of vectors.
/// </summary>
internal readonly unsafe struct LocalSums
{
    /// <summary>S1 of each row; a row has one vector.</summary>
    public float* Deviations { get; init; }

    /// <summary>S2 of each row, laid out alike.</summary>
    public float* Squares { get; init; }

    /// <summary>W of each row, laid out alike; without a mask of one row, because all rows have the same.</summary>
    public float* Weights { get; init; }

    /// <summary>The shift of each row.</summary>
    public float* Shifts { get; init; }

    /// <summary>1 for each row whose shift is that of a pixel that counts, else 0.</summary>
    public float* Counts { get; init; }

    /// <summary>Floats from a column of vectors to the next one, in <see cref="Deviations"/> and <see cref="Squares"/>.</summary>
    public nint Stride { get; init; }

    /// <summary>The same of <see cref="Weights"/>.</summary>
    public nint WeightStride { get; init; }

    /// <summary>Floats from a row's weights to the next one's: a vector with a mask, 0 without one.</summary>
    public int WeightStep { get; init; }
}
