namespace FastSeg.Cli.Errors;

/// <summary>Exceptions as one line for the user.</summary>
internal static class ErrorText
{
    /// <summary>The exception's own sentence where it was written for the user; otherwise its type and message.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="verbose">Whether the stack trace is printed too; if not, an unexpected exception's line says how to get it.</param>
    public static string Of(Exception e, bool verbose = false) => e switch
    {
        FastSegException failure => OneLine(SettingFlags.Sentence(failure)),
        UsageException => OneLine(e.Message),
        TypeInitializationException { InnerException: { } inner } => Of(inner, verbose),
        OutOfMemoryException => "out of memory; --memory makes a run fit (`fastseg plan` shows what it needs).",
        IOException or UnauthorizedAccessException => OneLine(e.Message),
        _ => $"unexpected {e.GetType().Name}: {OneLine(e.Message)}{(verbose ? "" : " (--verbose shows where)")}",
    };

    /// <summary>A message without its line breaks.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
