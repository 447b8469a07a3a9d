namespace FastSeg.Perf.Kit;

/// <summary>
/// What the hardware counts of the heaviest kernels, by Nsight Compute where it is on the machine: of a tile of the classical path every
/// launch, of the learned upsampler its convolutions and doublings.
/// </summary>
internal static class CounterStep
{
    private const string Tool = "ncu";

    /// <summary>Side of the tile whose launches are looked at: as large as tiles are, so that the counters mean something.</summary>
    private const int Side = 2048;

    private static readonly (string Title, string Counter)[] Columns =
    [
        ("duration", "Duration"), ("SM clock", "SM Frequency"), ("SM, %", "Compute (SM) Throughput"), ("memory, %", "Memory Throughput"),
        ("DRAM, %", "DRAM Throughput"), ("L1 hits, %", "L1/TEX Hit Rate"), ("L2 hits, %", "L2 Hit Rate"),
        ("registers", "Registers Per Thread"), ("occupancy, %", "Achieved Occupancy"), ("warps' instructions", "Executed Instructions"),
    ];

    /// <summary>
    /// What is looked at of a model. ILGPU calls a kernel Kernel_ and its method's name, so some share a name; the grid tells them apart.
    /// </summary>
    internal static readonly (string Model, string Kernels, int Launches)[] Runs =
    [
        (KitFolder.Dense, ".*(Walk|Default|Along|Five|Run).*", 24), (KitFolder.Learned, ".*(Kernel_Run|Columns|Rows).*", 24),
    ];

    public static void Run(StepWork work)
    {
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo($"{Tool}: it reads a GPU's counters, which a simulation has none of.");
            return;
        }
        if (work.Find(Tool).FirstOrDefault() is not { } program)
        {
            work.Found.CannotDo($"{Tool} is not on this machine; it comes with the CUDA toolkit.");
            return;
        }
        for (int i = 0; i < Runs.Length; i++)
        {
            work.Waiting = Runs.Length - 1 - i;
            (string model, string kernels, int launches) = Runs[i];
            // The clocks stay as they are: the card may not be ours alone.
            string[] arguments =
            [
                "--target-processes", "all", "--clock-control", "none",
                "--kernel-name", $"regex:{kernels}", "--launch-count", $"{launches}",
                "--section", "SpeedOfLight", "--section", "LaunchStats", "--section", "Occupancy", "--section", "MemoryWorkloadAnalysis",
                "--section", "InstructionStats", "--csv", .. work.WorkerCommand("tile", model),
            ];
            if (work.Run(model, program, arguments) is { } ended)
            {
                work.Found.Texts[model] = ended.Output;
                Take(work, model, ended);
            }
        }
    }

    /// <summary>One tile on the device, for a program that looks at its kernels.</summary>
    public static void Tile(KitWorker worker)
    {
        KitFolder kit = KitFolder.Required;
        Model model = kit.Model(worker.Argument);
        var options = new ComputeOptions { Backend = worker.Kind, Tile = (Side, Side) };
        if (model.Deep is null)
        {
            int side = worker.Simulated ? 16 : Side;
            using var mosaic = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
            LabelStep.Labels(model, mosaic, null, null, options);
            return;
        }
        using ImageReader image = ImageFile.Open(kit.Mapped[0]);
        using Deep.DeepMaps maps = KitFolder.Maps(kit.Mapped[0], model.Deep, image.Info);
        LabelStep.Labels(model, image, maps, worker.Simulated ? LabelStep.SimulatedWindow : null, options);
    }

    /// <summary>A row for each launch; ncu's lines of CSV are one counter of one launch each.</summary>
    private static void Take(StepWork work, string model, Ended ended)
    {
        string[][] lines = [.. ended.Output.Split('\n').Where(line => line.StartsWith('"')).Select(Cells)];
        string[] titles = lines.FirstOrDefault() ?? [];
        int id = Array.IndexOf(titles, "ID"), name = Array.IndexOf(titles, "Metric Name"), value = Array.IndexOf(titles, "Metric Value");
        int unit = Array.IndexOf(titles, "Metric Unit"), kernel = Array.IndexOf(titles, "Kernel Name");
        int grid = Array.IndexOf(titles, "Grid Size");
        if (lines.Length < 2 || new[] { id, name, value, unit, kernel, grid }.Min() < 0)
        {
            string? error = ended.Output.Split('\n').FirstOrDefault(line => line.Contains("==ERROR==", StringComparison.Ordinal));
            work.Found.CannotDo($"{Tool}, {model}: {error?.Trim() ?? ended.LastLine}");
            return;
        }
        foreach (IGrouping<string, string[]> launch in lines.Skip(1).Where(line => line.Length == titles.Length).GroupBy(line => line[id]))
        {
            // Some counters are there twice, as a part of what is possible and as a rate.
            string Counter(string title, string counter)
            {
                bool part = title.EndsWith('%');
                string[]? line = launch.FirstOrDefault(line => line[name] == counter && line[unit] == "%" == part);
                return line is null ? "" : part ? line[value] : $"{line[value]} {line[unit]}".TrimEnd();
            }
            string[] first = launch.First();
            work.Found.Row(
                Tool, ["model", "kernel", "grid", .. Columns.Select(column => column.Title)],
                [model, first[kernel], first[grid], .. Columns.Select(column => Counter(column.Title, column.Counter))]);
        }
    }

    /// <summary>The cells of a line of CSV, each of which stands between quotation marks.</summary>
    private static string[] Cells(string line) => line.Trim().Trim('"').Split("\",\"");
}
