namespace FastSeg;

/// <summary>One operation of a backend, compared with its reference.</summary>
/// <param name="Operation">What was computed.</param>
/// <param name="Size">The size of its input, as a text.</param>
/// <param name="MaxError">Largest difference from the reference.</param>
/// <param name="Allowed">The largest difference that passes: 0 where the results must have the same bits.</param>
/// <param name="Seconds">Time of the operation, without the reference; 0 on the simulated device, whose times mean nothing.</param>
public sealed record BackendCheckResult(string Operation, string Size, double MaxError, double Allowed, double Seconds)
{
    /// <summary>Whether the error is within what is allowed; NaN is not.</summary>
    public bool Passed => MaxError <= Allowed;

    /// <summary>The counted work of a device's kernels; null where nothing is counted.</summary>
    public BackendWork? Work { get; init; }

    /// <summary>How fast a device's kernels ran; null where that was not measured.</summary>
    public BackendRate? Rate { get; init; }
}

/// <summary>The work of kernels for each pixel, counted in their code.</summary>
/// <param name="BytesPerPixel">Bytes that go through device memory.</param>
/// <param name="FlopsPerPixel">Float32 operations; a fused multiply-add counts as two.</param>
/// <param name="Launches">Launches for each tile.</param>
public sealed record BackendWork(double BytesPerPixel, double FlopsPerPixel, int Launches);

/// <summary>
/// How fast kernels ran, in the unit that limits them: bytes or flops, whichever came nearer to the device's own measured rate of copying
/// or of multiply-adds.
/// </summary>
/// <param name="PerSecond">Bytes or flops a second.</param>
/// <param name="Flops">Whether the unit is flops.</param>
/// <param name="Share">Part of the device's own measured rate; null where this is that rate.</param>
public sealed record BackendRate(double PerSecond, bool Flops, double? Share);
