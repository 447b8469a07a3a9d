using System.CommandLine;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Options;

/// <summary>The options that every command takes.</summary>
internal sealed class CommonOptions
{
    private readonly Option<int> _threads = NumberOption.Whole(
        "--threads", "Worker threads; 0 is one a core. Never changes a result.", 0, 0, 1024, recursive: true);

    private readonly Option<string> _backend = new("--backend")
    {
        HelpName = "auto|cpu|cuda|opencl|simulated",
        Description = "What computes: auto takes an NVIDIA GPU where there is one, else the CPU. CPU and CUDA give the same labels. " +
            "simulated is the GPU backend on a device simulated on the CPU: slow, for tests.",
        DefaultValueFactory = _ => "auto",
        Recursive = true,
    };

    private readonly Option<long> _deviceMemory = MemoryOption.Create(
        "--device-memory", "Most of the GPU's memory to use, such as 8GiB. [default: nine tenths of it]", recursive: true);

    private readonly Option<string?> _report = new("--report")
    {
        HelpName = "FILE.json",
        Description = "Write stages with seconds, pixels and bytes, peak memory, versions and hardware as JSON.",
        Recursive = true,
    };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show the stack trace of a failure.", Recursive = true };

    public CommonOptions()
    {
        _backend.Validators.Add(result =>
        {
            string value = result.Tokens.Count == 1 ? result.Tokens[0].Value : "auto";
            if (Kind(value) is null)
            {
                result.AddError($"--backend {value} is unknown; give auto, cpu, cuda, opencl or simulated.");
            }
        });
    }

    /// <summary>What they say of an invocation.</summary>
    public SessionOptions Of(ParseResult parsed)
    {
        int threads = parsed.GetValue(_threads);
        return new SessionOptions(
            threads > 0 ? threads : Environment.ProcessorCount,
            Kind(parsed.GetValue(_backend) ?? "auto") ?? BackendKind.Auto,
            parsed.GetValue(_deviceMemory),
            Report(parsed),
            Verbose(parsed));
    }

    /// <summary>Where the report goes; null for none.</summary>
    public string? Report(ParseResult parsed) => parsed.GetValue(_report);

    /// <summary>Whether stack traces are wanted.</summary>
    public bool Verbose(ParseResult parsed) => parsed.GetValue(_verbose);

    /// <summary>Adds them to the program, for all of its commands.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (Option option in (Option[])[_threads, _backend, _deviceMemory, _report, _verbose])
        {
            root.Options.Add(option);
        }
    }

    /// <summary>Lets help list those that are used, and no others.</summary>
    public void List(CommonUse uses)
    {
        _threads.Hidden = !uses.HasFlag(CommonUse.Threads);
        _backend.Hidden = !uses.HasFlag(CommonUse.Backend);
        _deviceMemory.Hidden = !uses.HasFlag(CommonUse.DeviceMemory);
        _report.Hidden = !uses.HasFlag(CommonUse.Report);
    }

    /// <summary>What a value of --backend means; null where it means nothing.</summary>
    private static BackendKind? Kind(string value) => value switch
    {
        "auto" => BackendKind.Auto,
        "cpu" => BackendKind.Cpu,
        "cuda" => BackendKind.Cuda,
        "opencl" => BackendKind.OpenCl,
        "simulated" => BackendKind.Simulated,
        _ => null,
    };
}
