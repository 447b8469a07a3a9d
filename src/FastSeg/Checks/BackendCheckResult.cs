namespace FastSeg;

/// <summary>One operation of a backend, compared with its reference.</summary>
/// <param name="Operation">What was computed.</param>
/// <param name="Size">The size of the input, as a text.</param>
/// <param name="MaxError">Largest difference from the reference, or the number of results that are wrong, as the operation says.</param>
/// <param name="Allowed">The largest error that passes: 0 where the results must be equal.</param>
/// <param name="Seconds">Time of the operation, without the reference; 0 on the simulated device, whose times mean nothing.</param>
public sealed record BackendCheckResult(string Operation, string Size, double MaxError, double Allowed, double Seconds)
{
    /// <summary>Whether the error is at most what is allowed. NaN never passes.</summary>
    public bool Passed => MaxError <= Allowed;

    /// <summary>The counted work of a device's kernels; null where nothing is counted.</summary>
    public BackendWork? Work { get; init; }

    /// <summary>How fast a device's kernels ran; null where that was not measured.</summary>
    public BackendRate? Rate { get; init; }
}

/// <summary>The work of kernels, counted in their code.</summary>
/// <param name="BytesPerPixel">Bytes that go through device memory for each pixel.</param>
/// <param name="FlopsPerPixel">Float32 operations for each pixel; a fused multiply-add counts as two.</param>
/// <param name="Launches">Launches for each tile.</param>
public sealed record BackendWork(double BytesPerPixel, double FlopsPerPixel, int Launches);

/// <summary>
/// How fast kernels ran, in the unit that limits them: bytes, or flops. It is the one that came nearer to the rate that was measured on the
/// same device, of copying or of multiply-adds.
/// </summary>
/// <param name="PerSecond">Bytes or flops a second.</param>
/// <param name="Flops">Whether the unit is flops.</param>
/// <param name="Share">The rate as a part of the measured one; null where this is a measured one.</param>
public sealed record BackendRate(double PerSecond, bool Flops, double? Share);
