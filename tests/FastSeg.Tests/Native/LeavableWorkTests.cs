using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Native;

/// <summary>Calls that cannot be stopped: who waits for one goes, or stays, as the process wants it.</summary>
[NonParallelizable]
public sealed class LeavableWorkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Moment = TimeSpan.FromMilliseconds(100);

    [TearDown]
    public void Stay() => LeavableWork.MayLeave = false;

    [Test]
    public void TheResultAndTheProgressAreHandedOnToTheCaller()
    {
        var told = new List<(int Done, int Thread)>();
        int thread = Environment.CurrentManagedThreadId;
        int result = LeavableWork.Run(
            (tell, _) =>
            {
                tell(1);
                tell(2);
                return Environment.CurrentManagedThreadId;
            },
            done => told.Add((done, Environment.CurrentManagedThreadId)), default);
        Assert.That(result, Is.Not.EqualTo(thread));
        Assert.That(told, Is.EqualTo((List<(int, int)>)[(1, thread), (2, thread)]));
        Assert.That(LeavableWork.IsLeft, Is.False);
    }

    [Test]
    public void FailuresAreThoseOfTheWork()
    {
        Assert.That(
            () => LeavableWork.Run<int>((_, _) => throw new FastSegException("so."), null, default), Throws.TypeOf<FastSegException>());
        Assert.That(
            () => LeavableWork.Run(One, _ => throw new FastSegException("no."), default), Throws.TypeOf<FastSegException>());

        static int One(Action<int> tell, CancellationToken stop)
        {
            tell(1);
            return 1;
        }
    }

    [Test]
    public void ACallThatIsCancelledIsLeftOrWaitedFor([Values] bool may)
    {
        LeavableWork.MayLeave = may;
        using var cancel = new CancellationTokenSource();
        using var entered = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        bool stopped = false, ended = false;
        Task<int> run = Task.Run(() => LeavableWork.Run(
            (_, token) =>
            {
                entered.Set();
                open.Wait();
                stopped = token.IsCancellationRequested;
                ended = true;
                return 1;
            },
            null, cancel.Token));
        entered.Wait();
        cancel.Cancel();
        try
        {
            if (may)
            {
                Assert.That(() => run.Wait(Patience), Throws.TypeOf<AggregateException>());
            }
            else
            {
                Assert.That(run.Wait(Moment), Is.False);
            }
            Assert.That((SpinWait.SpinUntil(() => LeavableWork.IsLeft, Patience), ended), Is.EqualTo((true, false)));
        }
        finally
        {
            open.Set();
        }
        Assert.That(() => run.GetAwaiter().GetResult(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(SpinWait.SpinUntil(() => !LeavableWork.IsLeft, Patience));
        Assert.That((ended, stopped), Is.EqualTo((true, true)));
    }
}
