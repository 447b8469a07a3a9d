using System.Globalization;
using FastSeg.Resuming;

namespace FastSeg.Cli.Cluster;

/// <summary>How far the jobs of a submission are: by the journals of the blocks, by what SLURM still has, and by the logs.</summary>
internal sealed class SlurmStatus
{
    private const string Done = "done", Waits = "waits", Runs = "runs", Fails = "failed";

    private readonly List<Part> _parts = [];

    /// <summary>One job, or one task of an array.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="State">done, runs, waits or failed.</param>
    /// <param name="Line">The last line of its log, where that says something.</param>
    internal sealed record Part(string Name, string State, string? Line);

    /// <summary>Whether anything failed.</summary>
    public bool Failed => _parts.Exists(part => part.State == Fails);

    /// <summary>The parts that are told one by one: those that run, those that failed, and jobs of one task.</summary>
    public IEnumerable<Part> Told => _parts.Where(part => part.State is Runs or Fails || !IsTask(part));

    /// <summary>How many blocks are in which state.</summary>
    public string Summary
    {
        get
        {
            Part[] blocks = [.. _parts.Where(IsBlock)];
            IEnumerable<string> counts =
                from state in (string[])[Done, Runs, Waits, Fails]
                let count = blocks.Count(part => part.State == state)
                where count > 0
                select $"{count} {state switch { Runs => "running", Waits => "waiting", _ => state }}";
            return $"{blocks.Length} block{(blocks.Length == 1 ? "" : "s")}: {string.Join(", ", counts)}";
        }
    }

    /// <summary>Looks.</summary>
    /// <param name="folder">Where scripts and logs lie.</param>
    /// <param name="jobs">What was submitted.</param>
    /// <param name="states">The state of each task that SLURM still has, by its number.</param>
    /// <param name="progress">What the run's own folder says.</param>
    public static SlurmStatus Of(
        SlurmFolder folder, SlurmJobs jobs, IReadOnlyDictionary<string, string> states, BlockProgress progress)
    {
        var status = new SlurmStatus();
        void Add(string name, string task, string log, bool done)
        {
            string? state = states.GetValueOrDefault(task);
            string now = done ? Done : state switch
            {
                null => Fails,
                "PENDING" or "REQUEUED" or "REQUEUE_HOLD" or "SPECIAL_EXIT" => Waits,
                _ => Runs,
            };
            status._parts.Add(new Part(name, now, now is Fails or Runs ? folder.LastLine(log) : null));
        }
        if (jobs.Prepare is { } prepare)
        {
            Add("prepare", prepare, "prepare.log", progress.IsPrepared);
        }
        for (int i = 1; i <= jobs.Blocks && jobs.Areas is not null; i++)
        {
            Add(Inv($"areas {i}"), Inv($"{jobs.Areas}_{i}"), Inv($"areas-{i}.log"), progress.HasAreas(i));
        }
        for (int i = 1; i <= jobs.Blocks; i++)
        {
            Add(Inv($"block {i}"), Inv($"{jobs.Segment}_{i}"), Inv($"segment-{i}.log"), progress.IsDone(i));
        }
        Add("finish", jobs.Finish, "finish.log", progress.IsFinished);
        return status;
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static bool IsTask(Part part) => IsBlock(part) || part.Name.StartsWith("areas ", StringComparison.Ordinal);

    private static bool IsBlock(Part part) => part.Name.StartsWith("block ", StringComparison.Ordinal);
}
