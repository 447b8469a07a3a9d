using FastSeg.Common;
using NUnit.Framework;

namespace FastSeg.Tests.Common;

/// <summary>Workers run each step once, and throw the failure with the lowest index.</summary>
[TestFixture]
internal sealed class WorkersTests
{
    [TestCase(1, 100)]
    [TestCase(4, 100)]
    [TestCase(8, 3)]
    [TestCase(3, 0)]
    public void EveryStepRunsOnce(int workers, long count)
    {
        int[] runs = new int[count];
        Workers.Run(workers, count, new ComputeOptions(), (worker, i) =>
        {
            Assert.That(worker, Is.InRange(0, workers - 1));
            Interlocked.Increment(ref runs[i]);
        });
        Assert.That(runs, Is.All.EqualTo(1));
    }

    [Test]
    public void TheFirstFailureByIndexIsThrown()
    {
        for (int round = 0; round < 50; round++)
        {
            FastSegException? e = Assert.Catch<FastSegException>(() => Workers.Run(4, 1000, new ComputeOptions(), (_, i) =>
            {
                if (i is 17 or 18 or 19 or 40)
                {
                    Thread.Sleep(i == 17 ? 5 : 0);
                    throw new FastSegException($"{i}");
                }
            }));
            Assert.That(e!.Message, Is.EqualTo("17"));
        }
    }
}
