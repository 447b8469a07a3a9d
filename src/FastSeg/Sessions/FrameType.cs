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

    /// <summary>IEEE half precision; for features only.</summary>
    Float16,
}

/// <summary>Size and name of a <see cref="FrameType"/>.</summary>
internal static class FrameTypes
{
    /// <summary>Bytes of one value.</summary>
    public static int Bytes(this FrameType type) => type switch
    {
        FrameType.UInt8 => 1,
        FrameType.Float32 => 4,
        _ => 2,
    };

    /// <summary>The name as numpy and the error sentences write it.</summary>
    public static string Name(this FrameType type) => type switch
    {
        FrameType.UInt8 => "uint8",
        FrameType.UInt16 => "uint16",
        FrameType.Int16 => "int16",
        FrameType.Float32 => "float32",
        _ => "float16",
    };

    /// <summary>The type of an image's samples.</summary>
    public static FrameType Of(SampleType type) => type switch
    {
        SampleType.UInt8 => FrameType.UInt8,
        SampleType.UInt16 => FrameType.UInt16,
        SampleType.Int16 => FrameType.Int16,
        _ => FrameType.Float32,
    };

    /// <summary>The type of memory of T.</summary>
    /// <exception cref="FastSegException">T is no type that samples or results have.</exception>
    public static FrameType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(byte) ? FrameType.UInt8
        : typeof(T) == typeof(ushort) ? FrameType.UInt16
        : typeof(T) == typeof(short) ? FrameType.Int16
        : typeof(T) == typeof(float) ? FrameType.Float32
        : typeof(T) == typeof(Half) ? FrameType.Float16
        : throw new FastSegException(
            $"A frame is memory of {typeof(T).Name}; samples are byte, ushort, short or float, and features may be Half.");
}
