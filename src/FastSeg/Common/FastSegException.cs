namespace FastSeg;

/// <summary>
/// A failure the caller can act on. The message is one sentence: what is wrong, in which file or value, and what would be right.
/// </summary>
public sealed class FastSegException : Exception
{
    /// <summary>Creates the failure from its one sentence.</summary>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    /// <param name="innerException">The failure underneath, if there is one.</param>
    public FastSegException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
