namespace FastSeg.Backends;

/// <summary>
/// Which pixels of a tile's core are segmented: those whose mask sample is not 0. The default value segments every pixel.
/// </summary>
/// <param name="samples">
/// One sample for each pixel of the core, row by row; empty where there is no mask. The mask only borrows them.
/// </param>
/// <param name="sampleBytes">Bytes of a sample: 1 or 2.</param>
internal readonly ref struct TileMask(ReadOnlySpan<byte> samples, int sampleBytes)
{
    private readonly ReadOnlySpan<byte> _samples = samples;
    private readonly int _sampleBytes = sampleBytes;

    /// <summary>Whether there is no mask, so that every pixel is segmented.</summary>
    public bool IsEmpty => _samples.IsEmpty;

    /// <summary>Whether a pixel is segmented, by its number in the core.</summary>
    public bool Holds(long pixel)
    {
        if (IsEmpty)
        {
            return true;
        }
        int at = (int)pixel * _sampleBytes;
        return _samples[at] != 0 || (_sampleBytes == 2 && _samples[at + 1] != 0);
    }
}
