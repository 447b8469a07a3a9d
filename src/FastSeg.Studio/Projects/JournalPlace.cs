namespace FastSeg.Studio.Projects;

/// <summary>Where a record lies in the journal.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes, with the end of the line.</param>
internal readonly record struct JournalPlace(long Offset, int Length);
