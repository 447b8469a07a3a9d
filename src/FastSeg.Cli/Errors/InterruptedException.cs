namespace FastSeg.Cli.Errors;

/// <summary>The user interrupted a run of which something stays; the message says what.</summary>
internal sealed class InterruptedException(string message, Exception inner) : OperationCanceledException(message, inner);
