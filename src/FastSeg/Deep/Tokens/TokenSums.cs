using System.Runtime.Intrinsics;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// A token's numbers added up and divided in float32. Every number is computed alone, so vectors give the scalar code's bits.
/// </summary>
internal static unsafe class TokenSums
{
    /// <summary>Adds weight x token to a sum, each number by one fused multiply-add.</summary>
    /// <param name="sum">The sum's numbers, back to back.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="token">The token's first number.</param>
    /// <param name="stride">Floats from a number of the token to the next.</param>
    /// <param name="count">Numbers.</param>
    public static void Add(float* sum, float weight, float* token, nint stride, int count)
    {
        int number = 0;
        if (stride == 1)
        {
            Vector256<float> weights = Vector256.Create(weight);
            for (; number <= count - Vector256<float>.Count; number += Vector256<float>.Count)
            {
                Vector256.FusedMultiplyAdd(weights, Vector256.Load(token + number), Vector256.Load(sum + number)).Store(sum + number);
            }
        }
        for (; number < count; number++)
        {
            sum[number] = MathF.FusedMultiplyAdd(weight, token[number * stride], sum[number]);
        }
    }

    /// <summary>Divides a sum by the sum of its weights.</summary>
    public static void Divide(float* sum, float weight, int count)
    {
        int number = 0;
        Vector256<float> weights = Vector256.Create(weight);
        for (; number <= count - Vector256<float>.Count; number += Vector256<float>.Count)
        {
            (Vector256.Load(sum + number) / weights).Store(sum + number);
        }
        for (; number < count; number++)
        {
            sum[number] /= weight;
        }
    }
}
