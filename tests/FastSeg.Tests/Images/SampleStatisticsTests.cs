using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Mean and deviation of a page: against sums made one by one, whatever the threads and the bands are.</summary>
[TestFixture]
internal sealed class SampleStatisticsTests
{
    private const int W = 337, H = 1201;

    private static readonly ComputeOptions Plain = new();

    /// <summary>Every length around the vectors' sizes, and values at both ends of the range.</summary>
    [Test]
    public unsafe void SumsOfWholeNumbersAreExact()
    {
        var random = new Random(1);
        for (int count = 0; count < 200; count++)
        {
            byte[] bytes = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 3 == 0 ? 255 : random.Next(256)))];
            ushort[] shorts =
                [.. Enumerable.Range(0, count).Select(i => (ushort)(i % 3 == 0 ? 65535 : i % 5 == 0 ? 0 : random.Next(65536)))];
            fixed (byte* b = bytes)
            fixed (ushort* s = shorts)
            {
                Assert.That(SampleSums.OfBytes(b, count), Is.EqualTo((bytes.Sum(x => (long)x), bytes.Sum(x => (long)x * x))));
                long[] signed = Array.ConvertAll(bytes, x => (long)(sbyte)x);
                Assert.That(SampleSums.OfSignedBytes((sbyte*)b, count), Is.EqualTo((signed.Sum(), signed.Sum(x => x * x))));
                (long sum, Int128 squares) = SampleSums.OfUnsigned(s, count);
                Assert.That((sum, (long)squares), Is.EqualTo((shorts.Sum(x => (long)x), shorts.Sum(x => (long)x * x))));
                (sum, long square) = SampleSums.OfSigned((short*)s, count);
                Assert.That((sum, square), Is.EqualTo((shorts.Sum(x => (long)(short)x), shorts.Sum(x => (long)(short)x * (short)x))));
            }
        }
    }

    /// <summary>More vectors than 32 bits can hold the sums of.</summary>
    [Test]
    public unsafe void SumsDoNotOverflow()
    {
        const int Count = 5 << 20;
        ushort[] most = new ushort[Count];
        most.AsSpan().Fill(ushort.MaxValue);
        fixed (ushort* s = most)
        {
            Assert.That(SampleSums.OfBytes((byte*)s, 2L * Count), Is.EqualTo((255L * 2 * Count, 255L * 255 * 2 * Count)));
            Assert.That(SampleSums.OfUnsigned(s, Count), Is.EqualTo((65535L * Count, (Int128)65535 * 65535 * Count)));
            most.AsSpan().Fill(0x8080);
            Assert.That(SampleSums.OfSignedBytes((sbyte*)s, 2L * Count), Is.EqualTo((-128L * 2 * Count, 128L * 128 * 2 * Count)));
            most.AsSpan().Fill(1 << 15);
            Assert.That(SampleSums.OfSigned((short*)s, Count), Is.EqualTo((-32768L * Count, 32768L * 32768 * Count)));
            Assert.That(SampleSums.OfUnsigned(s, Count), Is.EqualTo((32768L * Count, (Int128)32768 * 32768 * Count)));
        }
    }

    [TestCase(SampleType.UInt8, 1, 0)]
    [TestCase(SampleType.UInt8, 3, 1)]
    [TestCase(SampleType.UInt16, 1, 2)]
    [TestCase(SampleType.UInt16, 3, 0)]
    [TestCase(SampleType.Int16, 1, 1)]
    [TestCase(SampleType.Int8, 1, 0)]
    [TestCase(SampleType.Int8, 3, 2)]
    [TestCase(SampleType.Float32, 1, 1)]
    [TestCase(SampleType.Float32, 3, 2)]
    [TestCase(SampleType.Float32, 1, 0)]
    public void APageHasItsMeanAndDeviation(SampleType type, int channels, int maskBytes)
    {
        double[] values = Values(type, channels);
        using MemoryImage image = Image(values, type, channels);
        byte[] kept = [.. Enumerable.Range(0, W * H).Select(i => (byte)((i / 7) % 3 == 0 ? 0 : 1))];
        using MemoryImage mask = maskBytes == 2
            ? MemoryImage.FromMemory<ushort>(kept.Select(k => (ushort)(k << 9)).ToArray(), W, H)
            : MemoryImage.FromMemory<byte>(kept, W, H);
        double[] counted = maskBytes == 0 ? values : [.. values.Where((_, i) => kept[i / channels] != 0)];
        double mean = counted.Average(), deviation = Math.Sqrt(counted.Average(x => (x - mean) * (x - mean)));
        MemoryImage? left = maskBytes == 0 ? null : mask;
        SampleMoments one = SampleStatisticsPass.Run(image, left, 1, Plain);
        Assert.That(one.Count, Is.EqualTo(counted.Length));
        Assert.That(one.Statistics.Mean, Is.EqualTo(mean).Within(1e-12 * Math.Abs(mean)));
        Assert.That(one.Statistics.Deviation, Is.EqualTo(deviation).Within(1e-12 * deviation));
        foreach (int workers in (int[])[2, 3, 7])
        {
            Assert.That(SampleStatisticsPass.Run(image, left, workers, Plain), Is.EqualTo(one), $"{workers} workers");
        }
    }

    /// <summary>A constant under a large offset: squares minus the square of the mean would leave nothing of the deviation.</summary>
    [Test]
    public void ASmallDeviationOfLargeFloatsIsNotLost()
    {
        float[] pixels = [.. Enumerable.Range(0, W * H).Select(i => 1e7f + (i % 2))];
        using MemoryImage image = MemoryImage.FromMemory<float>(pixels, W, H);
        SampleStatistics statistics = SampleStatisticsPass.Run(image, null, 2, Plain).Statistics;
        Assert.That(statistics.Deviation, Is.EqualTo(0.5).Within(1e-9));
    }

    [Test]
    public void AConstantImageHasNoDeviation()
    {
        float[] floats = new float[W * H];
        floats.AsSpan().Fill(0.1f);
        ushort[] shorts = new ushort[W * H];
        shorts.AsSpan().Fill(40001);
        using MemoryImage image = MemoryImage.FromMemory<float>(floats, W, H), whole = MemoryImage.FromMemory<ushort>(shorts, W, H);
        Assert.That(SampleStatisticsPass.Run(image, null, 2, Plain).Statistics, Is.EqualTo(new SampleStatistics(0.1f, 0)));
        Assert.That(SampleStatisticsPass.Run(whole, null, 2, Plain).Statistics, Is.EqualTo(new SampleStatistics(40001, 0)));
    }

    [Test]
    public void AMaskThatLeavesNothingLeavesNoSamples()
    {
        using MemoryImage image = Image(Values(SampleType.UInt8, 1), SampleType.UInt8, 1);
        using MemoryImage floats = Image(Values(SampleType.Float32, 1), SampleType.Float32, 1);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(new byte[W * H], W, H);
        Assert.That(SampleStatisticsPass.Run(image, mask, 2, Plain), Is.EqualTo(default(SampleMoments)));
        Assert.That(SampleStatisticsPass.Run(floats, mask, 2, Plain).Statistics, Is.EqualTo(new SampleStatistics(0, 0)));
    }

    /// <summary>Twice and sixteen times the values have exactly twice and sixteen times the mean and deviation.</summary>
    [TestCase(SampleType.UInt16)]
    [TestCase(SampleType.Float32)]
    public void PowersOfTwoScaleEveryBit(SampleType type)
    {
        double[] values = [.. Values(SampleType.UInt16, 1).Select(x => Math.Floor(x / 16))];
        using MemoryImage image = Image(values, type, 1);
        SampleStatistics one = SampleStatisticsPass.Run(image, null, 2, Plain).Statistics;
        foreach (int factor in (int[])[2, 16])
        {
            using MemoryImage scaled = Image([.. values.Select(x => x * factor)], type, 1);
            Assert.That(
                SampleStatisticsPass.Run(scaled, null, 2, Plain).Statistics,
                Is.EqualTo(new SampleStatistics(one.Mean * factor, one.Deviation * factor)));
        }
    }

    /// <summary>The first one in reading order is named, whatever the threads; those that the mask leaves out do not count.</summary>
    [Test]
    public void AWrongSampleIsNamedUnlessItIsLeftOut([Values(float.NaN, float.PositiveInfinity, 3e38f)] float wrong)
    {
        float[] pixels = [.. Values(SampleType.Float32, 1).Select(x => (float)x)];
        pixels[(1100 * W) + 5] = wrong;
        pixels[(1000 * W) + 300] = wrong;
        byte[] kept = new byte[W * H];
        kept.AsSpan().Fill(1);
        using MemoryImage image = MemoryImage.FromMemory<float>(pixels, W, H), mask = MemoryImage.FromMemory<byte>(kept, W, H);
        for (int workers = 1; workers < 5; workers++)
        {
            Assert.That(
                () => SampleStatisticsPass.Run(image, mask, workers, Plain),
                Throws.TypeOf<FastSegException>().With.Message.Contains("x 300, y 1000 is"));
        }
        kept[(1000 * W) + 300] = 0;
        Assert.That(() => SampleStatisticsPass.Run(image, mask, 2, Plain), Throws.Exception.With.Message.Contains("x 5, y 1100 is"));
        kept[(1100 * W) + 5] = 0;
        Assert.That(double.IsFinite(SampleStatisticsPass.Run(image, mask, 2, Plain).Squares));
    }

    [Test]
    public void PartsMergeToTheWhole()
    {
        double[] values = Values(SampleType.Float32, 1);
        SampleMoments all = default;
        foreach (double[] part in values.Chunk(1001))
        {
            double mean = part.Average();
            all = all.Merge(new SampleMoments(part.Length, mean, part.Sum(x => (x - mean) * (x - mean))));
        }
        double whole = values.Average();
        Assert.That(all.Mean, Is.EqualTo(whole).Within(1e-12 * Math.Abs(whole)));
        Assert.That(all.Squares, Is.EqualTo(values.Sum(x => (x - whole) * (x - whole))).Within(1e-9 * all.Squares));
    }

    [Test]
    public void ThePlanIsWhatIsAllocated([NarrowTypes] SampleType type, [Values(1, 3)] int workers)
    {
        using MemoryImage image = Image(Values(type, 1), type, 1), mask = MemoryImage.FromMemory<byte>(new byte[W * H], W, H);
        // Of floats, percentiles are taken from a copy, which is not made by the pass.
        Percentiles[] kinds = type == SampleType.Float32 ? [Percentiles.None] : Enum.GetValues<Percentiles>();
        foreach (MemoryImage? left in (MemoryImage?[])[null, mask])
        {
            foreach (Percentiles percentiles in kinds)
            {
                HostBuffer.ResetPeak();
                long before = HostBuffer.LiveBytes;
                using (var pass = new SampleStatisticsPass(image, left, workers, percentiles))
                {
                    pass.Run(Plain);
                }
                Assert.That(
                    HostBuffer.PeakBytes - before, Is.EqualTo(SampleStatisticsPass.Bytes(image, left, workers, percentiles)),
                    $"{percentiles}, masked: {left is not null}");
                Assert.That(HostBuffer.LiveBytes, Is.EqualTo(before));
            }
        }
    }

    [Test]
    public void ThePassCanBeCancelled()
    {
        using MemoryImage image = Image(Values(SampleType.UInt8, 1), SampleType.UInt8, 1);
        var options = new ComputeOptions { Cancellation = new CancellationToken(true) };
        Assert.That(() => SampleStatisticsPass.Run(image, null, 2, options), Throws.InstanceOf<OperationCanceledException>());
    }

    private static double[] Values(SampleType type, int channels)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, W * H * channels).Select(i => type switch
        {
            SampleType.UInt8 => random.Next(256),
            SampleType.Int16 => random.Next(65536) - 32768,
            SampleType.Int8 => random.Next(256) - 128,
            SampleType.Float32 => (float)((random.NextDouble() * 3) - 1 + (i % 11)),
            _ => (double)random.Next(65536),
        })];
    }

    private static MemoryImage Image(double[] values, SampleType type, int channels) => type switch
    {
        SampleType.UInt8 => MemoryImage.FromMemory<byte>(Array.ConvertAll(values, x => (byte)x), W, H, channels),
        SampleType.UInt16 => MemoryImage.FromMemory<ushort>(Array.ConvertAll(values, x => (ushort)x), W, H, channels),
        SampleType.Int16 => MemoryImage.FromMemory<short>(Array.ConvertAll(values, x => (short)x), W, H, channels),
        SampleType.Int8 => MemoryImage.FromMemory<sbyte>(Array.ConvertAll(values, x => (sbyte)x), W, H, channels),
        _ => MemoryImage.FromMemory<float>(Array.ConvertAll(values, x => (float)x), W, H, channels),
    };
}
