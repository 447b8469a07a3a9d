namespace FastSeg.Interop.Calls;

/// <summary>FS_UINT8 and its like.</summary>
internal enum DType
{
    UInt8 = 1,
    UInt16 = 2,
    Int16 = 3,
    Float32 = 4,
    Float16 = 5,
}

/// <summary>Types of samples as the library names them.</summary>
internal static class DTypes
{
    /// <summary>The type of a frame's samples or a result's values, which the library numbers from 0.</summary>
    public static FrameType ToFrame(this DType type) => (FrameType)(type - DType.UInt8);

    /// <summary>The type of an image's samples in C.</summary>
    public static DType Of(SampleType type) => type switch
    {
        SampleType.UInt8 => DType.UInt8,
        SampleType.UInt16 => DType.UInt16,
        SampleType.Int16 => DType.Int16,
        SampleType.Float32 => DType.Float32,
        _ => throw new InvalidOperationException($"Samples of {type} come here as float32."),
    };

    /// <summary>The name as numpy writes it.</summary>
    public static string Name(this DType type) => type.ToString().ToLowerInvariant();

    /// <summary>The type of an image's samples.</summary>
    /// <exception cref="CallException">Images have no such samples.</exception>
    public static SampleType ToSample(this DType type, string what) => type switch
    {
        DType.UInt8 => SampleType.UInt8,
        DType.UInt16 => SampleType.UInt16,
        DType.Int16 => SampleType.Int16,
        DType.Float32 => SampleType.Float32,
        _ => throw CallException.Argument($"{what} is float16; it must be uint8, uint16, int16 or float32."),
    };
}
