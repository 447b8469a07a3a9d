using System.Text.Json.Serialization;

namespace FastSeg;

/// <summary>
/// How one sample of an image is stored. Filters see uint8, int8, uint16, int16 and float32; the wider types are brought to float32 of the
/// same number, rounded to the nearest, and a number beyond float32 is refused.
/// </summary>
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

    /// <summary>Signed, 8 bits; filters see value / 255.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,

    /// <summary>Signed, 32 bits; becomes float32.</summary>
    [JsonStringEnumMemberName("int32")]
    Int32,

    /// <summary>Unsigned, 32 bits; becomes float32.</summary>
    [JsonStringEnumMemberName("uint32")]
    UInt32,

    /// <summary>Signed, 64 bits; becomes float32.</summary>
    [JsonStringEnumMemberName("int64")]
    Int64,

    /// <summary>Unsigned, 64 bits; becomes float32.</summary>
    [JsonStringEnumMemberName("uint64")]
    UInt64,

    /// <summary>IEEE half precision; becomes float32.</summary>
    [JsonStringEnumMemberName("float16")]
    Float16,

    /// <summary>IEEE double precision; becomes float32.</summary>
    [JsonStringEnumMemberName("float64")]
    Float64,
}

/// <summary>Size and name of a <see cref="SampleType"/>.</summary>
public static class SampleTypes
{
    /// <summary>Bytes of one sample.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number stands for no type.</exception>
    public static int Bytes(this SampleType type) => type switch
    {
        SampleType.UInt8 or SampleType.Int8 => 1,
        SampleType.UInt16 or SampleType.Int16 or SampleType.Float16 => 2,
        SampleType.Float32 or SampleType.Int32 or SampleType.UInt32 => 4,
        SampleType.Int64 or SampleType.UInt64 or SampleType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "This is no sample type."),
    };

    /// <summary>The name as numpy and the error sentences write it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number stands for no type.</exception>
    public static string Name(this SampleType type) => type switch
    {
        SampleType.UInt8 => "uint8",
        SampleType.UInt16 => "uint16",
        SampleType.Float32 => "float32",
        SampleType.Int16 => "int16",
        SampleType.Int8 => "int8",
        SampleType.Int32 => "int32",
        SampleType.UInt32 => "uint32",
        SampleType.Int64 => "int64",
        SampleType.UInt64 => "uint64",
        SampleType.Float16 => "float16",
        SampleType.Float64 => "float64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "This is no sample type."),
    };

    /// <summary>What filters divide a sample by: 1 for floats and for all that becomes float32.</summary>
    internal static int Divisor(this SampleType type) => type switch
    {
        SampleType.UInt8 or SampleType.Int8 => byte.MaxValue,
        SampleType.UInt16 or SampleType.Int16 => ushort.MaxValue,
        _ => 1,
    };

    /// <summary>Whether filters see such samples as they are stored; others become float32 first.</summary>
    internal static bool IsNarrow(this SampleType type) => type
        is SampleType.UInt8 or SampleType.UInt16 or SampleType.Float32 or SampleType.Int16 or SampleType.Int8;

    /// <summary>Whether samples are floating-point numbers.</summary>
    internal static bool IsFloat(this SampleType type) => type is SampleType.Float16 or SampleType.Float32 or SampleType.Float64;

    /// <summary>Whether label maps and masks have such samples once they are read: numbers from 0 up.</summary>
    internal static bool HoldsLabels(this SampleType type) => type is SampleType.UInt8 or SampleType.UInt16;

    /// <summary>For switches over narrow types: the failure where another one comes, which is a fault of the program's.</summary>
    internal static InvalidOperationException NotNarrow(this SampleType type) => new($"Samples of {type} come here as float32.");
}
