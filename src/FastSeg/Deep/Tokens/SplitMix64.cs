namespace FastSeg.Deep.Tokens;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014). Unlike the runtime's generator its algorithm is fixed, so a seed gives the same numbers
/// everywhere.
/// </summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1): the upper 53 bits over 2^53.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in 0 .. count - 1.</summary>
    public long NextIndex(long count) => Math.Min(count - 1, (long)(NextDouble() * count));
}
