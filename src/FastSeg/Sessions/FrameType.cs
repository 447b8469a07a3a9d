using FastSeg.Images;

namespace FastSeg;

/// <summary>Type of the samples of a frame, or of the values of a result.</summary>
public enum FrameType
{
    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Signed, 32 bits; for frames only.</summary>
    Int32,

    /// <summary>Unsigned, 32 bits; for frames only.</summary>
    UInt32,

    /// <summary>Signed, 64 bits; for frames only.</summary>
    Int64,

    /// <summary>Unsigned, 64 bits; for frames only.</summary>
    UInt64,

    /// <summary>IEEE double precision; for frames only.</summary>
    Float64,
}

/// <summary>Size and name of a <see cref="FrameType"/>.</summary>
internal static class FrameTypes
{
    /// <summary>The sample type of each frame type, in their order.</summary>
    private static readonly SampleType[] Samples =
    [
        SampleType.UInt8, SampleType.UInt16, SampleType.Int16, SampleType.Float32, SampleType.Float16, SampleType.Int8,
        SampleType.Int32, SampleType.UInt32, SampleType.Int64, SampleType.UInt64, SampleType.Float64,
    ];

    /// <summary>Bytes of one value.</summary>
    public static int Bytes(this FrameType type) => Samples[(int)type].Bytes();

    /// <summary>The name as numpy and the error sentences write it.</summary>
    public static string Name(this FrameType type) => Samples[(int)type].Name();

    /// <summary>The type of an image's samples.</summary>
    public static FrameType Of(SampleType type) => (FrameType)Array.IndexOf(Samples, type);

    /// <summary>The type of memory of T.</summary>
    /// <exception cref="FastSegException">T is no type that samples or results have.</exception>
    public static FrameType Of<T>() where T : unmanaged => Of(SampleMemory.TypeOf<T>("The memory of a frame"));
}
