using System.Text.RegularExpressions;

namespace FastSeg.Perf.Kit;

/// <summary>The labels of a window under NVIDIA's checkers of memory and of races, where they are on the machine.</summary>
internal static partial class SanitizerStep
{
    private const string Tool = "compute-sanitizer";

    /// <summary>What it says where it cannot work on a machine; what it counts then is no error of a kernel.</summary>
    private static readonly string[] Refusals =
    [
        "Device not supported", "Unable to find injection library", "Insufficient", "terminated before first instrumented API call",
        "Failed to initialize", "not supported",
    ];

    /// <summary>What it says of a kernel: memory outside of what is allocated or not aligned, hazards between threads.</summary>
    private static readonly string[] Errors = ["Invalid __", "misaligned", "out of bounds", "illegal", "hazard detected", "Race reported"];

    /// <summary>How a line about a call of the program begins: it is no word about the sanitizer itself.</summary>
    private const string OfTheProgram = "Program hit";

    public static void Run(StepWork work)
    {
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo($"{Tool}: it looks at machine code, which a simulation has none of.");
            return;
        }
        if (work.Find(Tool).FirstOrDefault() is not { } program)
        {
            work.Found.CannotDo($"{Tool} is not on this machine; it comes with the CUDA toolkit.");
            return;
        }
        // The classical path under both first; the convolutions of the learned model have the time that is left.
        (string Check, string Model)[] runs =
        [
            ("memcheck", KitFolder.Dense), ("racecheck", KitFolder.Dense),
            ("memcheck", KitFolder.Learned), ("racecheck", KitFolder.Learned),
        ];
        for (int i = 0; i < runs.Length; i++)
        {
            work.Waiting = runs.Length - 1 - i;
            Run(work, program, runs[i].Check, runs[i].Model);
        }
    }

    private static void Run(StepWork work, string program, string check, string model)
    {
        string what = $"{check}, {model}";
        // Calls that a driver does not offer are tried on purpose; only memcheck looks at them.
        string[] calls = check == "memcheck" ? ["--report-api-errors", "no"] : [];
        string[] arguments = ["--tool", check, "--target-processes", "all", .. calls, .. work.WorkerCommand("labels", $"{model} small")];
        if (work.Run(what, program, arguments) is not { } ended)
        {
            return;
        }
        work.Found.Texts[what] = ended.Output;
        work.Found.Save();
        string[] lines = [.. ended.Output.Split('\n').Where(line => line.StartsWith("=====", StringComparison.Ordinal))];
        string? error = lines.FirstOrDefault(line => Says(line, Errors));
        string? refusal = lines.FirstOrDefault(
            line => Says(line, Refusals) && !line.Contains(OfTheProgram, StringComparison.Ordinal));
        Match[] summaries = Summary().Matches(ended.Output).ToArray();
        if (error is null && (refusal is not null || summaries.Length == 0))
        {
            work.Found.CannotDo($"{Tool}, {what}: {refusal?.Trim('=', ' ') ?? $"no summary; {ended.LastLine}"}");
            return;
        }
        // Each of several processes may have a summary.
        Match? counted = Array.Find(summaries, one => one.Groups[1].Value != "0");
        bool clean = error is null && counted is null;
        string said = counted?.Value.Trim() ?? error?.Trim('=', ' ') ?? summaries[0].Value.Trim();
        work.Found.Row(Tool, ["check, model", "what it says", "verdict"], what, said, clean ? "ok" : "FAILED");
        if (!clean)
        {
            work.Found.Fail($"{what}: {said}");
        }
    }

    private static bool Says(string line, string[] words) =>
        Array.Exists(words, some => line.Contains(some, StringComparison.OrdinalIgnoreCase));

    /// <summary>"ERROR SUMMARY: 0 errors" of memcheck, "RACECHECK SUMMARY: 0 hazards displayed" of racecheck.</summary>
    [GeneratedRegex(@"\w+ SUMMARY: (\d+) [^\n]*")]
    private static partial Regex Summary();
}
