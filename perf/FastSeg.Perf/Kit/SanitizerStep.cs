using System.Text.RegularExpressions;

namespace FastSeg.Perf.Kit;

/// <summary>The labels of a window under NVIDIA's checkers of memory and of races, where they are on the machine.</summary>
internal static partial class SanitizerStep
{
    private const string Tool = "compute-sanitizer";

    public static void Run(StepWork work)
    {
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo($"{Tool}: it looks at machine code, which a simulation has none of.");
            return;
        }
        if (OtherProgram.Find(Tool) is not { } program)
        {
            work.Found.CannotDo($"{Tool} is not on this machine; it comes with the CUDA toolkit.");
            return;
        }
        foreach (string check in (string[])["memcheck", "racecheck"])
        {
            foreach (string model in (string[])[KitFolder.Dense, KitFolder.Learned])
            {
                Run(work, program, check, model);
            }
        }
    }

    private static void Run(StepWork work, string program, string check, string model)
    {
        string what = $"{check}, {model}";
        string[] arguments = ["--tool", check, "--target-processes", "all", .. work.WorkerCommand("labels", $"{model} small")];
        if (work.Run(what, program, arguments) is not { } ended)
        {
            return;
        }
        work.Found.Texts[what] = ended.Output;
        Match summary = Summary().Match(ended.Output);
        string said = summary.Success ? summary.Value.Trim() : $"no summary; {ended.LastLine}";
        bool clean = summary.Success && summary.Groups[1].Value == "0";
        work.Found.Row(Tool, ["check, model", "what it says", "verdict"], what, said, clean ? "ok" : "FAILED");
        if (!clean)
        {
            work.Found.Fail($"{what}: {said}");
        }
    }

    /// <summary>"ERROR SUMMARY: 0 errors" of memcheck, "RACECHECK SUMMARY: 0 hazards displayed" of racecheck.</summary>
    [GeneratedRegex(@"\w+ SUMMARY: (\d+) [^\n]*")]
    private static partial Regex Summary();
}
