namespace FastSeg;

/// <summary>A trained model, and what training took.</summary>
/// <param name="Model">The model.</param>
/// <param name="Run">Time by stage and the planned peak memory; its pixels are the labelled ones.</param>
public sealed record TrainingResult(Model Model, RunResult Run)
{
    /// <summary>How held-out pixels fared; null where that was not asked for, or nothing can be held out.</summary>
    public HeldOutScore? HeldOut { get; init; }

    /// <summary>A sentence that says why nothing can be held out although it was asked for; otherwise null.</summary>
    public string? NotHeldOut { get; init; }
}
