using System.Globalization;
using System.Text;


namespace FastSeg.Cli.Cluster;

/// <summary>A batch script: what SLURM reads at its head, and the command that it runs.</summary>
/// <param name="Name">Its file's name without ending, which names its logs, too.</param>
/// <param name="About">What it does, as a sentence.</param>
/// <param name="Folder">Where the command runs, as a shell reads it.</param>
/// <param name="Command">The command as a shell reads it.</param>
internal sealed record SlurmScript(string Name, string About, string Folder, string Command)
{
    /// <summary>How often a task is queued again before its exit code counts.</summary>
    private const int MostRestarts = 3;

    /// <summary>
    /// Seconds before the end of a task's time at which it is asked to stop, so that it can keep what it has and be queued again. SLURM
    /// itself may send the signal a minute earlier.
    /// </summary>
    private const int StopAhead = 60;

    /// <summary>Shorter tasks would be asked to stop when they have hardly begun.</summary>
    private static readonly TimeSpan LeastToStop = TimeSpan.FromSeconds(5 * StopAhead);

    /// <summary>Tasks of an array, numbered from 1; 0 for a job of one task.</summary>
    public int Tasks { get; init; }

    /// <summary>
    /// Whether every failure but a wrong call is worth another try. Where it is not, only a task that was killed is queued again.
    /// </summary>
    public bool TriesAgain { get; init; } = true;

    /// <summary>The script's file.</summary>
    public string File => $"{Name}.sbatch";

    /// <summary>The file that a task's output goes to, beside the script.</summary>
    /// <param name="task">Number of the task; 0 for a job of one task.</param>
    public string Log(int task) => LogOf(Tasks > 0 ? task.ToString(CultureInfo.InvariantCulture) : null);

    /// <summary>The whole script.</summary>
    /// <param name="run">What the job is called.</param>
    /// <param name="request">What each task gets.</param>
    public string Text(string run, SlurmRequest request)
    {
        var text = new StringBuilder("#!/bin/bash\n");
        void Ask(string option) => text.Append(CultureInfo.InvariantCulture, $"#SBATCH --{option}\n");
        Ask($"job-name={run}-{Name}");
        // Names of files have no folder in them: SLURM replaces some of their letters and knows no quotes as the shell does.
        Ask($"output={LogOf(Tasks > 0 ? "%a" : null)}");
        Ask("open-mode=append");
        Ask("requeue");
        if (request.Time is null || SlurmOptions.TimeOf(request.Time) is not { } time || time >= LeastToStop)
        {
            Ask(Inv($"signal=B:USR1@{StopAhead}"));
        }
        if (Tasks > 0)
        {
            Ask(Inv($"array=1-{Tasks}") + (request.ArrayLimit > 0 ? Inv($"%{request.ArrayLimit}") : ""));
        }
        Ask("ntasks=1");
        Ask(Inv($"cpus-per-task={request.Cpus}"));
        if (request.Memory > 0)
        {
            Ask(Inv($"mem={request.MebibytesOfTask}M"));
        }
        if (request.Time is not null)
        {
            Ask($"time={request.Time}");
        }
        if (request.Partition is not null)
        {
            Ask($"partition={request.Partition}");
        }
        return text.Append(Body()).ToString();
    }

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);

    private string LogOf(string? task) => task is null ? $"{Name}.log" : $"{Name}-{task}.log";

    private string Body()
    {
        string worth = TriesAgain ? "[ \"$code\" -ne 0 ] && [ \"$code\" -ne 2 ]" : "[ \"$code\" -gt 128 ]";
        string job = Tasks > 0 ? "\"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"" : "\"$SLURM_JOB_ID\"";
        return $$"""

            # {{About}}
            # Submit it from the folder that it lies in: its log goes there.
            cd {{Folder}} || exit 1
            {{Command}} &
            child=$!
            # Shortly before the task's time is up, SLURM sends USR1; the run then stops and keeps what it has.
            trap 'kill -TERM "$child"' USR1
            wait "$child"
            code=$?
            # A wait that the signal has ended begins again.
            while [ "$code" -eq $((128 + $(kill -l USR1))) ] && kill -0 "$child" 2>/dev/null; do
                wait "$child"
                code=$?
            done
            if {{worth}} && [ "${SLURM_RESTART_COUNT:-0}" -lt {{MostRestarts}} ]; then
                echo "fastseg ended with exit code $code; the task is queued again."
                # SLURM ends the script then; its own end must not come first. One task of an array has the number of the whole array, so a
                # task is named by its place.
                scontrol requeue {{job}} && sleep 60
            fi
            exit "$code"

            """;
    }
}
