using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>Options that take one of a few words.</summary>
internal static class ChoiceOption
{
    /// <summary>Refuses other words in a sentence that names the option, and offers the words for completion.</summary>
    public static void Only<T>(Option<T> option, params string[] words)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => !words.Contains(token.Value)) is { } wrong)
            {
                result.AddError($"{option.Name} {wrong.Value}: give {string.Join(", ", words[..^1])} or {words[^1]}.");
            }
        });
        option.HelpName ??= string.Join('|', words);
        option.CompletionSources.Add(words);
    }
}
