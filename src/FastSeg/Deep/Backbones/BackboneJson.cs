using System.Text.Json;

namespace FastSeg.Deep.Backbones;

/// <summary>Takes the fields out of <c>backbone.json</c>, and says which one is wrong.</summary>
internal readonly struct BackboneJson(string path, JsonElement root)
{
    /// <summary>The description, with the format's defaults for what is left out.</summary>
    public BackboneDescription Description(string folderName)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("the file", "an object");
        }
        var defaults = new BackboneDescription
        {
            Name = Text("name", folderName),
            Patch = Required("patch"),
            Dimension = Required("dimension"),
            PrefixTokens = Required("prefixTokens"),
        };
        return defaults with
        {
            Input = Text("input", defaults.Input),
            Output = Text("output", defaults.Output),
            IsMap = Text("layout", "tokens") switch
            {
                "tokens" => false,
                "map" => true,
                _ => throw Wrong("layout", "\"tokens\" or \"map\""),
            },
            Mean = Numbers("mean", defaults.Mean),
            Std = Numbers("std", defaults.Std),
            WindowTokens = Optional("windowTokens") is { } tokens ? Whole("windowTokens", tokens) : null,
            OverlapTokens = Optional("overlapTokens") is { } overlap ? Whole("overlapTokens", overlap) : null,
            FlipAverage = Optional("flipAverage") is { } flip ? Flag("flipAverage", flip) : defaults.FlipAverage,
            Licence = Text("licence", defaults.Licence),
            Source = Text("source", defaults.Source),
            Sha256 = Hashes(),
        };
    }

    private JsonElement? Optional(string field) =>
        root.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int Required(string field) => Whole(
        field, Optional(field) ?? throw new FastSegException($"{path} has no {field}; it needs patch, dimension and prefixTokens."));

    private int Whole(string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(field, "a whole number");

    private bool Flag(string field, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(field, "true or false");

    private string Text(string field, string otherwise) => Optional(field) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        _ => throw Wrong(field, "a string"),
    };

    private IReadOnlyList<float> Numbers(string field, IReadOnlyList<float> otherwise)
    {
        if (Optional(field) is not { } value)
        {
            return otherwise;
        }
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(number => number.ValueKind != JsonValueKind.Number))
        {
            throw Wrong(field, "a list of three numbers");
        }
        return [.. value.EnumerateArray().Select(number => (float)number.GetDouble())];
    }

    private Dictionary<string, string> Hashes()
    {
        var hashes = new Dictionary<string, string>();
        if (Optional("sha256") is { } value)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                throw Wrong("sha256", "an object of file names and hashes");
            }
            foreach (JsonProperty file in value.EnumerateObject())
            {
                hashes[file.Name] = file.Value.ValueKind == JsonValueKind.String
                    ? file.Value.GetString()!
                    : throw Wrong("sha256", "an object of file names and hashes");
            }
        }
        return hashes;
    }

    private FastSegException Wrong(string field, string needed) => new($"{path}: {field} is not what it should be, {needed}.");
}
