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

    [Test]
    public void FirstAndLastPartsComeInOrderOneAtATime([Values(1, 2, 5)] int workers)
    {
        List<long> begun = [], ended = [];
        var reports = new List<double>();
        var random = new Random(1);
        int[] pauses = [.. Enumerable.Range(0, 40).Select(_ => random.Next(3))], held = new int[workers];
        // Lists are not thread-safe: two first parts at a time, or two last ones, would be noticed.
        Workers.RunInOrder(
            workers, pauses.Length, new ComputeOptions { Progress = new Collect(reports) },
            (worker, i) =>
            {
                held[worker] = (int)i;
                begun.Add(i);
            },
            (worker, i) =>
            {
                Thread.Sleep(pauses[i]);
                Assert.That(held[worker], Is.EqualTo(i), "what a worker has begun is its own until it ends");
            },
            (worker, i) => ended.Add(i));
        Assert.That(begun, Is.EqualTo(Enumerable.Range(0, pauses.Length)));
        Assert.That(ended, Is.EqualTo(begun));
        Assert.That(reports, Is.EqualTo(Enumerable.Range(1, pauses.Length).Select(i => (double)i / pauses.Length)));
    }

    [Test]
    public void MiddlePartsRunAtOnce()
    {
        using var both = new Barrier(2);
        Workers.RunInOrder(
            2, 6, new ComputeOptions(), (_, _) => { },
            (_, i) => Assert.That(both.SignalAndWait(TimeSpan.FromSeconds(20)), Is.True, $"step {i} was alone"), (_, _) => { });
    }

    /// <summary>A failing part must not leave another thread waiting for its turn, and only what came before it is done.</summary>
    [Test]
    public void AFailureInOrderIsTheFirstOne([Values("begin", "work", "end")] string part)
    {
        for (int round = 0; round < 20; round++)
        {
            var ended = new List<long>();
            void Fail(string now, long i)
            {
                if (now == part && i is 9 or 10 or 11)
                {
                    Thread.Sleep(i == 9 ? 2 : 0);
                    throw new FastSegException($"{i}");
                }
            }
            FastSegException? e = Assert.Catch<FastSegException>(() => Workers.RunInOrder(
                3, 100, new ComputeOptions(), (_, i) => Fail("begin", i), (_, i) => Fail("work", i),
                (_, i) =>
                {
                    Fail("end", i);
                    ended.Add(i);
                }));
            Assert.That(e!.Message, Is.EqualTo("9"));
            Assert.That(ended, Is.EqualTo(Enumerable.Range(0, 9)));
        }
    }

    private sealed class Collect(List<double> reports) : IProgress<double>
    {
        public void Report(double value) => reports.Add(value);
    }
}
