using FastSeg.Cli.Terminal;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>Lines in a log instead of a bar, by a clock that the test turns.</summary>
[TestFixture]
internal sealed class ProgressLinesTests
{
    [Test]
    public void ALineComesEveryFewSeconds()
    {
        var clock = new Clock();
        using var error = new StringWriter { NewLine = "\n" };
        var lines = new ProgressLines(error, "a.tif (2 of 5)", 400_000_000, clock);
        lines.Report(0.1);
        clock.Seconds = 9.9;
        lines.Report(0.2);
        Assert.That(error.ToString(), Is.Empty, "a short run says nothing");
        clock.Seconds = 20;
        lines.Report(0.25);
        lines.Report(0.24);
        clock.Seconds = 24;
        lines.Report(0.3);
        clock.Seconds = 40;
        lines.Report(0.5);
        lines.Report(1);
        Assert.That(error.ToString(), Is.EqualTo(
            // 400 Mpx x 0.25 / 20 s = 5 Mpx/s, 20 s x 0.75 / 0.25 = 60 s. Then since 9.9 s, the last report that is 30 s old:
            // 0.3 in 30.1 s are 400 x 0.3 / 30.1 = 4.0 Mpx/s, 30.1 s x 0.5 / 0.3 = 50.17 s.
            "fastseg: a.tif (2 of 5): 25 %, 5 Mpx/s, 60.00 s left\n" +
            "fastseg: a.tif (2 of 5): 50 %, 4 Mpx/s, 50.17 s left\n"));
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
