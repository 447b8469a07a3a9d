using System.Text.Json;
using FastSeg.Files;

namespace FastSeg.Images.Zarr;

/// <summary>A value of a file of metadata, and the sentence for each way in which it is not what it should be.</summary>
/// <param name="Store">The store.</param>
/// <param name="File">The file inside.</param>
/// <param name="Place">Where in the file the value stands, such as "multiscales[0].axes".</param>
/// <param name="Value">The value.</param>
internal sealed record ZarrJson(ZarrStore Store, string File, string Place, JsonElement Value)
{
    /// <summary>Longer lists are taken for damage.</summary>
    private const int LongestList = 4096;

    /// <summary>A member; null where it is missing or null.</summary>
    public ZarrJson? Find(string name) =>
        IsObject && Value.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
            ? new ZarrJson(Store, File, Place.Length == 0 ? name : $"{Place}.{name}", member)
            : null;

    /// <summary>A member that must be there.</summary>
    public ZarrJson Need(string name) => Find(name) ?? throw Bad($"has no \"{name}\"{(Place.Length == 0 ? "" : $" in {Place}")}");

    /// <summary>The values of a list.</summary>
    public IReadOnlyList<ZarrJson> List()
    {
        if (Value.ValueKind != JsonValueKind.Array || Value.GetArrayLength() > LongestList)
        {
            throw Wrong("a list");
        }
        return [.. Value.EnumerateArray().Select((value, i) => new ZarrJson(Store, File, $"{Place}[{i}]", value))];
    }

    /// <summary>The value as a text.</summary>
    public string Text()
    {
        try
        {
            return IsText ? Value.GetString()! : throw Wrong("a text");
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw Wrong("a text");
        }
    }

    /// <summary>Whether the value is a text.</summary>
    public bool IsText => Value.ValueKind == JsonValueKind.String;

    /// <summary>Whether the value is an object.</summary>
    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    /// <summary>The value as a whole number.</summary>
    public long Whole() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out long whole)
        ? whole
        : throw Wrong("a whole number");

    /// <summary>The value as a finite number.</summary>
    public double Number() => Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out double number) && double.IsFinite(number)
        ? number
        : throw Wrong("a number");

    /// <summary>The value's text as it stands in the file, for a sentence that quotes it.</summary>
    public string Quoted()
    {
        const int Most = 60;
        string text = InputFile.OneLine(Value.GetRawText());
        return text.Length > Most ? $"{text[..Most]}.." : text;
    }

    /// <summary>The failure of a value of another kind.</summary>
    public FastSegException Wrong(string wanted) => Bad($"has {Quoted()} as {Place}, where {wanted} is needed");

    /// <summary>The failure of a damaged file.</summary>
    public FastSegException Bad(string what) => Store.Bad(File, what);

    /// <summary>The failure of what is not read.</summary>
    public FastSegException Unsupported(string what, string instead) => Store.Unsupported(File, what, instead);
}
