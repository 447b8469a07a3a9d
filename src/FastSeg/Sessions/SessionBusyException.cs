namespace FastSeg;

/// <summary>A session was called while another call is in it.</summary>
public sealed class SessionBusyException()
    : InvalidOperationException("The session is in a call already; it takes one at a time, so open a session for each thread.");
