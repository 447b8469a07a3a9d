using System.CommandLine;

namespace FastSeg.Cli.Errors;

/// <summary>What was probably meant by an option or a command that there is not.</summary>
internal static class Suggestion
{
    /// <summary>Letters of a word from which on two of them may be wrong, and below which none may.</summary>
    private const int LongWord = 6, ShortWord = 3;

    /// <summary>The name that was probably meant; null where none is near.</summary>
    /// <param name="command">The command that was given.</param>
    /// <param name="word">What it does not know.</param>
    public static string? For(Command command, string word)
    {
        string given = Bare(word);
        (string Name, int Distance)[] near =
        [
            .. (word.StartsWith('-') ? OptionNames(command) : CommandNames(command))
                .Select(name => (name, Distance(given, Bare(name))))
                .Where(one => one.Item2 <= Allowed(given)),
        ];
        if (near.Length > 0)
        {
            return near.MinBy(one => one.Distance).Name;
        }
        string[] longer = given.Length < ShortWord ? [] : [.. OptionNames(command).Where(name => Begins(word, name))];
        return longer.Length == 1 ? longer[0] : null;
    }

    private static bool Begins(string word, string name) =>
        word.StartsWith('-') && Bare(name).StartsWith(Bare(word), StringComparison.Ordinal);

    private static int Allowed(string word) => word.Length >= LongWord ? 2 : word.Length >= ShortWord ? 1 : 0;

    /// <summary>An option without its dashes and its value.</summary>
    private static string Bare(string word) => word.TrimStart('-').Split('=', ':')[0].ToLowerInvariant();

    private static IEnumerable<string> CommandNames(Command command) =>
        command.Subcommands.Where(part => !part.Hidden).Select(part => part.Name);

    /// <summary>The long names of the options that the command takes, those of all commands among them.</summary>
    private static IEnumerable<string> OptionNames(Command command)
    {
        IEnumerable<Option> above = command.Parents.OfType<Command>()
            .SelectMany(parent => parent.Options.Where(option => option.Recursive));
        return command.Options.Concat(above).SelectMany(option => option.Aliases.Append(option.Name))
            .Where(name => name.StartsWith("--", StringComparison.Ordinal));
    }

    /// <summary>How many letters must be changed, added, left out, or swapped with their neighbour (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                d[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }
        return d[a.Length, b.Length];
    }
}
