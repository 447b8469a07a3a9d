using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>The options that every command takes.</summary>
internal sealed class CommonOptions
{
    private static readonly string[] Later = ["cuda", "opencl", "simulated"];

    public Option<int> Threads { get; } = NumberOption.Whole("--threads", "Worker threads; 0 is one a core. Never changes a result.", 0, 0, 1024, recursive: true);

    public Option<string> Backend { get; } = new("--backend")
    {
        HelpName = "auto|cpu",
        Description = "What computes: auto takes the best there is, which is the CPU engine in this build.",
        DefaultValueFactory = _ => "auto",
        Recursive = true,
    };

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
            if (Later.Contains(value))
            {
                result.AddError($"--backend {value}: this build has the CPU engine only; give auto or cpu.");
            }
            else if (value is not ("auto" or "cpu"))
            {
                result.AddError($"--backend {value} is unknown; give auto or cpu.");
            }
        });
    }

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Threads);
        root.Options.Add(Backend);
        root.Options.Add(Report);
        root.Options.Add(Verbose);
    }
}
