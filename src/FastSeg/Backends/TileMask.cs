namespace FastSeg.Backends;

/// <summary>Which pixels of a tile's core are segmented: those whose mask sample is not zero. The default is every pixel.</summary>
/// <param name="samples">One sample a pixel, row by row; empty where there is no mask.</param>
/// <param name="sampleBytes">Bytes of a sample: 1 or 2.</param>
internal readonly ref struct TileMask(ReadOnlySpan<byte> samples, int sampleBytes)
{
    private readonly ReadOnlySpan<byte> _samples = samples;
    private readonly int _sampleBytes = sampleBytes;

    /// <summary>Whether the pixel of this number in the core is segmented.</summary>
    public bool Holds(long pixel)
    {
        if (_samples.IsEmpty)
        {
            return true;
        }
        int at = (int)pixel * _sampleBytes;
        return _samples[at] != 0 || (_sampleBytes == 2 && _samples[at + 1] != 0);
    }
}
