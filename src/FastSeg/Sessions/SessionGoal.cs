namespace FastSeg;

/// <summary>What a session's threads are for.</summary>
public enum SessionGoal
{
    /// <summary>All threads work on one frame, which is then ready soonest.</summary>
    Latency,

    /// <summary>
    /// Each thread works on a frame of its own, where several are given in one call; more frames a second, each of them later. On a GPU,
    /// one frame goes up while another one is computed.
    /// </summary>
    Throughput,
}
