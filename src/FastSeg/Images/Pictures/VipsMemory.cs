using System.Runtime.InteropServices;
using NetVips;

namespace FastSeg.Images.Pictures;

/// <summary>A decoded image in memory that libvips allocated. It is used where it lies, so that no second copy is made.</summary>
internal sealed unsafe class VipsMemory : SafeHandle
{
    private VipsMemory(nint pixels, long bytes) : base(0, ownsHandle: true)
    {
        SetHandle(pixels);
        Length = bytes;
    }

    /// <summary>Bytes of the image.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The first sample; valid until the memory is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>Decodes an image: rows without padding, channels interleaved.</summary>
    /// <exception cref="VipsException">The file is damaged, or there is no such memory.</exception>
    public static VipsMemory Decode(Image image) => new(image.WriteToMemory(out ulong bytes), (long)bytes);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NetVips.NetVips.Free(handle);
        return true;
    }
}
