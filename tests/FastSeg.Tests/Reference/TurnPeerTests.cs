extern alias Perf;

using NUnit.Framework;
using Perf::FastSeg.Perf;

namespace FastSeg.Tests.Reference;

/// <summary>Scripts of perf/peers that take turns with us.</summary>
[NonParallelizable]
internal sealed class TurnPeerTests
{
    [Test]
    public void APeerThatCannotStartIsSaidToBeNotHere()
    {
        using var said = new StringWriter();
        TextWriter before = Console.Out;
        Console.SetOut(said);
        try
        {
            var run = new PerfRun(PerfOptions.Parse([]), new Bounds(1, 1));
            // Without Python or NumPy the reason is another, and the sentence begins alike.
            Assert.That(TurnPeer.Start(run, "a library", "features.py", "no such image.npy", "--filters", "scipy"), Is.Null);
        }
        finally
        {
            Console.SetOut(before);
        }
        Assert.That(said.ToString(), Does.StartWith("a library: not here, ").And.Match("no (such|module|.usr)").IgnoreCase);
    }
}
