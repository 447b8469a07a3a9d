using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>The callback of a C call: who cancelled by it is not asked again, and gets no result.</summary>
[NonParallelizable]
internal sealed unsafe class ProgressWatchTests
{
    private static int _calls, _answer;

    [Test]
    public void ACallThatIsCancelledDoesNotAskAgain()
    {
        (_calls, _answer) = (0, 1);
        Assert.That(
            () => ProgressWatch.Run(
                (_, stop) =>
                {
                    stop.WaitHandle.WaitOne();
                    // Several times as long as the pause between two questions.
                    Thread.Sleep(200);
                    return 7;
                },
                &Answer, null),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public void ACallThatIsNotCancelledHearsOfItsEnd()
    {
        (_calls, _answer) = (0, 0);
        Assert.That(ProgressWatch.Run((progress, _) => 7, &Answer, null), Is.EqualTo(7));
        Assert.That(_calls, Is.GreaterThan(0));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Answer(double fraction, void* user)
    {
        _calls++;
        return _answer;
    }
}
