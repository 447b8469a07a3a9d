using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>--names A,B,..: what the classes are called.</summary>
internal static class NamesOption
{
    /// <summary>The option. No name is empty, none is given twice.</summary>
    /// <param name="order">Whose order the names are in.</param>
    public static Option<string[]?> Create(string order) => new("--names")
    {
        HelpName = "A,B,..",
        Description = $"Names of the classes, {order}. [default: \"class VALUE\"]",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            string[] names = text.Split(',', StringSplitOptions.TrimEntries);
            if (names.Contains(""))
            {
                result.AddError($"--names {text}: one of the names is empty; give a name for every class.");
            }
            else if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            {
                result.AddError($"--names {text}: {twice.Key} stands there twice; give every class a name of its own.");
            }
            return names;
        },
    };

    /// <summary>The names; null where the option was not given.</summary>
    public static string[]? Given(ParseResult parsed, Option<string[]?> option) =>
        parsed.GetValue(option) is { Length: > 0 } names ? names : null;
}
