using System.CommandLine;
using System.Globalization;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Trees that XGBoost trained elsewhere become a model.</summary>
internal sealed class ImportCommand : FastSegCommand
{
    private readonly Argument<string> _forest = new("X.json|X.ubj")
    {
        Description = "What XGBoost saved: gbtree with multi:softprob, multi:softmax or binary:logistic; random forests too.",
    };

    private readonly FeatureOptions _features = new();

    private readonly Option<int> _channels;

    private readonly Option<string?> _values = new("--values")
    {
        HelpName = "A,B,..",
        Description = "Label values of XGBoost's classes 0, 1, .., ascending. [default: 1,2,..]",
    };

    private readonly Option<string[]?> _names = NamesOption.Create("in the same order");

    private readonly Option<bool> _allRounds = new("--all-rounds")
    {
        Description = "Take all rounds of a model that was stopped early, as Booster.predict does.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "M.fastseg",
        Description = "The model to write.",
        Required = true,
    };

    public ImportCommand() : base(
        "import", "Makes a model of trees that XGBoost trained elsewhere.",
        "The trees must have been trained on these features (`fastseg features` writes them as .npy), in this order. " +
            "Where the file names its features, the names are compared. " +
            "How samples were standardised no file says: give the --standardise that the features were written with. " +
        "Where libxgboost is found, its own margins are compared too.",
        "fastseg import forest.json --names matrix,pore -o m.fastseg",
        "fastseg import forest.ubj --preset weka --channels 3 --values 85,170,255 -o m.fastseg")
    {
        const string Meaning = "1: trained on grey images; 3: on RGB; others: on images of so many channels.";
        _channels = NumberOption.Whole("--channels", Meaning, 1, 1, ImageInfo.MostChannels);
        Arguments.Add(_forest);
        _features.AddTo(this);
        foreach (Option option in (Option[])[_channels, _values, _names, _allRounds, _output])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Report;

    public override FileUse Files(ParseResult parsed) => new([parsed.GetRequiredValue(_forest)], [parsed.GetRequiredValue(_output)]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string path = parsed.GetRequiredValue(_forest), output = parsed.GetRequiredValue(_output);
        FeatureSpec features = _features.Spec(parsed);
        WholeFile.Check(output);
        byte[] bytes = WholeFile.Read(path);
        Model model;
        string compared;
        try
        {
            model = Model.Import(bytes, features, parsed.GetValue(_channels), Classes(parsed, bytes), parsed.GetValue(_allRounds));
            compared = ForestComparison.Run(model);
        }
        catch (FastSegException e)
        {
            throw new FastSegException($"{path}: {e.Message}", e);
        }
        model.Save(output);
        session.Report.XgboostVersion = model.XgboostVersion;
        session.Report.Add(new ReportImage(path) { Output = output });
        session.Output.WriteLine(
            $"{model.Origin!.Objective}, saved by XGBoost {model.XgboostVersion}: " +
                $"{model.Origin.Rounds} rounds, {Units.Count(model.Trees)} trees of {model.SplitsPerTree:0.0} splits, " +
                $"{model.Planes} features");
        session.Output.WriteLine(compared);
        session.Output.WriteLine("labels are XGBoost's own where the features are those it was trained on");
        session.Output.WriteLine($"{output}, {Units.Bytes(new FileInfo(output).Length)}");
        return ExitCode.Success;
    }

    private ModelClass[] Classes(ParseResult parsed, byte[] bytes)
    {
        string[]? names = NamesOption.Given(parsed, _names);
        int[]? values = parsed.GetValue(_values)?.Split(',', StringSplitOptions.TrimEntries).Select(Value).ToArray();
        int count = values?.Length ?? names?.Length ?? Model.ClassesOf(bytes);
        if (names is not null && names.Length != count)
        {
            throw new UsageException($"There are {names.Length} --names for {count} --values; give one name a value.");
        }
        return [.. Enumerable.Range(0, count)
            .Select(i => (Value: values?[i] ?? i + 1, Name: names?[i]))
            .Select(c => new ModelClass(c.Value, c.Name ?? $"class {c.Value}", 0))];
    }

    private static int Value(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        ? value
        : throw new UsageException($"--values: \"{text}\" is no label value; give whole numbers separated by commas.");
}
