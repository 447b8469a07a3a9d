namespace FastSeg;

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

    /// <summary>Refuses a value that XGBoost could not train with.</summary>
    /// <exception cref="FastSegException">Which option, its value, its range.</exception>
    internal void Check()
    {
        Check("rounds", Rounds, 1, 100_000);
        Check("depth", Depth, 1, 30);
        Check("max-bin", MaxBin, 2, 65_536);
        Check("seed", Seed, 0, int.MaxValue);
        Check("booster threads", BoosterThreads, 1, 1024);
        if (!(LearningRate > 0 && LearningRate <= 1))
        {
            throw new FastSegException(
                FormattableString.Invariant($"The learning rate is {LearningRate}; it must be above 0 and at most 1."));
        }
    }

    private static void Check(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new FastSegException($"The option {name} is {value}; it must be {least} to {most}.");
        }
    }
}
