using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>The options that every command takes.</summary>
internal sealed class CommonOptions
{
    public Option<int> Threads { get; } = NumberOption.Whole("--threads", "Worker threads; 0 is one a core. Never changes a result.", 0, 0, 1024, recursive: true);

    public Option<string> Backend { get; } = new("--backend")
    {
        HelpName = "auto|cpu|cuda|opencl|simulated",
        Description = "What computes: auto takes an NVIDIA GPU where there is one, else the CPU. CPU and CUDA give the same labels. " +
            "simulated is the GPU engine on a device simulated on the CPU: slow, for tests.",
        DefaultValueFactory = _ => "auto",
        Recursive = true,
    };

    public Option<long> DeviceMemory { get; } = MemoryOption.Create(
        "--device-memory", "Most of the GPU's memory to use, such as 8GiB. [default: nine tenths of it]", recursive: true);

    public Option<string?> Report { get; } = new("--report")
    {
        HelpName = "FILE.json",
        Description = "Write stages with seconds, pixels and bytes, peak memory, versions and hardware as JSON.",
        Recursive = true,
    };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Show the stack trace of a failure.", Recursive = true };

    public CommonOptions()
    {
        Backend.Validators.Add(result =>
        {
            string value = result.Tokens.Count == 1 ? result.Tokens[0].Value : "auto";
            if (Kind(value) is null)
            {
                result.AddError($"--backend {value} is unknown; give auto, cpu, cuda, opencl or simulated.");
            }
        });
    }

    /// <summary>What a value of --backend means; null where it means nothing.</summary>
    public static BackendKind? Kind(string value) => value switch
    {
        "auto" => BackendKind.Auto,
        "cpu" => BackendKind.Cpu,
        "cuda" => BackendKind.Cuda,
        "opencl" => BackendKind.OpenCl,
        "simulated" => BackendKind.Simulated,
        _ => null,
    };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Threads);
        root.Options.Add(Backend);
        root.Options.Add(DeviceMemory);
        root.Options.Add(Report);
        root.Options.Add(Verbose);
    }
}
