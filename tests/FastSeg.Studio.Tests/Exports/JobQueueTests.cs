using System.Collections.Concurrent;
using FastSeg.Studio.Exports;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>Jobs run one after the other, say how far they are, and can be cancelled.</summary>
[TestFixture]
internal sealed class JobQueueTests
{
    private readonly ConcurrentQueue<JobState> _told = [];

    [SetUp]
    public void Forget() => _told.Clear();

    [Test]
    public void JobsRunInOrderWhateverBecomesOfThoseBefore()
    {
        using var jobs = new JobQueue(_told.Enqueue);
        jobs.Add("a", job =>
        {
            job.Begin(0, 2, "first");
            job.Begin(1, 2, "second");
            return "All is done.";
        });
        jobs.Add("b", _ => throw new FastSegException("There is no paper."));
        jobs.Add("c", _ => throw new InvalidOperationException("A mistake."));
        string last = jobs.Add("d", _ => "Done.");
        WaitFor(last);
        Assert.That(
            _told.Where(job => job.State != "waiting").Select(job => (job.Id, job.State, job.Done, job.Total, job.Text)),
            Is.EqualTo(new[]
            {
                ("j1", "running", 0, 0, ""), ("j1", "running", 0, 2, "first"), ("j1", "running", 1, 2, "second"),
                ("j1", "done", 1, 2, "All is done."), ("j2", "running", 0, 0, ""), ("j2", "failed", 0, 0, "There is no paper."),
                ("j3", "running", 0, 0, ""), ("j3", "failed", 0, 0, "A mistake."),
                ("j4", "running", 0, 0, ""), ("j4", "done", 0, 0, "Done."),
            }));
        Assert.That(jobs.Cancel("j1"), Is.False);
    }

    [Test]
    public void ARunningJobAndAWaitingOneAreCancelled()
    {
        using var jobs = new JobQueue(_told.Enqueue);
        using var begun = new ManualResetEventSlim();
        string running = jobs.Add("a", job =>
        {
            begun.Set();
            job.Cancellation.WaitHandle.WaitOne();
            job.Cancellation.ThrowIfCancellationRequested();
            return "";
        });
        string waiting = jobs.Add("b", _ => "It ran.");
        begun.Wait();
        Assert.That((jobs.Cancel(waiting), jobs.Cancel(running), jobs.Cancel("j9")), Is.EqualTo((true, true, false)));
        WaitFor(waiting);
        WaitFor(running);
        Assert.That(_told.Where(job => job.Ended).Select(job => job.State), Is.EqualTo(new[] { "cancelled", "cancelled" }));
        Assert.That(_told.Any(job => job.Id == waiting && job.State == "running"), Is.False);
    }

    [Test]
    public void AWaitingJobThatIsCancelledIsToldSoAtOnce()
    {
        using var jobs = new JobQueue(_told.Enqueue);
        using var mayEnd = new ManualResetEventSlim();
        string running = jobs.Add("a", _ =>
        {
            mayEnd.Wait();
            return "Done.";
        });
        string waiting = jobs.Add("b", _ => "It ran."), last = jobs.Add("c", _ => "Done.");
        try
        {
            Assert.That((jobs.Cancel(waiting), jobs.Cancel(waiting)), Is.EqualTo((true, false)), "the second time it has ended");
            Assert.That(
                _told.Where(job => job.Ended).Select(job => (job.Id, job.State)), Is.EqualTo(new[] { (waiting, "cancelled") }));
        }
        finally
        {
            mayEnd.Set();
        }
        WaitFor(last);
        Assert.That(_told.Count(job => job.Id == waiting), Is.EqualTo(2), "waiting and cancelled, and nothing after that");
        Assert.That(_told.Last(job => job.Id == running).State, Is.EqualTo("done"));
    }

    private void WaitFor(string id) =>
        Assert.That(SpinWait.SpinUntil(() => _told.Any(job => job.Id == id && job.Ended), TimeSpan.FromSeconds(60)), Is.True);
}
