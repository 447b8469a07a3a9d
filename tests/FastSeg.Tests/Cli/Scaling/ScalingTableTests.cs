using FastSeg.Cli.Reports;
using FastSeg.Cli.Scaling;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Scaling;

/// <summary>Tables, comparison and file of results, on numbers that are made up.</summary>
internal sealed class ScalingTableTests
{
    private static readonly ScalingPoint Stopped = new(4096) { Stopped = "a.tif: too little, \"really\"." };

    [Test]
    public void TheCsvHasARowForEachPointAndQuotesWhatNeedsIt()
    {
        string[] lines = ScalingTables.Csv(Result(1)).TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[0], Does.StartWith("series,side,pixels,seconds,start_up,peak_bytes,"));
        Assert.That(lines[0], Does.EndWith(",backend,stopped,seconds_read,seconds_forest"));
        Assert.That(lines[1], Is.EqualTo("classical,1024,1048576,0.5,0.25,3145728,4194304,7,0,11,13,17,3,19,23,cpu,,0.125,0.375"));
        Assert.That(lines[3], Is.EqualTo("classical,4096,16777216,,,,,,,,,,,,,,\"a.tif: too little, \"\"really\"\".\",,"));
    }

    [Test]
    public void ThePageHasRatesRatiosFitsAndWhatWasStopped()
    {
        string page = ScalingTables.Markdown(Result(1));
        // 4 times the pixels in 4 times the time: an exponent of 1; the peak is the same: an exponent of 0.
        Assert.That(page, Does.Contain("| classical | 1.000 | 0.000 |"));
        Assert.That(page, Does.Contain("| 1024 | 1.05 | 0.500 | 2.10 | 0.25 | 3.0 | 4.0 | 0.750 | 0.0 | 0.0 |"));
        Assert.That(page, Does.Contain("4096 x 4096: stopped here: a.tif: too little, \"really\"."));
        Assert.That(page, Does.Contain("1024 x 1024: 3 transfers, 19 B to the device and 23 B back"));
    }

    [Test]
    public void WherePeaksAreOfTheWarmUpTooThePageAndAComparisonSayIt()
    {
        ScalingResult alone = Result(1), both = WithWarmUp(alone);
        Assert.That(ScalingTables.Markdown(alone), Does.Contain("Peak is VmHWM of the first run."));
        Assert.That(ScalingTables.Markdown(both), Does.Contain("Peak is VmHWM of warm-up and first run."));
        string page = ScalingComparison.Markdown(("old", both), ("new", alone));
        Assert.That(page, Does.Match("- old: .*; peaks of warm-up and first run\n- new: .*; peaks of the first run\n"));
    }

    [Test]
    public void SizesBelowOneMegapixelAreNotFitted()
    {
        ScalingSeries series = Result(1).Series[0];
        var more = new ScalingSeries("x", [new ScalingPoint(512) { Seconds = 100, PeakBytes = 1 << 30 }, .. series.Points]);
        Assert.That(more.Time, Is.EqualTo(series.Time));
        Assert.That(more.Memory, Is.EqualTo(series.Memory));
        Assert.That(more.Time!.Points, Is.EqualTo(2));
    }

    [Test]
    public void AComparisonHasRatiosOfTheSecondOverTheFirst()
    {
        string page = ScalingComparison.Markdown(("old", Result(1)), ("new", Result(0.5) with { Threads = 4 }));
        Assert.That(page, Does.Contain("| classical | 1024 | 0.500 | 0.250 | 0.50 | 3.0 | 1.5 | 0.50 |"));
        Assert.That(page, Does.Contain("| classical | 2048 | 2.000 | 1.000 | 0.50 | 3.0 | 1.5 | 0.50 |"));
        Assert.That(page, Does.Not.Contain("| 4096 |"), "a size that one of them lacks has no ratio");
        Assert.That(page, Does.Contain("threads: 4"));
    }

    [Test]
    public void WhatIsSavedIsLoadedAndOtherFilesAreRefused()
    {
        using var scratch = new TemporaryFolder();
        ScalingResult result = Result(1);
        result.Save(scratch.Path);
        ScalingResult loaded = ScalingResult.Load(scratch.Path);
        Assert.That(ScalingTables.Csv(loaded), Is.EqualTo(ScalingTables.Csv(result)));
        Assert.That(ScalingTables.Markdown(loaded), Is.EqualTo(ScalingTables.Markdown(result)));
        foreach (string text in (string[])["", "{", "[]", "{}", "null", "{\"format\":2}"])
        {
            File.WriteAllText(scratch.File("scaling.json"), text);
            Assert.That(
                () => ScalingResult.Load(scratch.Path),
                Throws.TypeOf<FastSegException>().With.Message.Contain("is no result of `fastseg scaling`"), text);
        }
    }

    [Test]
    public void TicksAreRoundNumbersAroundTheValues()
    {
        Assert.That(CurvePlot.TickValues([]), Is.Empty);
        Assert.That(
            CurvePlot.TickValues([0.3, 4]).Select(tick => tick.Text),
            Is.EqualTo((string[])["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]));
        Assert.That(
            CurvePlot.TickValues([0.001, 60]).Select(tick => tick.Text),
            Is.EqualTo((string[])["0.001", "0.01", "0.1", "1", "10", "100"]));
    }

    /// <summary>The same where one point's peak was not set back.</summary>
    private static ScalingResult WithWarmUp(ScalingResult result)
    {
        IReadOnlyList<ScalingPoint> points = result.Series[0].Points;
        return result with { Series = [result.Series[0] with { Points = [points[0] with { PeakOfRun = false }, .. points.Skip(1)] }] };
    }

    /// <summary>Two sizes and one that was stopped.</summary>
    /// <param name="scale">What times and peaks are multiplied by.</param>
    private static ScalingResult Result(double scale)
    {
        var first = new ScalingPoint(1024)
        {
            Seconds = 0.5 * scale,
            StartUp = 0.25,
            PeakBytes = (long)((3 << 20) * scale),
            PeakOfRun = true,
            PlannedBytes = 4 << 20,
            ManagedBytes = 7,
            ReadBytes = 11,
            WrittenBytes = 13,
            Device = new DeviceUse(17, 3, 19, 23),
            Backend = "cpu",
            Stages = [new StageSeconds("read", 0.125), new StageSeconds("forest", 0.375)],
        };
        return new ScalingResult
        {
            Version = "1",
            Date = "2026-11-29",
            Machine = new Machine("processor", 2, 512, 1L << 34, "system", "runtime"),
            What = "segment",
            Threads = 2,
            Backend = "cpu",
            MemoryLimit = 1 << 30,
            CopyBytesPerSecond = 5e10,
            BytesPerPixel = 2,
            Series = [new ScalingSeries("classical", [first, first with { Side = 2048, Seconds = 2 * scale }, Stopped])],
        };
    }
}
