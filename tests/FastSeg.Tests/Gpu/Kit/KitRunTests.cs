extern alias Perf;

using System.Text.Json;
using NUnit.Framework;
using Perf::FastSeg.Perf.Kit;

namespace FastSeg.Tests.Gpu.Kit;

/// <summary>Steps of the kit that fail, hang or end early.</summary>
[TestFixture]
internal sealed class KitRunTests
{
    private static readonly Recipe Recipe = new("abc", "2026-01-01", 64, []);

    /// <summary>A program that hears no wish to end, and a child of it that would outlive it.</summary>
    private const string Hangs =
        """
        trap '' TERM INT HUP
        sleep 60 &
        echo $! > "$1"
        echo begun
        wait
        sleep 60
        """;

    [Test]
    public void WhatHangsIsStoppedWithAllThatItStartedAndTheNextHasItsTurn()
    {
        Ended? hung = null, next = null;
        using KitScene scene = KitScene.Stopped(
            played =>
            {
                string program = played.Add("hangs", Hangs), other = played.Add("other", "echo other");
                played.Work.Waiting = 1;
                hung = played.Work.Run("what hangs", program, [played.File("child")]);
                played.Work.Waiting = 0;
                next = played.Work.Run("the next", other, []);
                played.Report.End();
            },
            _ => hung?.Output.Length > 0 && next?.Code == 0);
        Assert.That(hung, Is.EqualTo(new Ended(null, "begun\n")));
        Assert.That(next, Is.EqualTo(new Ended(0, "other\n")));
        Assert.That(scene.Report.State, Is.EqualTo("stopped at its limit"));
        Assert.That(scene.Found.Notes, Has.One.StartsWith("what hangs was stopped after "));
        string child = File.ReadAllText(scene.File("child")).Trim();
        Assert.That(() => Runs(child), Is.False.After(20_000, 20), "the child");
    }

    [Test]
    public void NothingBeginsWithoutTime()
    {
        using var scene = new KitScene(limit: 0);
        Assert.That(scene.Work.Run("late", scene.Add("late", "echo late > \"$0.ran\""), []), Is.Null);
        Assert.That(File.Exists(scene.File("bin/late.ran")), Is.False);
        Assert.That(scene.Found.Notes, Has.One.StartsWith("late was not begun"));
    }

    /// <summary>A worker that ends badly fails its step, with what it said last.</summary>
    [Test]
    public void AWorkerThatEndsBadlyFailsItsStep()
    {
        using var scene = new KitScene();
        scene.Work.Worker("nobody");
        scene.Report.End();
        Assert.That(scene.Found.Failures, Has.One.StartsWith("nobody ended with exit code "));
        Assert.That(scene.Found.Texts["nobody"], Does.Contain("'nobody'"), "it was this program that ended");
        Assert.That(scene.Report.State, Is.EqualTo("failed"));
    }

    /// <summary>Each step's file is there before the next begins; what a step leaves over goes to the next.</summary>
    [Test]
    public void AStepThatFailsKeepsNoOtherFromRunning()
    {
        using var scene = new KitScene();
        KitSettings settings = scene.Settings;
        string[] before = [];
        KitStep[] steps =
        [
            new("first", "The first", 100, work =>
            {
                work.Found.Row("Rows", ["cell"], "kept");
                throw new InvalidOperationException("broken");
            }),
            new("second", "The second", 100, work =>
            {
                before = [.. Directory.GetFiles(settings.Out).Select(path => Path.GetFileName(path))];
                work.Found.Note("ran");
            }),
        ];
        Assert.That(KitRun.Run(settings, steps, Recipe), Is.EqualTo(1));
        Assert.That(before, Is.EquivalentTo((string[])["1-first.json", "2-second.json", "gpu.md"]));
        JsonElement first = Read(settings, "1-first.json"), second = Read(settings, "2-second.json");
        Assert.That(first.GetProperty("state").GetString(), Is.EqualTo("failed"));
        Assert.That(first.GetProperty("found").GetProperty("failures")[0].GetString(), Is.EqualTo("InvalidOperationException: broken"));
        Assert.That(first.GetProperty("found").GetProperty("tables")[0].GetProperty("rows")[0][0].GetString(), Is.EqualTo("kept"));
        Assert.That(second.GetProperty("state").GetString(), Is.EqualTo("done"));
        Assert.That(second.GetProperty("limit").GetDouble(), Is.GreaterThan(100).And.LessThanOrEqualTo(200));
        Assert.That(File.ReadAllText(Path.Combine(settings.Out, "gpu.md")), Does.Contain("**FAILED**: InvalidOperationException: broken"));
    }

    /// <summary>All steps together take the minutes that were asked for.</summary>
    [Test]
    public void TheLimitsOfAllStepsAreTheMinutes() =>
        Assert.That(KitStep.All.Sum(step => step.Limit(5)), Is.EqualTo(5 * 60).Within(0.001));

    [Test]
    public void LabelsThatDifferAreSaidWithTheirPlaceAndWhetherTheyComeAgain()
    {
        byte[] expected = [1, 1, 1, 1, 1, 1], found = [1, 1, 1, 2, 1, 3];
        Assert.That(
            LabelStep.Where(expected, found, 2, found),
            Is.EqualTo("the first one is at 1, 1 (2 instead of 1), the last one at 1, 2; the device's second run gives the same labels."));
        Assert.That(LabelStep.Where(expected, found, 2, expected), Does.EndWith("gives other labels, as after a race."));
    }

    private static JsonElement Read(KitSettings settings, string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(settings.Out, name))).RootElement;

    /// <summary>Whether a process runs; one that nobody has buried yet does not.</summary>
    private static bool Runs(string process)
    {
        string status = $"/proc/{process}/stat";
        return File.Exists(status) && File.ReadAllText(status).Split(") ")[1][0] is not ('Z' or 'X');
    }
}
