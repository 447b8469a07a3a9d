namespace FastSeg.Perf.Kit;

/// <summary>One step of a run, as its file says it.</summary>
internal sealed class StepReport
{
    /// <summary>Words for how a step stands.</summary>
    public const string Waiting = "not begun", Running = "running", Done = "done", Failed = "failed", Stopped = "stopped at its limit",
        NotPossible = "not possible here";

    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Title { get; init; }

    /// <summary>Whether the simulated device stood in for a GPU.</summary>
    public required bool Simulated { get; init; }

    /// <summary>How it stands.</summary>
    public string State { get; set; } = Waiting;

    /// <summary>Seconds that it may take: its own, and what the steps before it left over.</summary>
    public required double Limit { get; set; }

    /// <summary>Seconds that it took.</summary>
    public double Seconds { get; set; }

    /// <summary>What it found.</summary>
    public Findings Found { get; init; } = new();

    /// <summary>The step's file.</summary>
    public string FileName => $"{Number}-{Name}.json";

    /// <summary>How a step that came to its end stands.</summary>
    public void End()
    {
        bool nothing = Found.Tables.Count == 0 && Found.Rates.Count == 0 && Found.Notes.Count == 0;
        State = Found.Failures.Count > 0 ? Failed
            : State == Stopped ? Stopped
            : Found.NotPossible.Count > 0 && nothing ? NotPossible
            : Done;
    }
}
