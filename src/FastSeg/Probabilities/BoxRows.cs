namespace FastSeg.Probabilities;

/// <summary>One or two neighbouring rows of some planes, which lie side by side in each row, and whose boxes are summed.</summary>
internal readonly unsafe struct BoxRows
{
    /// <summary>How many planes.</summary>
    public required int Planes { get; init; }

    /// <summary>Columns of a plane that are summed; whole vectors.</summary>
    public required nint Columns { get; init; }

    /// <summary>Floats from a plane to the next, but for the sums, which have <see cref="Columns"/> each.</summary>
    public required nint PlaneStride { get; init; }

    /// <summary>Whether there are two rows.</summary>
    public required bool Two { get; init; }

    /// <summary>The first row's values.</summary>
    public required float* Values { get; init; }

    /// <summary>One plane that all are multiplied with; null where the values themselves are summed.</summary>
    public float* Factor { get; init; }

    /// <summary>Floats from the first row to the second, of values and factor.</summary>
    public required nint Step { get; init; }

    /// <summary>Sums of the rows above in the block, 0 before its first row; the rows are added.</summary>
    public required float* Above { get; init; }

    /// <summary>Sums of the rows of the block above that the first row's boxes still reach.</summary>
    public required float* End { get; init; }

    /// <summary>Floats to those of the second row.</summary>
    public required nint EndStep { get; init; }

    /// <summary>Receives the sums of the first row's boxes; sum i begins at column i.</summary>
    public required float* Sums { get; init; }

    /// <summary>Floats to those of the second row.</summary>
    public required nint SumsStep { get; init; }
}
