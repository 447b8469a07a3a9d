using System.Globalization;

namespace FastSeg;

/// <summary>
/// What decides a backbone's tokens besides its network's own file, as a model keeps it: a description that was edited, or other weights
/// beside the same network, would change a model's results in silence.
/// </summary>
/// <param name="Input">The graph's input.</param>
/// <param name="Output">The graph's output.</param>
/// <param name="Layout">"tokens" or "map".</param>
/// <param name="PrefixTokens">Tokens in front of the patches', which are dropped.</param>
/// <param name="Mean">What is subtracted from samples in 0..1, per colour.</param>
/// <param name="Std">What they are then divided by, per colour.</param>
/// <param name="Weights">SHA-256 of the other files that hold the network's weights, by name.</param>
public sealed record BackboneIdentity(
    string Input, string Output, string Layout, int PrefixTokens, IReadOnlyList<float> Mean, IReadOnlyList<float> Std,
    IReadOnlyDictionary<string, string> Weights)
{
    /// <inheritdoc/>
    public bool Equals(BackboneIdentity? other) => other is not null && Fields().SequenceEqual(other.Fields());

    /// <inheritdoc/>
    public override int GetHashCode() => Fields().Aggregate(0, (hash, field) => HashCode.Combine(hash, field));

    /// <summary>Takes it from an open backbone.</summary>
    internal static BackboneIdentity Of(BackboneDescription description, IReadOnlyDictionary<string, string> weights) => new(
        description.Input,
        description.Output,
        description.IsMap ? "map" : "tokens",
        description.PrefixTokens,
        description.Mean,
        description.Std,
        weights);

    /// <summary>The first field in which another differs, with both values; null where none does.</summary>
    internal (string Name, string Here, string There)? Difference(BackboneIdentity other)
    {
        var mine = Fields().ToDictionary();
        var theirs = other.Fields().ToDictionary();
        string? name = mine.Keys.Union(theirs.Keys).FirstOrDefault(key => mine.GetValueOrDefault(key) != theirs.GetValueOrDefault(key));
        return name is null ? null : (name, mine.GetValueOrDefault(name, "none"), theirs.GetValueOrDefault(name, "none"));
    }

    private IEnumerable<KeyValuePair<string, string>> Fields()
    {
        yield return new("input", Input);
        yield return new("output", Output);
        yield return new("layout", Layout);
        yield return new("prefixTokens", PrefixTokens.ToString(CultureInfo.InvariantCulture));
        yield return new("mean", Text(Mean));
        yield return new("std", Text(Std));
        foreach ((string file, string hash) in Weights.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            yield return new($"the SHA-256 of {file}", hash);
        }
    }

    private static string Text(IReadOnlyList<float> numbers) =>
        string.Join(' ', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
}
