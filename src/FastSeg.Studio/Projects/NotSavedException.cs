namespace FastSeg.Studio.Projects;

/// <summary>
/// What a person did was right and could not be written to the disk, as on one that is full: whoever asked keeps it and asks again.
/// </summary>
internal sealed class NotSavedException(string sentence, Exception cause) : IOException(sentence, cause);
