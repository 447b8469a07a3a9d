using System.Globalization;

namespace FastSeg.Perf.Kit;

/// <summary>What is there: accelerators, the driver and its clocks, the libraries beside the engine.</summary>
internal static class DeviceStep
{
    private const string Query =
        "name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,clocks.max.mem,power.limit,temperature.gpu,ecc.mode.current," +
        "mig.mode.current";

    public static void Run(StepWork work)
    {
        work.Worker("devices");
        if (OtherProgram.Find("nvidia-smi") is not { } tool)
        {
            work.Found.CannotDo("driver and clocks: there is no nvidia-smi.");
            return;
        }
        if (work.Run("nvidia-smi", tool, [$"--query-gpu={Query}", "--format=csv,noheader"]) is { Code: 0 } asked)
        {
            string[] columns = Query.Split(',');
            foreach (string line in asked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                work.Found.Row("nvidia-smi", columns, line.Split(',', StringSplitOptions.TrimEntries));
            }
        }
        if (work.Run("nvidia-smi -q", tool, ["-q"]) is { Code: 0 } all)
        {
            work.Found.Texts["nvidia-smi -q"] = all.Output;
            work.Found.Save();
        }
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
    }
}
