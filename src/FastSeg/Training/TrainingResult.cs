namespace FastSeg;

/// <summary>A trained model, and what training took.</summary>
/// <param name="Model">The model.</param>
/// <param name="Run">Time by stage and the planned peak memory; its pixels are the labelled ones.</param>
public sealed record TrainingResult(Model Model, RunResult Run);
