using FastSeg.Backends;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>One thread's part of a mask: which pixels around a tile's core are kept. Without a mask they all are.</summary>
internal sealed unsafe class MaskReader : IDisposable
{
    private readonly ImageReader? _mask;
    private readonly HostBuffer? _samples;

    /// <summary>Allocates the samples of the largest region.</summary>
    public MaskReader(ImageReader? mask, Region largest)
    {
        _mask = mask;
        _samples = mask is null ? null : new HostBuffer(Bytes(mask, largest));
    }

    /// <summary>The mask as it was last read; valid until the next call of <see cref="Read"/>.</summary>
    public TileMask Mask { get; private set; }

    /// <summary>Bytes of a region's samples; 0 where there is no mask.</summary>
    public static long Bytes(ImageReader? mask, Region region) => mask is null ? 0 : region.Pixels * mask.Info.Type.Bytes();

    /// <summary>Reads the mask of a region. Returns whether it keeps any pixel of the core.</summary>
    public bool Read(Region bounds, Region core)
    {
        if (_mask is null)
        {
            return true;
        }
        byte* kept = _samples!.Pointer;
        _mask.Read(bounds, _samples.Span<byte>(0, checked((int)Bytes(_mask, bounds))));
        for (long i = 0; _mask.Info.Type.Bytes() == 2 && i < bounds.Pixels; i++)
        {
            // In place: the byte of pixel i lies before the sample of every later pixel.
            kept[i] = ((ushort*)kept)[i] == 0 ? (byte)0 : (byte)1;
        }
        Mask = new TileMask(kept, bounds);
        return Mask.HoldsAny(core);
    }

    /// <inheritdoc/>
    public void Dispose() => _samples?.Dispose();
}
