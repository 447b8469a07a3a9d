using System.Text.Json.Serialization;

namespace FastSeg;

/// <summary>
/// How the trees are trained. The defaults are for few labelled images and many others: shallow trees, each node of which sees a fifth of
/// the features and each tree half of the rows. Trees that do not all lean on the same features carry over to other images.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>Boosting rounds (one tree a class and round; one tree a round for two classes).</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>Greatest depth of a tree.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Learning rate (eta).</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Share of the rows that each tree sees, drawn anew for every round.</summary>
    public double Subsample { get; init; } = 0.5;

    /// <summary>Share of the features among which each node chooses, drawn anew for every node (colsample_bynode).</summary>
    public double ColsampleByNode { get; init; } = 0.2;

    /// <summary>Least sum of the rows' second derivatives in a node (min_child_weight).</summary>
    public double MinChildWeight { get; init; } = 1;

    /// <summary>How strongly leaves are drawn towards zero (lambda, the L2 penalty).</summary>
    public double Lambda { get; init; } = 1;

    /// <summary>Most histogram bins a feature.</summary>
    public int MaxBin { get; init; } = 256;

    /// <summary>Whether every class weighs the same in total, however many pixels it was given.</summary>
    public bool Balance { get; init; }

    /// <summary>Copies of the images that are trained on as well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Augmentation Augment { get; init; }

    /// <summary>What trains the trees.</summary>
    public TreeBooster Booster { get; init; } = TreeBooster.FastSeg;

    /// <summary>Seed of the random numbers.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Threads XGBoost trains with, where it does. It sums histograms per thread, so the number is part of the result and kept in the
    /// model, independent of the threads everything else uses.
    /// </summary>
    public int BoosterThreads { get; init; } = 2;

    /// <summary>XGBoost's own defaults with 100 rounds, as the paper trains.</summary>
    public static TrainingOptions Published { get; } =
        new()
        {
            Booster = TreeBooster.XgBoost,
            Depth = 6,
            LearningRate = 0.3,
            Subsample = 1,
            ColsampleByNode = 1,
            MinChildWeight = 1,
            Lambda = 1,
        };

    /// <summary>Most bins with FastSeg's own booster, where a bin is a byte.</summary>
    private const int MostOwnBins = 256;

    /// <summary>Refuses a value that the booster could not train with.</summary>
    /// <exception cref="FastSegException">Which option, its value, its range.</exception>
    internal void Check()
    {
        Check("rounds", Rounds, 1, 100_000);
        Check("depth", Depth, 1, 30);
        Check("max-bin", MaxBin, 2, 65_536);
        Check("seed", Seed, 0, int.MaxValue);
        Check("booster threads", BoosterThreads, 1, 1024);
        if (Booster == TreeBooster.FastSeg)
        {
            Check("max-bin of FastSeg's booster", MaxBin, 2, MostOwnBins);
        }
        if (!Enum.IsDefined(Booster))
        {
            throw new FastSegException($"The booster is number {(int)Booster}; it must be xgboost or fastseg.");
        }
        if (!Enum.IsDefined(Augment))
        {
            throw new FastSegException($"The augmentation is number {(int)Augment}; it must be none or flips.");
        }
        CheckShare("learning rate", LearningRate);
        CheckShare("subsample", Subsample);
        CheckShare("colsample-bynode", ColsampleByNode);
        CheckWeight("min-child-weight", MinChildWeight);
        CheckWeight("lambda", Lambda);
    }

    /// <summary>Negated comparisons, so that NaN is refused too.</summary>
    private static void CheckShare(string name, double value)
    {
        if (!(value > 0 && value <= 1))
        {
            throw new FastSegException(FormattableString.Invariant($"The {name} is {value}; it must be above 0 and at most 1."));
        }
    }

    private static void CheckWeight(string name, double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new FastSegException(FormattableString.Invariant($"The option {name} is {value}; it must be a number from 0 up."));
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
