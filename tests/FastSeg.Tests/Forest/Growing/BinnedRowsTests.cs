using FastSeg.Forest.Growing;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Growing;

public sealed unsafe class BinnedRowsTests
{
    [Test]
    public void ABinIsTheNumberOfCutsThatAreNotAbove(
        [Values(1, 2, 500, 3001)] int count, [Values(1, 3, 4, 9)] int features, [Values(2, 16, 256)] int maxBin)
    {
        float[] rows = TrainedModels.Rows(new Random(count), count, features, count % 2 == 0 ? 12 : 0);
        fixed (float* data = rows)
        {
            using var bins = new BinnedRows(data, count, features, maxBin, new ComputeOptions { Threads = 1 });
            using var shared = new BinnedRows(data, count, features, maxBin, new ComputeOptions { Threads = 3 });
            for (int feature = 0; feature < features; feature++)
            {
                float[] cuts = bins.Cuts(feature);
                Assert.That(cuts, Has.Length.LessThan(maxBin));
                Assert.That(shared.Cuts(feature), Is.EqualTo(cuts));
                byte[] expected = [.. Enumerable.Range(0, count).Select(row =>
                    (byte)cuts.Count(cut => cut <= rows[(row * features) + feature]))];
                Assert.That(new ReadOnlySpan<byte>(bins.Column(feature), count).ToArray(), Is.EqualTo(expected));
                Assert.That(new ReadOnlySpan<byte>(shared.Column(feature), count).ToArray(), Is.EqualTo(expected));
            }
        }
    }
}
