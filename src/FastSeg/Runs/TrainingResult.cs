namespace FastSeg;

/// <summary>A trained model and what training it took.</summary>
/// <param name="Model">The model.</param>
/// <param name="Run">Time by stage; pixels are labelled pixels.</param>
public sealed record TrainingResult(Model Model, RunResult Run);
