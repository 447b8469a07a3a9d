namespace FastSeg.Images;

/// <summary>The sample types of memory of a C# type.</summary>
internal static class SampleMemory
{
    /// <summary>For sentences that refuse another type.</summary>
    public const string Types =
        "samples are byte, sbyte, ushort, short, uint, int, ulong, long, Half, float or double";

    /// <summary>The sample type of memory of T; null where samples are not of that type.</summary>
    public static SampleType? TypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(byte) ? SampleType.UInt8
        : typeof(T) == typeof(ushort) ? SampleType.UInt16
        : typeof(T) == typeof(short) ? SampleType.Int16
        : typeof(T) == typeof(float) ? SampleType.Float32
        : typeof(T) == typeof(sbyte) ? SampleType.Int8
        : typeof(T) == typeof(int) ? SampleType.Int32
        : typeof(T) == typeof(uint) ? SampleType.UInt32
        : typeof(T) == typeof(long) ? SampleType.Int64
        : typeof(T) == typeof(ulong) ? SampleType.UInt64
        : typeof(T) == typeof(Half) ? SampleType.Float16
        : typeof(T) == typeof(double) ? SampleType.Float64
        : null;

    /// <summary>As <see cref="TypeOf{T}()"/>, where another type is refused.</summary>
    /// <param name="name">What the sentence about another type begins with.</param>
    /// <exception cref="FastSegException">Samples are not of that type.</exception>
    public static SampleType TypeOf<T>(string name) where T : unmanaged =>
        TypeOf<T>() ?? throw new FastSegException($"{name} is memory of {typeof(T).Name}; {Types}.");
}
