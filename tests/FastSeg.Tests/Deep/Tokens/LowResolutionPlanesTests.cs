using FastSeg.Deep.Tokens;
using FastSeg.Native;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Tokens;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class LowResolutionPlanesTests
{
    [Test]
    public void EqualsTheReference([Values(1, 2, 7, 8, 14, 16, 21)] int patch, [Values] bool bilinear)
    {
        using LowResolution map = RandomMap(3, 4, 5, patch);
        int width = (5 * patch) - (patch / 2), height = 4 * patch;
        float[] planes = Whole(map, bilinear, width, height);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    double expected = bilinear ? Bilinear(map, channel, x, y) : map.Plane(channel)[((y / patch) * 5) + (x / patch)];
                    float actual = planes[(((channel * height) + y) * width) + x];
                    // Three differences and two rounded fractions of values up to 1.
                    Assert.That(actual, Is.EqualTo(expected).Within(bilinear ? 1e-6 : 0), $"channel {channel}, x {x}, y {y}");
                }
            }
        }
    }

    [Test]
    public void AnyRectangleHasTheBitsOfTheWholeInBothVectorWidthsAndWritesNothingElse([Values] bool bilinear, [Values(512, 256)] int bits)
    {
        Widths.Need(bits);
        int before = VectorPath.Bits;
        var random = new Random(6);
        try
        {
            foreach (int patch in (int[])[7, 8, 14, 16])
            {
                using LowResolution map = RandomMap(2, 9, 11, patch);
                int width = (11 * patch) - 3, height = (9 * patch) - 1;
                VectorPath.Bits = 256;
                float[] whole = Whole(map, bilinear, width, height);
                VectorPath.Bits = bits;
                using var planes = new LowResolutionPlanesCpu(map, bilinear, 70, 16);
                for (int round = 0; round < 60; round++)
                {
                    int w = random.Next(1, 71), h = random.Next(1, 17);
                    (int x, int y) = (random.Next(0, width - w + 1), random.Next(0, height - h + 1));
                    AssertRectangle(planes, whole, width, height, x, y, w, h);
                }
            }
        }
        finally
        {
            VectorPath.Bits = before;
        }
    }

    /// <summary>Cells hold where their centre lies: a pixel between the first centre and the last one gets its own place.</summary>
    [TestCase(4, 4), TestCase(2, 6), TestCase(7, 7), TestCase(3, 3), TestCase(8, 0)]
    public void OverlappingCellsLieWhereTheirCentresAre(int patch, int overlap)
    {
        const int Count = 9;
        using var map = new LowResolution(2, Count, Count, patch, overlap);
        for (int i = 0; i < Count * Count; i++)
        {
            map.Plane(0)[i] = (i % Count * patch) + ((patch + overlap) / 2f);
            map.Plane(1)[i] = (i / Count * patch) + ((patch + overlap) / 2f);
        }
        int side = Count * patch;
        float first = (patch + overlap) / 2f, last = ((Count - 1) * patch) + first;
        float[] planes = Whole(map, true, side, side), nearest = Whole(map, false, side, side);
        for (int i = 0; i < side * side; i++)
        {
            (float x, float y) = ((i % side) + 0.5f, (i / side) + 0.5f);
            Assert.That(planes[i], Is.EqualTo(Math.Clamp(x, first, last)).Within(1e-5));
            Assert.That(planes[(side * side) + i], Is.EqualTo(Math.Clamp(y, first, last)).Within(1e-5));
            Assert.That(nearest[i], Is.EqualTo(Math.Clamp(x, first, last)).Within((patch + 1) / 2f));
        }
    }

    [Test]
    public void AConstantStaysAConstantAndOneCellReachesEverywhere()
    {
        using var map = new LowResolution(1, 1, 1, 14);
        map.Plane(0)[0] = 0.1f;
        Assert.That(Whole(map, true, 13, 9), Is.All.EqualTo(0.1f));
        Assert.That(Whole(map, false, 13, 9), Is.All.EqualTo(0.1f));
    }

    [Test]
    public void EvaluatingAllocatesNothing()
    {
        using LowResolution map = RandomMap(4, 6, 6, 8);
        using var planes = new LowResolutionPlanesCpu(map, true, 48, 16);
        float[] to = new float[4 * 48 * 16];
        fixed (float* first = to)
        {
            planes.Planes(0, 0, 48, 16, first, 48, 48 * 16);
            long bytes = GC.GetAllocatedBytesForCurrentThread(), buffers = HostBuffer.Allocations;
            planes.Planes(0, 16, 48, 16, first, 48, 48 * 16);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - bytes, Is.Zero);
            Assert.That(HostBuffer.Allocations, Is.EqualTo(buffers));
        }
    }

    private static void AssertRectangle(LowResolutionPlanesCpu planes, float[] whole, int width, int height, int x, int y, int w, int h)
    {
        int rowStride = w + 5, planeStride = (h * rowStride) + 3;
        float[] to = new float[2 * planeStride];
        Array.Fill(to, float.NaN);
        fixed (float* first = to)
        {
            planes.Planes(x, y, w, h, first, rowStride, planeStride);
        }
        for (int i = 0; i < to.Length; i++)
        {
            (int channel, int r, int c) = (i / planeStride, i % planeStride / rowStride, i % planeStride % rowStride);
            float expected = r < h && c < w ? whole[(((channel * height) + y + r) * width) + x + c] : float.NaN;
            if (!to[i].Equals(expected))
            {
                Assert.Fail($"{to[i]} instead of {expected} at channel {channel}, row {r}, column {c} of {x},{y},{w},{h}");
            }
        }
    }

    private static float[] Whole(LowResolution map, bool bilinear, int width, int height)
    {
        float[] to = new float[map.Channels * width * height];
        using var planes = new LowResolutionPlanesCpu(map, bilinear, width, height);
        fixed (float* first = to)
        {
            planes.Planes(0, 0, width, height, first, width, width * height);
        }
        return to;
    }

    private static double Bilinear(LowResolution map, int channel, int x, int y)
    {
        double Value(long row, long column) =>
            map.Plane(channel)[(Math.Clamp(row, 0, map.Rows - 1) * map.Columns) + Math.Clamp(column, 0, map.Columns - 1)];
        double cx = ((x + 0.5) / map.Patch) - 0.5, cy = ((y + 0.5) / map.Patch) - 0.5;
        long i = (long)Math.Floor(cy), j = (long)Math.Floor(cx);
        (double g, double f) = (cy - i, cx - j);
        double above = (Value(i, j) * (1 - f)) + (Value(i, j + 1) * f), below = (Value(i + 1, j) * (1 - f)) + (Value(i + 1, j + 1) * f);
        return (above * (1 - g)) + (below * g);
    }

    private static LowResolution RandomMap(int channels, int rows, int columns, int patch)
    {
        var random = new Random(patch);
        var map = new LowResolution(channels, rows, columns, patch);
        for (int i = 0; i < channels * rows * columns; i++)
        {
            map.Plane(0)[i] = (float)((random.NextDouble() * 2) - 1);
        }
        return map;
    }
}
