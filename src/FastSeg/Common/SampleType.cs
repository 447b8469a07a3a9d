using System.Text.Json.Serialization;

namespace FastSeg;

/// <summary>How one sample of an image is stored. An image of another type is refused with a sentence that names the type.</summary>
public enum SampleType
{
    /// <summary>Unsigned, 8 bits; filters see value / 255.</summary>
    [JsonStringEnumMemberName("uint8")]
    UInt8,

    /// <summary>Unsigned, 16 bits; filters see value / 65535.</summary>
    [JsonStringEnumMemberName("uint16")]
    UInt16,

    /// <summary>IEEE single precision; filters see the value itself.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,

    /// <summary>Signed, 16 bits; filters see value / 65535.</summary>
    [JsonStringEnumMemberName("int16")]
    Int16,
}

/// <summary>Size and name of a <see cref="SampleType"/>.</summary>
public static class SampleTypes
{
    /// <summary>Bytes of one sample.</summary>
    public static int Bytes(this SampleType type) => type switch
    {
        SampleType.UInt8 => 1,
        SampleType.UInt16 or SampleType.Int16 => 2,
        _ => 4,
    };

    /// <summary>The name as numpy and the error sentences write it.</summary>
    public static string Name(this SampleType type) => type switch
    {
        SampleType.UInt8 => "uint8",
        SampleType.UInt16 => "uint16",
        SampleType.Int16 => "int16",
        _ => "float32",
    };

    /// <summary>What filters divide a sample by: 1 for floats.</summary>
    internal static int Divisor(this SampleType type) => type switch
    {
        SampleType.UInt8 => byte.MaxValue,
        SampleType.UInt16 or SampleType.Int16 => ushort.MaxValue,
        _ => 1,
    };

    /// <summary>Whether label images and masks have such samples: numbers from 0 up.</summary>
    internal static bool HoldsLabels(this SampleType type) => type is SampleType.UInt8 or SampleType.UInt16;
}
