using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>The options that say how trees are trained; their ranges are those of <see cref="TrainingOptions"/>.</summary>
internal sealed class TreeOptions
{
    private static readonly TrainingOptions Defaults = new();

    private readonly Option<string> _training = new("--training")
    {
        Description =
            "What the options below stand for where they are not given: published is XGBoost with its own defaults (rate 0.3, depth " +
            "6, subsample 1, colsample-bynode 1), as the paper trains.",
        DefaultValueFactory = _ => "default",
    };

    private readonly Option<int> _rounds = NumberOption.Whole(
        "--rounds", "Boosting rounds: one tree a class and round.", Defaults.Rounds, 1, 100_000);
    private readonly Option<int> _depth = NumberOption.Whole("--depth", "Greatest depth of a tree.", Defaults.Depth, 1, 30);

    private readonly Option<double> _learningRate = NumberOption.Real(
        "--learning-rate", "RATE", "Weight of each new tree, above 0 to 1.", Defaults.LearningRate, 1);

    private readonly Option<double> _subsample = NumberOption.Real(
        "--subsample", "SHARE", "Share of the labelled pixels that each tree sees, above 0 to 1.", Defaults.Subsample, 1);

    private readonly Option<double> _colsampleByNode = NumberOption.Real(
        "--colsample-bynode", "SHARE", "Share of the features among which each split chooses, above 0 to 1.", Defaults.ColsampleByNode, 1);

    private readonly Option<double> _minChildWeight = NumberOption.FromZero(
        "--min-child-weight", "W", "Least weight of what a split leaves on either side.", Defaults.MinChildWeight);

    private readonly Option<double> _lambda = NumberOption.FromZero(
        "--lambda", "L2", "How strongly leaves are drawn towards zero.", Defaults.Lambda);

    private readonly Option<int> _maxBin = NumberOption.Whole("--max-bin", "Most histogram bins a feature.", Defaults.MaxBin, 2, 65_536);

    private readonly Option<bool> _balance = new("--balance")
    {
        Description = "Let every class weigh the same, however many pixels it was given.",
    };

    private readonly Option<int> _seed = NumberOption.Whole(
        "--seed", "Seed of the trees' random numbers and of the deep features' projection.", Defaults.Seed, 0, int.MaxValue);

    private readonly Option<string> _augment = new("--augment")
    {
        Description =
            "flips trains on flipped and transposed copies of every image as well, which helps deep features; four times the rows.",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<string> _booster = new("--booster")
    {
        Description =
            "What trains the trees: fastseg is our own, a fraction of XGBoost's time; xgboost is libxgboost, as the paper trains. " +
            "Both write XGBoost's model file.",
        DefaultValueFactory = _ => "fastseg",
    };

    public TreeOptions()
    {
        ChoiceOption.Only(_booster, "fastseg", "xgboost");
        ChoiceOption.Only(_training, "default", "published");
        ChoiceOption.Only(_augment, "none", "flips");
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _training, _rounds, _depth, _learningRate, _subsample, _colsampleByNode, _minChildWeight, _lambda, _maxBin, _balance, _seed,
            _augment, _booster,
        ];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What they describe: those that were given override what --training stands for.</summary>
    public TrainingOptions Wanted(ParseResult parsed)
    {
        TrainingOptions start = parsed.GetValue(_training) == "published" ? TrainingOptions.Published : Defaults;
        T Given<T>(Option<T> option, T otherwise) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : otherwise;
        return start with
        {
            Rounds = Given(_rounds, start.Rounds),
            Depth = Given(_depth, start.Depth),
            LearningRate = Given(_learningRate, start.LearningRate),
            Subsample = Given(_subsample, start.Subsample),
            ColsampleByNode = Given(_colsampleByNode, start.ColsampleByNode),
            MinChildWeight = Given(_minChildWeight, start.MinChildWeight),
            Lambda = Given(_lambda, start.Lambda),
            MaxBin = Given(_maxBin, start.MaxBin),
            Booster = Given(_booster, "") switch
            {
                "fastseg" => TreeBooster.FastSeg,
                "xgboost" => TreeBooster.XgBoost,
                _ => start.Booster,
            },
            Balance = parsed.GetValue(_balance),
            Seed = parsed.GetValue(_seed),
            Augment = parsed.GetValue(_augment) == "flips" ? Augmentation.Flips : Augmentation.None,
        };
    }
}
