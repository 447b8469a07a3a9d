using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

namespace FastSeg.Interop.Structs;

/// <summary>fs_frame_shape.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeFrameShape
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_frame_shape";

    public nuint Size;
    public long Width;
    public long Height;
    public int Dtype;
    public int Channels;
    public int UpTo;
    public int Reserved;

    /// <summary>The caller's shape; the library checks the channels.</summary>
    public static unsafe FrameShape ReadShape(NativeFrameShape* from)
    {
        NativeFrameShape given = Sized.Read(from, Name);
        if (given.Width is < 1 or > int.MaxValue || given.Height is < 1 or > int.MaxValue)
        {
            throw CallException.Argument(
                $"Frames of {given.Width} x {given.Height} pixels are not possible; each side has 1 to {int.MaxValue}.");
        }
        var type = Arguments.Word<DType>(given.Dtype, "dtype");
        return new FrameShape((int)given.Width, (int)given.Height, type.ToSample(), given.Channels)
        {
            UpTo = Arguments.Flag(given.UpTo, "up_to"),
        };
    }
}
