namespace FastSeg.Sessions;

/// <summary>
/// One kind of results of one frame after another where most buffers depend on more than the frame's shape: each frame is a run of its own,
/// on the session's threads.
/// </summary>
/// <param name="plan">The plan of a frame.</param>
/// <param name="run">Computes the frame that was taken.</param>
internal sealed class FrameRun(Plan plan, Func<RunResult> run) : IFramePass
{
    /// <inheritdoc/>
    public Plan Plan { get; } = plan;

    /// <inheritdoc/>
    public void Run(long[] classPixels)
    {
        IReadOnlyList<long> found = run().ClassPixels;
        for (int c = 0; c < found.Count; c++)
        {
            classPixels[c] += found[c];
        }
    }

    /// <summary>Does nothing: a run has freed its buffers when it ends.</summary>
    public void Dispose()
    {
    }
}
