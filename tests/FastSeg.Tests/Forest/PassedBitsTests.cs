using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>Bins and comparisons of two squares in vectors of one bit a pixel, against one comparison of floats for each.</summary>
public sealed unsafe class PassedBitsTests
{
    private const int RowStride = 40;

    [Test]
    public void EveryThresholdComparesEveryPixel([Values(1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 254)] int thresholds)
    {
        Widths.Need(512);
        byte[] model = new RandomModel(thresholds)
        {
            Features = 1,
            Thresholds = thresholds,
            Depth = 6,
            Rounds = 60,
            Fill = 1,
        }.Bytes();
        var tables = ForestTablesCpu.Of(ForestReader.Parse(model));
        float[] values = [.. tables.Forest.Value.Where((_, node) => tables.Plane[node] == 0).Distinct().Order()];
        Assert.That(tables.Thresholds, Is.EqualTo((int[])[values.Length]));
        Assert.That(values, Has.Length.EqualTo(thresholds));
        foreach (int height in (int[])[16, 9, 1])
        {
            Check(tables, values, new Random(thresholds + height), height, finite: true);
            Check(tables, values, new Random(thresholds + height), height, finite: false);
        }
    }

    private static void Check(ForestTablesCpu tables, float[] thresholds, Random random, int height, bool finite)
    {
        using var buffer = new HostBuffer(
            ((RowStride * 16) + 32) * sizeof(float) + BitSearch.BinBytes + PassedBits.ScratchBytes + (thresholds.Length * PixelBits.Bytes));
        float* rows = (float*)buffer.Pointer, taint = rows + (RowStride * 16);
        byte* bins = (byte*)(taint + 32), scratch = bins + BitSearch.BinBytes, passed = scratch + PassedBits.ScratchBytes;
        buffer.Span<float>(0, (RowStride * 16) + 32).Clear();
        for (int i = 0; i < height * RowStride; i++)
        {
            float value = thresholds[random.Next(thresholds.Length)];
            rows[i] = random.Next(3) switch { 0 => value, 1 => float.BitDecrement(value), _ => (1.2f * random.NextSingle()) - 0.1f };
        }
        if (!finite)
        {
            // The right square alone.
            rows[(random.Next(height) * RowStride) + 16 + random.Next(16)] = random.Next(2) == 0 ? float.NaN : float.PositiveInfinity;
        }
        BitSearch.Run(rows, rows + 16, RowStride, height, 0, tables.Search(0), tables.Levels[0], bins, taint);
        PassedBits.Expand(bins, tables.Levels[0], thresholds.Length, scratch, passed);
        for (int square = 0; square < 2; square++)
        {
            bool tainted = Enumerable.Range(0, 16).Any(i => float.IsNaN(taint[(16 * square) + i]));
            Assert.That(tainted, Is.EqualTo(!finite && square == 1));
        }
        for (int j = 0; finite && j < thresholds.Length; j++)
        {
            uint* lanes = (uint*)(passed + (j * PixelBits.Bytes));
            for (int i = 0; i < PixelBits.Pixels; i++)
            {
                (int row, int column) = (i / 16, i % 16);
                float value = rows[(Math.Min(row % 16, height - 1) * RowStride) + (row / 16 * 16) + column];
                if (((lanes[column] >> row) & 1) != (value >= thresholds[j] ? 1u : 0u))
                {
                    Assert.Fail($"threshold {j}, row {row}, column {column}");
                }
            }
        }
    }
}
