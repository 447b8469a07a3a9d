namespace FastSeg.Simd;

/// <summary>
/// Takes each band while it is in the cache. Implemented by structs: the JIT then compiles the filter bank for each of them and calls
/// <see cref="Consume"/> directly.
/// </summary>
internal interface IBandConsumer
{
    /// <summary>Takes one band. The bands of a tile cover its core exactly once, in no promised order.</summary>
    void Consume(in Band band);
}
