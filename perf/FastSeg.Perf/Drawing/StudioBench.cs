using System.Diagnostics;
using System.Text.Json;

namespace FastSeg.Perf.Drawing;

/// <summary>
/// What a person waits for in the studio, in its real page and a real browser: the new segmentation after a stroke, the ink under the
/// pointer, the first picture of a very large image, and the memory after minutes of drawing. The scripts lie in perf/studio.
/// </summary>
internal static class StudioBench
{
    private const int Strokes = 40, DeepStrokes = 20, HugeSide = 20_000, Minutes = 10, Kills = 100;

    public static void Run(PerfRun run)
    {
        using var scratch = new ScratchFolder();
        string image = scratch.File("mosaic.png");
        SaveMosaic(image);
        string backbone = Path.Combine(Repository.Root, "models", "fastseg-vit-tiny-8-int8");
        AfterStroke(run, "classical, 3,000 labelled pixels", 0.35, image, 3000, Strokes);
        AfterStroke(run, "classical, 50,000 labelled pixels", 0.8, image, 50000, Strokes);
        AfterStroke(run, "deep, maps cached, 3,000 labelled pixels", 0.6, image, 3000, DeepStrokes, "--deep", backbone);
        Huge(run, scratch);
        Memory(run, image);
        Killed(run);
    }

    private static void AfterStroke(
        PerfRun run, string what, double wanted, string image, int labelled, int strokes, params IReadOnlyList<string> more)
    {
        if (Script("strokes.mjs", [image, $"{labelled}", $"{strokes}", .. more]) is not { } found)
        {
            return;
        }
        double Milliseconds(string name) => found.GetProperty(name).GetDouble();
        string pixels = FormattableString.Invariant(
            $"median {Milliseconds("p50") / 1000:F3}, {strokes} strokes, {found.GetProperty("pixels").GetInt64()} pixels");
        run.Add(new Quantity("studio", $"stroke to segmentation of 1600 x 1000, p95, {what}", Milliseconds("p95") / 1000, "s", pixels)
        {
            Goal = Goal.AtMost(wanted),
        });
        JsonElement ink = found.GetProperty("ink");
        run.Add(new Quantity(
            "studio", $"  pointer to ink, p95, {what}", ink.GetProperty("p95").GetDouble() / 1000, "s",
            FormattableString.Invariant($"median {ink.GetProperty("p50").GetDouble() / 1000:F3}"))
        {
            Goal = Goal.AtMost(0.033),
        });
    }

    private static void Huge(PerfRun run, ScratchFolder scratch)
    {
        string image = scratch.File("huge.tif");
        PerfImages.SaveMosaic(image, HugeSide);
        if (Script("huge.mjs", [image]) is { } found)
        {
            void Add(string what, string name, double scale, string unit, double? wanted) =>
                run.Add(new Quantity("studio", $"{HugeSide} x {HugeSide} TIFF: {what}", found.GetProperty(name).GetDouble() * scale, unit)
                {
                    Goal = wanted is { } most ? Goal.AtMost(most) : null,
                });
            Add("first picture", "picture", 0.001, "s", 1.5);
            Add("the one pass for mean and deviation", "measured", 0.001, "s", null);
            Add("first segmentation after the second stroke", "overlay", 0.001, "s", 1.0);
            Add("most memory of the studio", "peak", 1, "MiB", 1536);
        }
        File.Delete(image);
    }

    private static void Memory(PerfRun run, string image)
    {
        if (Script("minutes.mjs", [image, $"{Minutes}"]) is not { } found)
        {
            return;
        }
        foreach (string part in (string[])["studio", "page"])
        {
            JsonElement held = found.GetProperty(part);
            double Held(string when) => held.GetProperty(when).GetDouble();
            run.Add(new Quantity(
                "studio", $"60 strokes a minute for {Minutes} minutes: the {part}'s memory at the end", Held("last"), "MiB",
                FormattableString.Invariant($"after a minute {Held("first"):F0}, most {Held("most"):F0}")));
        }
    }

    /// <summary>Kills the studio between strokes, and looks for each pixel that was drawn: a test in the browser, made longer.</summary>
    private static void Killed(PerfRun run)
    {
        string test = Path.Combine(Repository.Root, "tests", "browser", "kill.test.mjs");
        (int code, _, string errors) = Node(["--test", test], start => start.Environment["FASTSEG_KILLS"] = $"{Kills}");
        if (code != 0)
        {
            PerfRun.Note($"kill.test.mjs failed: {errors}");
        }
        run.Add(new Quantity("studio", $"killed {Kills} times between strokes, without a loss", code == 0 ? Kills : 0, "times")
        {
            Goal = Goal.AtLeast(Kills),
        });
    }

    private static void SaveMosaic(string path)
    {
        const int Side = 2048;
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(Side, Side, SampleType.UInt8));
        writer.Write(new Region(0, 0, Side, Side), new StrokeScene(Side, 2).Pixels);
        writer.Commit();
    }

    /// <summary>The JSON object that a script prints; null with a note of what was missing.</summary>
    private static JsonElement? Script(string script, IReadOnlyList<string> arguments)
    {
        (int code, string output, string errors) = Node([Path.Combine(Repository.Root, "perf", "studio", script), .. arguments], _ => { });
        if (code == 0)
        {
            return JsonDocument.Parse(output).RootElement;
        }
        string reason = errors.Split('\n').FirstOrDefault(line => line.Contains("Error", StringComparison.Ordinal)) ?? errors;
        PerfRun.Note($"{script}: left out, {reason.Trim()}");
        return null;
    }

    private static (int Code, string Output, string Errors) Node(IReadOnlyList<string> arguments, Action<ProcessStartInfo> more)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        more(start);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
