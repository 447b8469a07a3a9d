using System.Diagnostics;
using FastSeg.Cli.Scaling;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Scaling;

/// <summary>However a process that measures a size ends, there is a point with a sentence.</summary>
internal sealed class PointProcessTests
{
    [TestCase("kill -9 $$", "The process was killed (SIGKILL), as the system does where memory runs out.")]
    [TestCase("kill -11 $$", "The process was ended by signal 11.")]
    [TestCase("echo 'fastseg: a.tif: too little memory.' >&2; exit 1", "a.tif: too little memory.")]
    [TestCase("echo 'fastseg: note' >&2; kill -9 $$", "The process was killed (SIGKILL), as the system does where memory runs out.")]
    [TestCase("echo oh dear >&2; exit 3", "The process ended with exit code 3: oh dear.")]
    [TestCase("exit 4", "The process ended with exit code 4.")]
    [TestCase("echo no json", "The process ended well and printed no result.")]
    [TestCase("true", "The process ended well and printed no result.")]
    public void APointSaysWhyItsProcessDied(string script, string sentence)
    {
        ScalingPoint point = Run(script, CancellationToken.None);
        Assert.That(point, Is.EqualTo(new ScalingPoint(7) { Stopped = sentence }));
    }

    [Test]
    public void WhatAProcessPrintsIsThePointAndWhatItSaysIsPassedOn()
    {
        var said = new List<string>();
        ScalingPoint point = PointProcess.Run(
            Shell("echo 'fastseg: a note' >&2; echo '{\"Side\":5,\"Seconds\":1.5,\"PeakBytes\":9}'"), 5, said.Add, CancellationToken.None);
        Assert.That((point.Side, point.Seconds, point.PeakBytes, point.Measured), Is.EqualTo((5, 1.5, 9, true)));
        Assert.That(said, Is.EqualTo((string[])["fastseg: a note"]));
    }

    [Test]
    public void ACancelledProcessIsEnded()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();
        Assert.That(() => Run("exec sleep 100", cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), "it does not wait for the process to end by itself");
    }

    [Test]
    public void AProgramThatIsMissingIsASentence() => Assert.That(
        () => PointProcess.Run(new ProcessStartInfo("/nowhere/fastseg"), 1, _ => { }, CancellationToken.None),
        Throws.TypeOf<FastSegException>().With.Message.StartsWith("/nowhere/fastseg cannot be started"));

    private static ScalingPoint Run(string script, CancellationToken cancellation) =>
        PointProcess.Run(Shell(script), 7, _ => { }, cancellation);

    private static ProcessStartInfo Shell(string script) => new("/bin/sh", ["-c", script]);
}
