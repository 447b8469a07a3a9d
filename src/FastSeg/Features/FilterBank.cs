using FastSeg.Images;

namespace FastSeg.Features;

/// <summary>
/// The classical filters on the CPU, for one worker: owns the arena its bands are computed in. Not thread-safe; one per thread.
/// </summary>
internal sealed class FilterBank : IDisposable
{
    /// <summary>Plans and allocates everything a run needs.</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="channels">Channels of the tiles (1 or 3).</param>
    /// <param name="maxCore">Largest tile core that will come.</param>
    public FilterBank(FeatureSpec spec, int channels, Region maxCore)
    {
        _ = (spec, channels, maxCore);
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(FeatureSpec spec, int channels, Region maxCore) => 0;

    /// <summary>Widest and tallest band that <see cref="Run"/> hands out.</summary>
    public static (int Width, int Height) MaxBand => (256, 16);

    /// <summary>Computes every plane of the tile's core, band by band. Allocates nothing.</summary>
    public void Run<TConsumer>(Tile tile, ref TConsumer consumer) where TConsumer : struct, IBandConsumer
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
