namespace FastSeg.Perf.Kit;

/// <summary>What the hardware counts of the four heaviest kernels, by Nsight Compute where it is on the machine.</summary>
internal static class CounterStep
{
    private const string Tool = "ncu";

    /// <summary>The heaviest kernels of the classical path and of the upsampler, by count, as a part of their names.</summary>
    private static readonly (string Kernel, string Name, string Model)[] Heaviest =
    [
        ("Forest, trees", "WalkFew|WalkMore|WalkMost", KitFolder.Dense), ("Membrane", "Default", KitFolder.Dense),
        ("Gaussian along y", "AlongY", KitFolder.Dense), ("Convolution and derivatives", "Run", KitFolder.Learned),
    ];

    public static void Run(StepWork work)
    {
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo($"{Tool}: it reads a GPU's counters, which a simulation has none of.");
            return;
        }
        if (OtherProgram.Find(Tool) is not { } program)
        {
            work.Found.CannotDo($"{Tool} is not on this machine; it comes with the CUDA toolkit.");
            return;
        }
        foreach ((string kernel, string name, string model) in Heaviest)
        {
            string[] arguments =
            [
                "--target-processes", "all", "--kernel-name", $"regex:{name}", "--launch-count", "2",
                "--section", "SpeedOfLight", "--section", "Occupancy", "--section", "MemoryWorkloadAnalysis",
                "--section", "InstructionStats", "--csv", .. work.WorkerCommand("labels", $"{model} small"),
            ];
            if (work.Run(kernel, program, arguments) is { } ended)
            {
                Take(work, kernel, ended);
            }
        }
    }

    /// <summary>The counters as rows; ncu's lines are names and values between quotation marks.</summary>
    private static void Take(StepWork work, string kernel, Ended ended)
    {
        string[][] lines = [.. ended.Output.Split('\n').Where(line => line.StartsWith('"')).Select(Cells)];
        if (lines.Length < 2)
        {
            work.Found.CannotDo($"{Tool}, {kernel}: {ended.LastLine}");
            return;
        }
        int name = Array.IndexOf(lines[0], "Metric Name"), unit = Array.IndexOf(lines[0], "Metric Unit");
        int value = Array.IndexOf(lines[0], "Metric Value"), launched = Array.IndexOf(lines[0], "Kernel Name");
        foreach (string[] cells in lines.Skip(1).Where(cells => cells.Length == lines[0].Length && Math.Min(name, value) >= 0))
        {
            string of = launched < 0 ? kernel : cells[launched];
            work.Found.Row(Tool, ["kernel", "counter", "value", "unit"], of, cells[name], cells[value], unit < 0 ? "" : cells[unit]);
        }
    }

    /// <summary>The cells of a line of CSV, each of which stands between quotation marks.</summary>
    internal static string[] Cells(string line) => line.Trim().Trim('"').Split("\",\"");
}
