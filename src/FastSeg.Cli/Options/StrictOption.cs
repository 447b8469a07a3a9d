using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>--strict, where a command takes it.</summary>
internal static class StrictOption
{
    private const string Name = "--strict";

    /// <summary>The option.</summary>
    public static Option<bool> Create() => new(Name)
    {
        Description =
            "Take a warning about images, labels or a file's pages for an error: exit 1, and nothing is written.",
    };

    /// <summary>Whether it was given to the command, which need not have it.</summary>
    public static bool Given(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<bool>>().FirstOrDefault(option => option.Name == Name) is { } option
        && parsed.GetValue(option);
}
