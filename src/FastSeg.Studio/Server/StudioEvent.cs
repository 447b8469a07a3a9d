namespace FastSeg.Studio.Server;

/// <summary>Something that pages are told.</summary>
/// <param name="Name">Its kind: change, status, overlay, job, picture, project or resync.</param>
/// <param name="Data">What it says, as JSON in one line.</param>
internal sealed record StudioEvent(string Name, string Data);
