using System.Globalization;

namespace FastSeg.Perf.Memory;

/// <summary>
/// Peak memory against the plan, each run in a process of its own: every kind of picture, trainings, deep features; one thread and two;
/// with a terminal, where a bar is drawn, and without. Together 60 runs.
/// </summary>
internal static class PeakBench
{
    /// <summary>What a peak may be over its plan, as a part of it.</summary>
    private const double Most = 1.02;

    /// <summary>The transformer in the box.</summary>
    private static string Int8 => Path.Combine(Repository.Root, "models", "fastseg-vit-tiny-8-int8");

    public static void Run(PerfRun run)
    {
        using var folder = new ScratchFolder();
        var ratios = new List<double>();
        foreach ((string what, string[] arguments, string written) in Jobs(folder))
        {
            foreach ((int threads, bool terminal) in ((int, bool)[])[(1, false), (2, false), (1, true), (2, true)])
            {
                OwnProcess own = OwnProcess.Run(folder, threads, terminal, arguments);
                ratios.Add((double)own.PeakBytes / own.PlannedBytes);
                string how = $"{threads} thread{(threads == 1 ? "" : "s")}{(terminal ? ", terminal" : "")}";
                run.Add(new Quantity("memory", $"{what}, {how}", ratios[^1], "of the plan", own.InNumbers) { Goal = Goal.AtMost(Most) });
            }
            // Large pictures are not kept for those that follow.
            File.Delete(written);
        }
        int over = ratios.Count(ratio => ratio > Most);
        string spread = string.Create(CultureInfo.InvariantCulture, $"{ratios.Min():F3} to {ratios.Max():F3} of the plan");
        run.Add(new Quantity("memory", $"of {ratios.Count} runs, more than 2 % over their plan", over, "runs", spread)
        {
            Goal = Goal.AtMost(0),
        });
    }

    /// <summary>The commands, and what each leaves that no later one needs; they read what earlier ones wrote.</summary>
    private static IEnumerable<(string What, string[] Arguments, string Written)> Jobs(ScratchFolder folder)
    {
        string[] models = [folder.File("grey.fastseg"), folder.File("colour.fastseg")];
        string strokes = folder.File("strokes.png"), labels = folder.File("labels.tif");
        foreach ((int channels, string model) in ((int, string)[])[(1, models[0]), (3, models[1])])
        {
            string image = folder.File($"image{channels}.png");
            PeakFiles.SaveTraining(image, strokes, channels);
            string[] train = ["train", "--image", image, "--labels", strokes, "--rounds", "20", "-o", model];
            yield return ($"train, {channels} channel{(channels == 1 ? "" : "s")}", train, labels);
        }
        foreach ((string name, int channels, Action<string> write) in PeakFiles.Pictures)
        {
            string picture = folder.File("picture");
            write(picture);
            string model = models[channels == 1 ? 0 : 1];
            yield return (
                $"segment, {name}", ["segment", model, picture, "--region", "0,0,1500,150", "-o", labels], picture);
        }
        string deep = folder.File("deep.fastseg"), small = folder.File("image1.png");
        foreach (string upsampler in (string[])["bilinear", "learned"])
        {
            string[] train =
            [
                "train", "--image", small, "--labels", strokes, "--rounds", "20", "--deep", Int8, "--upsampler", upsampler, "-o", deep,
            ];
            if (upsampler == "bilinear")
            {
                yield return ("train, deep", train, labels);
            }
            else
            {
                OwnProcess.Run(folder, 2, false, train);
            }
            string large = folder.File("large.tif");
            PerfImages.SaveMosaic(large, 1024);
            yield return ($"segment, deep, {upsampler}, 1024 x 1024 TIFF", ["segment", deep, large, "--deep", Int8, "-o", labels], labels);
        }
    }
}
