using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Simd;

public unsafe class LanesTests
{
    /// <summary>Every mantissa of an even and an odd exponent, and some of every exponent: denormals, zero and infinity too.</summary>
    [Test]
    public void Roots_are_correctly_rounded([Values] bool wide)
    {
        Widths.Need(wide ? 512 : 256);
        for (uint mantissa = 0; mantissa < 1 << 23; mantissa += 16)
        {
            CheckRoots(wide, (127u << 23) | mantissa, 1);
            CheckRoots(wide, (128u << 23) | mantissa, 1);
        }
        for (uint exponent = 0; exponent < 255; exponent++)
        {
            for (uint mantissa = 0; mantissa < 1 << 23; mantissa += 65521)
            {
                CheckRoots(wide, (exponent << 23) | mantissa, 7);
            }
        }
        CheckRoots(wide, (255u << 23) - 15, 1);
        CheckRoots(wide, 255u << 23, 0);
    }

    [Test]
    public void Blocks_are_transposed_and_may_overlap([Values] bool wide, [Values(1, 3, 8, 16, 20)] int step)
    {
        Widths.Need(wide ? 512 : 256);
        int lanes = wide ? 16 : 8, stride = 19;
        float[] source = [.. Enumerable.Range(0, 16 * stride).Select(i => (float)i)];
        float[] result = new float[(16 * Math.Max(step, 16)) + 16];
        fixed (float* from = source, to = result)
        {
            if (wide)
            {
                Simd512.Transpose(from, stride, to, step);
            }
            else
            {
                Simd256.Transpose(from, stride, to, step);
            }
        }
        for (int row = 0; row < lanes; row++)
        {
            // Later rows leave a row's first values, and all of the last row.
            for (int column = 0; column < (row == lanes - 1 ? lanes : Math.Min(step, lanes)); column++)
            {
                Assert.That(result[(row * step) + column], Is.EqualTo((float)((column * stride) + row)), $"row {row}, column {column}");
            }
        }
    }

    private static void CheckRoots(bool wide, uint first, uint step)
    {
        float* values = stackalloc float[16];
        float* roots = stackalloc float[16];
        for (uint i = 0; i < 16; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle(first + (i * step));
        }
        for (int i = 0; i < 16; i += wide ? 16 : 8)
        {
            if (wide)
            {
                Simd512.Store(Simd512.SqrtByFma(Simd512.Load(values)), roots);
            }
            else
            {
                Simd256.Store(Simd256.SqrtByFma(Simd256.Load(values + i)), roots + i);
            }
        }
        for (int i = 0; i < 16; i++)
        {
            float expected = MathF.Sqrt(values[i]);
            if (BitConverter.SingleToInt32Bits(roots[i]) != BitConverter.SingleToInt32Bits(expected))
            {
                Assert.Fail($"root of {values[i]:R} is {roots[i]:R}, not {expected:R}");
            }
        }
    }
}
