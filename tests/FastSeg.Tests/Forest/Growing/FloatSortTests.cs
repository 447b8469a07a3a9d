using FastSeg.Forest.Growing;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Growing;

public sealed unsafe class FloatSortTests
{
    [Test]
    public void SortsAsTheRuntimeDoes([Values(0, 1, 2, 3, 100, 4097)] int count, [Values(1, 40, 1_000_000)] int distinct)
    {
        var random = new Random(count + distinct);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => Value(random, distinct))];
        float[] expected = [.. values.Order()];
        float[] spare = new float[count];
        fixed (float* data = values, other = spare)
        {
            FloatSort.Sort(data, other, count);
        }
        Assert.That(values, Is.EqualTo(expected));
    }

    [Test]
    public void MinusZeroIsZero()
    {
        float[] values = [0f, -0f, -1e-45f, 1e-45f, float.MaxValue, -float.MaxValue], spare = new float[values.Length];
        fixed (float* data = values, other = spare)
        {
            FloatSort.Sort(data, other, values.Length);
        }
        Assert.That(values, Is.EqualTo((float[])[-float.MaxValue, -1e-45f, 0f, 0f, 1e-45f, float.MaxValue]));
        Assert.That(values.Select(float.IsNegative).Count(negative => negative), Is.EqualTo(2), "no minus zero is left");
    }

    private static float Value(Random random, int distinct) =>
        (random.Next(distinct) - (distinct / 2)) * MathF.Pow(10, distinct == 40 ? 0 : random.Next(-20, 20));
}
