using FastSeg.Images.Samples;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Percentiles beside those of sorting.</summary>
[TestFixture]
internal sealed class SampleSpreadTests
{
    [TestCase(SampleType.UInt8)]
    [TestCase(SampleType.Int8)]
    [TestCase(SampleType.UInt16)]
    [TestCase(SampleType.Int16)]
    [TestCase(SampleType.Float32)]
    public void PercentilesAreThoseOfSorting(SampleType type)
    {
        const int Width = 61, Height = 47;
        var random = new Random(5);
        double[] values = [.. Enumerable.Range(0, Width * Height).Select(_ => Value(type, random))];
        using MemoryImage image = Image(type, values, Width, Height);
        double[] sorted = [.. values.Order()];
        foreach (Percentiles percentiles in (Percentiles[])[Percentiles.OfRun, Percentiles.OfTraining])
        {
            using var pass = new SampleStatisticsPass(image, null, 3, percentiles);
            pass.Run(new ComputeOptions { Threads = 3 });
            SampleSpread spread = pass.Spread!.Value;
            Assert.That(spread.Low, Is.EqualTo(Percentile(sorted, 0.001)).Within(1e-9));
            Assert.That(spread.High, Is.EqualTo(Percentile(sorted, 0.999)).Within(1e-9));
            pass.Run(new ComputeOptions { Threads = 3 });
            Assert.That(pass.Spread, Is.EqualTo(spread), "a second run forgets the first");
        }
    }

    /// <summary>Of a large page a sample is taken, the same by any number of threads.</summary>
    [TestCase(SampleType.UInt16)]
    [TestCase(SampleType.Float32)]
    public void ASampleOfALargePageIsNear(SampleType type)
    {
        const int Width = 900, Height = 700;
        var random = new Random(6);
        double[] values = [.. Enumerable.Range(0, Width * Height).Select(_ => Value(type, random))];
        using MemoryImage image = Image(type, values, Width, Height);
        double[] sorted = [.. values.Order()];
        SampleSpread[] found = [.. new[] { 1, 4 }.Select(threads =>
        {
            using var pass = new SampleStatisticsPass(image, null, threads, Percentiles.OfRun);
            pass.Run(new ComputeOptions { Threads = threads });
            return pass.Spread!.Value;
        })];
        Assert.That(found[1], Is.EqualTo(found[0]));
        Assert.That(found[0].High, Is.InRange(Percentile(sorted, 0.998), Percentile(sorted, 0.9997)));
        Assert.That(found[0].Low, Is.InRange(Percentile(sorted, 0.0003), Percentile(sorted, 0.002)));
    }

    [Test]
    public void NegativeFloatsAndZeroesHaveTheirRank()
    {
        float[] values = [0f, -0f, -1e-30f, -5, 3, 1e30f, -1e30f, 0.5f, 0.50000006f];
        var ranks = new FloatRanks(values);
        double[] sorted = [.. values.Order().Select(value => (double)value)];
        Assert.That(Enumerable.Range(0, values.Length).Select(rank => ranks.Sorted(rank)), Is.EqualTo(sorted));
    }

    private static double Value(SampleType type, Random random) => type switch
    {
        SampleType.UInt8 => random.Next(3, 256),
        SampleType.Int8 => random.Next(-128, 100),
        SampleType.UInt16 => random.Next(0, 65536),
        SampleType.Int16 => random.Next(-32768, 32768),
        _ => (float)((random.NextDouble() - 0.4) * 1000),
    };

    private static MemoryImage Image(SampleType type, double[] values, int width, int height) => type switch
    {
        SampleType.UInt8 => MemoryImage.FromMemory<byte>(Array.ConvertAll(values, value => (byte)value), width, height),
        SampleType.Int8 => MemoryImage.FromMemory<sbyte>(Array.ConvertAll(values, value => (sbyte)value), width, height),
        SampleType.UInt16 => MemoryImage.FromMemory<ushort>(Array.ConvertAll(values, value => (ushort)value), width, height),
        SampleType.Int16 => MemoryImage.FromMemory<short>(Array.ConvertAll(values, value => (short)value), width, height),
        _ => MemoryImage.FromMemory<float>(Array.ConvertAll(values, value => (float)value), width, height),
    };

    private static double Percentile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }
}
