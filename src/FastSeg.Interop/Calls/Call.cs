namespace FastSeg.Interop.Calls;

/// <summary>The border between C and C#: no exception crosses it.</summary>
internal static class Call
{
    /// <summary>Runs a function's body. This allocates; where frames are computed, the body stands in a try block of its own.</summary>
    public static int Run(Action body)
    {
        try
        {
            body();
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Failed(e);
        }
    }

    /// <summary>Keeps the sentence of a failure and returns its status.</summary>
    public static int Failed(Exception e)
    {
        (Status status, string sentence) = Of(e);
        Host.SetError(OneLine(sentence));
        if (status == Status.Internal)
        {
            Host.Log(LogLevel.Error, e.ToString());
        }
        return (int)status;
    }

    private static (Status Status, string Sentence) Of(Exception e) => e switch
    {
        CallException call => (call.Status, call.Message),
        FastSegException => (Status.Failed, e.Message),
        SessionBusyException => (Status.Busy, e.Message),
        OperationCanceledException => (Status.Cancelled, "The progress callback cancelled the call."),
        OutOfMemoryException => (Status.OutOfMemory, "The system has no more memory; give the call a memory limit that it can keep."),
        ArgumentException argument => (Status.InvalidArgument, WithoutParameter(argument)),
        IOException or UnauthorizedAccessException => (Status.Failed, e.Message),
        TypeInitializationException { InnerException: { } inner } => Of(inner),
        AggregateException { InnerExceptions: [{ } only] } => Of(only),
        _ => (Status.Internal, $"FastSeg failed unexpectedly, which is a fault of its own: {e.GetType().Name}: {e.Message}"),
    };

    /// <summary>The sentence alone: .NET puts the name of the C# parameter behind it.</summary>
    private static string WithoutParameter(ArgumentException e)
    {
        int end = e.ParamName is null ? -1 : e.Message.LastIndexOf($" (Parameter '{e.ParamName}')", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
