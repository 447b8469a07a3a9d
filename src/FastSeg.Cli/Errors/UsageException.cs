namespace FastSeg.Cli.Errors;

/// <summary>
/// The arguments do not fit together. The program prints the sentence and a hint, and exits with <see cref="ExitCode.Usage"/>.
/// </summary>
internal sealed class UsageException(string message, Exception? cause = null) : Exception(message, cause);
