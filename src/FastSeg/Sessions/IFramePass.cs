namespace FastSeg.Sessions;

/// <summary>Computes one kind of results of the frame that its lane has taken.</summary>
internal interface IFramePass : IDisposable
{
    /// <summary>Tiles and buffers.</summary>
    Plan Plan { get; }

    /// <summary>Computes the frame.</summary>
    /// <param name="classPixels">To which the pixels of each class are added.</param>
    void Run(long[] classPixels);
}
