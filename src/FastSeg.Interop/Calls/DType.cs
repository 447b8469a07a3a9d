namespace FastSeg.Interop.Calls;

/// <summary>FS_UINT8 and its like.</summary>
internal enum DType
{
    UInt8 = 1,
    UInt16 = 2,
    Int16 = 3,
    Float32 = 4,
    Float16 = 5,
    Int8 = 6,
    Int32 = 7,
    UInt32 = 8,
    Int64 = 9,
    UInt64 = 10,
    Float64 = 11,
}

/// <summary>Types of samples as the library names them.</summary>
internal static class DTypes
{
    /// <summary>The type of a frame's samples or a result's values, which the library numbers from 0.</summary>
    public static FrameType ToFrame(this DType type) => (FrameType)(type - DType.UInt8);

    /// <summary>The type of an image's samples in C.</summary>
    public static DType Of(SampleType type) => Enum.Parse<DType>(type.ToString());

    /// <summary>The name as numpy writes it.</summary>
    public static string Name(this DType type) => type.ToString().ToLowerInvariant();

    /// <summary>The type of an image's samples: each has its like.</summary>
    public static SampleType ToSample(this DType type) => Enum.Parse<SampleType>(type.ToString());
}
