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
