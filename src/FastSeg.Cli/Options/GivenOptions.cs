using System.CommandLine;
using System.CommandLine.Parsing;

namespace FastSeg.Cli.Options;

/// <summary>The options that were typed, as they can be typed again.</summary>
internal static class GivenOptions
{
    /// <summary>Those of a command that are not among <paramref name="others"/>, each with its values, in the command's order.</summary>
    public static IEnumerable<string[]> Of(ParseResult parsed, params IEnumerable<string> others) =>
        from option in parsed.CommandResult.Command.Options
        let result = parsed.GetResult(option)
        where result is { Implicit: false } && !others.Contains(option.Name)
        select (string[])[option.Name, .. result.Tokens.Select(token => token.Value)];
}
