namespace FastSeg.Forest;

/// <summary>How the trees are trained; the defaults are XGBoost's own with 100 rounds.</summary>
public sealed record TrainingOptions
{
    /// <summary>Boosting rounds (one tree a class and round; one tree a round for two classes).</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>Greatest depth of a tree.</summary>
    public int Depth { get; init; } = 6;

    /// <summary>Learning rate (eta).</summary>
    public double LearningRate { get; init; } = 0.3;

    /// <summary>Most histogram bins a feature.</summary>
    public int MaxBin { get; init; } = 256;

    /// <summary>Whether every class weighs the same in total, however many pixels it was given.</summary>
    public bool Balance { get; init; }

    /// <summary>Seed of XGBoost's random numbers.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Threads XGBoost trains with. It sums histograms per thread, so the number is part of the result and kept in the model,
    /// independent of the threads everything else uses.
    /// </summary>
    public int BoosterThreads { get; init; } = 2;
}
