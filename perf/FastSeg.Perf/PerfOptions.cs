using System.Globalization;

namespace FastSeg.Perf;

/// <summary>What is measured and how; the arguments of `fastseg perf`.</summary>
internal sealed record PerfOptions
{
    /// <summary>Names of the groups, in the order in which they run.</summary>
    public static readonly string[] Groups =
    [
        "backbone", "doors", "filters", "forest", "gpu", "interactive", "job", "large", "latency", "loop", "memory", "smooth", "studio",
        "upsampler",
    ];

    /// <summary>Groups that run where none is named: all but those that take a quarter of an hour and gigabytes of disk.</summary>
    public static readonly string[] Usual = [.. Groups.Where(group => group != "large")];

    public const string Usage =
        """
        usage: fastseg perf [--only GROUP,..] [--size 4096] [--threads 2] [--runs 3] [--large 20000] [--huge 45000] [--kills 50]
                            [--peers] [--simulated] [--json FILE] [--save [--machine NAME]]
          --only     some of: backbone, doors, filters, forest, gpu, interactive, job, large, latency, loop, memory, smooth,
                     studio, upsampler (default: all but large)
          --size     side of the square image that operations and the job run on
          --threads  worker threads (default: one a core)
          --runs     runs of each measurement after two seconds to warm up; the fastest counts
          --large    side of the image whose segmentation's peak memory is measured; 0 leaves it and the OME-Zarr out
          --huge     side of the OME-Zarr of the group large, which takes 12 GB of disk; 0 leaves it out
          --kills    processes of each of four kinds that the group large kills and goes on with; 0 leaves them out
          --peers    also scipy, scikit-image, OpenCV, vigra, Python's xgboost and ONNX Runtime, in the same run on as many cores
          --simulated  the group gpu on the simulated device although a GPU is there
          --json     writes everything measured to FILE
          --save     writes it to perf/results/NAME/, as JSON and as a table; NAME describes the machine
        """;

    public long Size { get; private init; } = 4096;

    public int Threads { get; private init; } = Environment.ProcessorCount;

    public long Large { get; private init; } = 20000;

    public long Huge { get; private init; } = 45000;

    public int Kills { get; private init; } = 50;

    public int Runs { get; private init; } = 3;

    public IReadOnlyList<string> Only { get; private init; } = Usual;

    public bool Peers { get; private init; }

    public string? Json { get; private init; }

    public bool Save { get; private init; }

    public string? Machine { get; private init; }

    /// <summary>Whether the group "gpu" takes the simulated device although a GPU is there.</summary>
    public bool Simulated { get; private init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FastSegException">One is unknown or out of range.</exception>
    public static PerfOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new PerfOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FastSegException($"{name} needs a value.");
            options = name switch
            {
                "--size" => options with { Size = Number(name, Value(), 64, 65536) },
                "--threads" => options with { Threads = Number(name, Value(), 1, 1024) },
                "--large" => options with { Large = Number(name, Value(), 0, 200000) },
                "--huge" => options with { Huge = Number(name, Value(), 0, 200000) },
                "--kills" => options with { Kills = Number(name, Value(), 0, 10000) },
                "--runs" => options with { Runs = Number(name, Value(), 1, 1000) },
                "--only" => options with { Only = Chosen(Value()) },
                "--peers" => options with { Peers = true },
                "--json" => options with { Json = Value() },
                "--save" => options with { Save = true },
                "--machine" => options with { Machine = Value() },
                "--simulated" => options with { Simulated = true },
                _ => throw new FastSegException($"{name} is not an option of perf.\n{Usage}"),
            };
        }
        return options;
    }

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new FastSegException($"{name} is \"{text}\"; it can be {least} to {most}.");

    private static string[] Chosen(string text)
    {
        string[] groups = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        string? unknown = groups.FirstOrDefault(group => !Groups.Contains(group));
        return unknown is null
            ? groups
            : throw new FastSegException($"--only names \"{unknown}\"; the groups are {string.Join(", ", Groups)}.");
    }
}
