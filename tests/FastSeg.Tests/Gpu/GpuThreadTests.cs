using FastSeg.Gpu;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

[TestFixture]
internal sealed class GpuThreadTests
{
    [Test]
    public void EverythingRunsOnTheOneThread()
    {
        using var thread = new GpuThread(BackendKind.Simulated);
        var threads = new HashSet<int>();
        thread.Invoke(_ => threads.Add(Environment.CurrentManagedThreadId));
        using var job = new Job(_ => threads.Add(Environment.CurrentManagedThreadId));
        thread.Run(job);
        thread.Run(job);
        Assert.That(threads, Has.Count.EqualTo(1).And.Not.Contain(Environment.CurrentManagedThreadId));
    }

    [Test]
    public void JobsOfSeveralThreadsAlternateBetweenTheSlots()
    {
        using var thread = new GpuThread(BackendKind.Simulated);
        var slots = new List<int>();
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3 }, _ =>
        {
            using var job = new Job(slots.Add);
            thread.Run(job);
        });
        Assert.That(slots, Has.Count.EqualTo(6));
        Assert.That(slots.Count(slot => slot == 0), Is.EqualTo(3));
    }

    [Test]
    public void AFailureReachesWhoeverWaitsAndTheThreadGoesOn()
    {
        using var thread = new GpuThread(BackendKind.Simulated);
        using var bad = new Job(_ => throw new InvalidDataException("bad tile"));
        Assert.That(() => thread.Run(bad), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => thread.Invoke(_ => throw new FastSegException("no")), Throws.TypeOf<FastSegException>());
        using var good = new Job(_ => { });
        Assert.That(() => thread.Run(good), Throws.Nothing);
    }

    [Test]
    public void WhatADriverSaysBecomesASentenceThatHelps()
    {
        FastSegException e = GpuErrors.Sentence(new ILGPU.Runtime.Cuda.CudaException("out of\nmemory"), "computing");
        Assert.That(e.Message, Is.EqualTo("The device failed while computing: out of memory (N/A); use the backend cpu."));
        Assert.That(
            GpuErrors.Sentence(new NotSupportedException("too old"), "opening").Message,
            Does.Contain("a newer driver or device is needed"));
    }

    [Test]
    public void TheProbeSaysWhyThereIsNone()
    {
        IReadOnlyList<GpuFound> found = GpuProbe.Run();
        Assert.That(
            found.Select(device => device.Backend),
            Is.SupersetOf((BackendKind[])[BackendKind.Cuda, BackendKind.OpenCl, BackendKind.Simulated]));
        foreach (GpuFound none in found.Where(device => !device.Exists))
        {
            Assert.That(none.PassedOver, Is.Not.Empty);
        }
    }

    private sealed class Job(Action<int> action) : GpuJob
    {
        public override void Enqueue(AcceleratorStream stream, int slot) => action(slot);
    }
}
