namespace FastSeg.Forest;

/// <summary>How the GPU walks a forest.</summary>
internal enum ForestWalk
{
    /// <summary>Trees and up to 64 byte planes in shared memory.</summary>
    Few,

    /// <summary>Trees and up to 128 byte planes in shared memory.</summary>
    More,

    /// <summary>Trees and up to 256 byte planes in shared memory, half as many threads.</summary>
    Most,

    /// <summary>Everything in global memory: more byte planes, or a tree that does not fit.</summary>
    Large,
}
