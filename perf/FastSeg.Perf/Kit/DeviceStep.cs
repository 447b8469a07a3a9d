using System.Globalization;
using FastSeg.Gpu;

namespace FastSeg.Perf.Kit;

/// <summary>What is there: accelerators, the driver and its clocks, the libraries beside the engine.</summary>
internal static class DeviceStep
{
    private const string Tool = "nvidia-smi", Query =
        "name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,clocks.max.mem,power.limit,temperature.gpu,ecc.mode.current," +
        "mig.mode.current";

    /// <summary>Beginnings of lines of <c>nvidia-smi -q</c> that tell one card from all others.</summary>
    private static readonly string[] Private = ["Serial Number", "GPU UUID", "GPU PDI", "MIG UUID", "Chassis Serial", "Board ID", "Module"];

    public static void Run(StepWork work)
    {
        work.Waiting = 2;
        work.Worker("devices");
        work.Waiting = 1;
        Clocks(work, "before the kernels");
        work.Waiting = 0;
        if (work.Find(Tool).FirstOrDefault() is { } tool && work.Run($"{Tool} -q", tool, ["-q"]) is { Code: 0 } all)
        {
            work.Found.Texts[$"{Tool} -q"] = WithoutNames(all.Output);
            work.Found.Save();
        }
    }

    /// <summary>The driver and the clocks as they are now; nothing where a simulation stands in for a GPU.</summary>
    public static void Clocks(StepWork work, string when)
    {
        if (work.Find(Tool).FirstOrDefault() is not { } tool)
        {
            work.Found.CannotDo($"driver and clocks: there is no {Tool}.");
            return;
        }
        if (work.Run(Tool, tool, [$"--query-gpu={Query}", "--format=csv,noheader"]) is not { } asked)
        {
            return;
        }
        if (asked.Code != 0)
        {
            work.Found.CannotDo($"driver and clocks: {Tool} says: {asked.LastLine}");
            return;
        }
        string[] columns = [.. Query.Split(','), "when"];
        foreach (string line in asked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            work.Found.Row(Tool, columns, [.. line.Split(',', StringSplitOptions.TrimEntries), when]);
        }
    }

    /// <summary>What <c>nvidia-smi -q</c> says, without what names the card and without other people's processes.</summary>
    internal static string WithoutNames(string text)
    {
        var kept = new List<string>();
        int processes = -1;
        foreach (string line in text.Split('\n'))
        {
            string said = line.TrimStart();
            int indent = line.Length - said.Length;
            if (processes >= 0 && (indent > processes || said.Length == 0))
            {
                continue;
            }
            processes = said.StartsWith("Processes", StringComparison.Ordinal) ? indent : -1;
            if (processes < 0 && !Array.Exists(Private, begin => said.StartsWith(begin, StringComparison.Ordinal)))
            {
                kept.Add(line);
            }
        }
        return string.Join('\n', kept);
    }

    /// <summary>What the engine sees.</summary>
    public static void Work(KitWorker worker)
    {
        string[] columns = ["device", "what", "memory, MiB", "usable"];
        IReadOnlyList<GpuFound> all = GpuProbe.Run();
        foreach (GpuFound device in all)
        {
            string usable = device.PassedOver.Length > 0 ? device.PassedOver : device.Exists ? "yes" : "no";
            string memory = (device.MemoryBytes >> 20).ToString(CultureInfo.InvariantCulture);
            worker.Found.Row("Accelerators", columns, device.Name, device.Details, device.MemoryBytes > 0 ? memory : "", usable);
        }
        if (!all.Any(device => device.Backend == worker.Kind && device.Exists && device.PassedOver.Length == 0))
        {
            worker.Found.Fail($"There is no device for {worker.Kind.Name()}.");
        }
        foreach ((string name, string value) in Report.Machine().Concat(Report.Versions()))
        {
            worker.Found.Row("Machine", ["what", "value"], name, value);
        }
        // What makes the driver's PTX is a part of the kit that a simulation does not need, so it is tried here.
        KernelText kernel = KernelText.All().First();
        string lines = kernel.Ptx.Count(letter => letter == '\n').ToString(CultureInfo.InvariantCulture);
        worker.Found.Row("Machine", ["what", "value"], $"PTX of {kernel.Name}", $"{lines} lines");
    }
}
