namespace FastSeg;

/// <summary>Where the trees of an imported model come from.</summary>
/// <param name="Objective">XGBoost's objective: multi:softprob, multi:softmax or binary:logistic.</param>
/// <param name="Rounds">Number of boosting rounds.</param>
/// <param name="Sha256">SHA-256 of the file that was imported, in lower-case hexadecimal.</param>
public sealed record ForestOrigin(string Objective, int Rounds, string Sha256);
