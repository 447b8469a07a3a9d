namespace FastSeg.Images;

/// <summary>What one sample of an image is stored as. Other types are refused by name.</summary>
public enum SampleType
{
    /// <summary>Unsigned 8 bit; value / 255 becomes the float the filters see.</summary>
    UInt8,

    /// <summary>Unsigned 16 bit; value / 65535.</summary>
    UInt16,

    /// <summary>IEEE single precision, unchanged.</summary>
    Float32,
}

/// <summary>Facts about <see cref="SampleType"/>.</summary>
public static class SampleTypes
{
    /// <summary>Bytes of one sample.</summary>
    public static int Bytes(this SampleType type) => type switch
    {
        SampleType.UInt8 => 1,
        SampleType.UInt16 => 2,
        _ => 4,
    };

    /// <summary>The name as numpy and the error sentences write it.</summary>
    public static string Name(this SampleType type) => type switch
    {
        SampleType.UInt8 => "uint8",
        SampleType.UInt16 => "uint16",
        _ => "float32",
    };
}
