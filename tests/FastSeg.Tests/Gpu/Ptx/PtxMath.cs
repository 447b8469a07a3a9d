namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>What PTX defines otherwise than .NET's instructions.</summary>
internal static class PtxMath
{
    public static float FloatOf(int bits) => BitConverter.Int32BitsToSingle(bits);

    public static int BitsOf(float value) => BitConverter.SingleToInt32Bits(value);

    /// <summary>The smaller one; a number where one of them is NaN, and -0 below +0.</summary>
    public static float Min(float a, float b)
    {
        if (float.IsNaN(a) || float.IsNaN(b))
        {
            return float.IsNaN(a) ? b : a;
        }
        return a == b ? (float.IsNegative(a) ? a : b) : a < b ? a : b;
    }

    /// <summary>The larger one; a number where one of them is NaN, and -0 below +0.</summary>
    public static float Max(float a, float b)
    {
        if (float.IsNaN(a) || float.IsNaN(b))
        {
            return float.IsNaN(a) ? b : a;
        }
        return a == b ? (float.IsNegative(a) ? b : a) : a > b ? a : b;
    }

    /// <summary>Towards 0; what is too large is cut to the ends, and NaN becomes 0.</summary>
    public static int ToInt(float value) => float.IsNaN(value) ? 0
        : value >= 2147483648f ? int.MaxValue
        : value <= -2147483648f ? int.MinValue : (int)value;

    /// <summary>As <see cref="ToInt"/>, without a sign.</summary>
    public static int ToUnsigned(float value) => float.IsNaN(value) || value <= 0 ? 0
        : value >= 4294967296f ? -1 : unchecked((int)(uint)value);

    public static int ToUnsignedShort(float value) => Math.Clamp(ToInt(value), 0, ushort.MaxValue);

    public static int ToUnsignedByte(float value) => Math.Clamp(ToInt(value), 0, byte.MaxValue);

    public static float FromInt(int value) => value;

    public static float FromUnsigned(int value) => (uint)value;

    /// <summary>Shifts by more than the width leave nothing, or the sign; .NET takes such shifts modulo the width.</summary>
    public static int ShiftLeft(int value, int by) => (uint)by > 31 ? 0 : value << by;

    public static long ShiftLeftLong(long value, int by) => (uint)by > 63 ? 0 : value << by;

    public static int ShiftRight(int value, int by) => value >> (int)Math.Min((uint)by, 31);

    public static long ShiftRightLong(long value, int by) => value >> (int)Math.Min((uint)by, 63);

    public static int ShiftRightUnsigned(int value, int by) => (uint)by > 31 ? 0 : (int)((uint)value >> by);

    public static long ShiftRightUnsignedLong(long value, int by) => (uint)by > 63 ? 0 : (long)((ulong)value >> by);

    public static int MinInt(int a, int b) => Math.Min(a, b);

    public static int MaxInt(int a, int b) => Math.Max(a, b);

    public static int MinUnsigned(int a, int b) => (int)Math.Min((uint)a, (uint)b);

    public static int MaxUnsigned(int a, int b) => (int)Math.Max((uint)a, (uint)b);

    public static long MinLong(long a, long b) => Math.Min(a, b);

    public static long MaxLong(long a, long b) => Math.Max(a, b);

    public static float Abs(float value) => MathF.Abs(value);

    /// <summary>The lowest number has no counterpart and stays as it is.</summary>
    public static int AbsInt(int value) => value < 0 ? unchecked(-value) : value;

    public static float SquareRoot(float value) => MathF.Sqrt(value);

    public static float Reciprocal(float value) => 1 / value;

    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static int HighProduct(int a, int b) => (int)(((long)a * b) >> 32);

    public static int HighProductUnsigned(int a, int b) => (int)(((ulong)(uint)a * (uint)b) >> 32);

    public static bool IsNaN(float value) => float.IsNaN(value);

    public static bool Unordered(float a, float b) => float.IsNaN(a) || float.IsNaN(b);

    public static bool Differs(float a, float b) => !Unordered(a, b) && a != b;

    public static bool EqualOrUnordered(float a, float b) => Unordered(a, b) || a == b;

    public static bool Ordered(float a, float b) => !Unordered(a, b);
}
