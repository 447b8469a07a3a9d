namespace FastSeg;

/// <summary>A session was called while another call is in it.</summary>
public sealed class SessionBusyException()
    : InvalidOperationException("The session is in use by another thread; a session takes one call at a time, so open one for each thread.");
