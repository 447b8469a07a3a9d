namespace FastSeg.Onnx;

/// <summary>ONNX's numbers for the types of a tensor's elements, as far as they are used here.</summary>
internal static class TensorType
{
    public const int Float = 1, UInt8 = 2, Int8 = 3, Int32 = 6, Int64 = 7, Bool = 9, Float16 = 10, Double = 11;

    /// <summary>Bytes of an element; 0 for types that are not used here.</summary>
    public static int Size(int type) => type switch
    {
        UInt8 or Int8 or Bool => 1,
        Float16 => 2,
        Float or Int32 => 4,
        Int64 or Double => 8,
        _ => 0,
    };
}
