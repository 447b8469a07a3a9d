namespace FastSeg.Interop.Calls;

/// <summary>A failure that has a status of its own.</summary>
/// <param name="status">What the function returns.</param>
/// <param name="sentence">What is wrong, where, and what would be right.</param>
internal sealed class CallException(Status status, string sentence) : Exception(sentence)
{
    /// <summary>What the function returns.</summary>
    public Status Status { get; } = status;

    /// <summary>The failure of an argument.</summary>
    public static CallException Argument(string sentence) => new(Status.InvalidArgument, sentence);
}
