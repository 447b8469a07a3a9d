using System.Globalization;

namespace FastSeg.Forest.Saved;

/// <summary>
/// A value of a saved model, whichever of JSON and UBJSON it was saved as: an object, an array, a text, a number or nothing. Arrays of
/// numbers are kept flat. Every accessor refuses a missing or unsuitable value in one sentence that names it.
/// </summary>
internal sealed class ModelNode
{
    private static readonly ModelNode Nothing = new() { _members = [] }, Empty = new() { _numbers = [] };

    private Dictionary<string, ModelNode>? _members;
    private ModelNode[]? _items;
    private double[]? _numbers;
    private string? _text;
    private double? _number;

    /// <summary>An object; null where it has no members. All empty ones are one.</summary>
    public static ModelNode Object(Dictionary<string, ModelNode>? members) => members is null ? Nothing : new() { _members = members };

    /// <summary>An array of anything.</summary>
    public static ModelNode Array(ModelNode[] items) => new() { _items = items };

    /// <summary>An array of numbers.</summary>
    public static ModelNode Numbers(double[] numbers) => numbers.Length == 0 ? Empty : new() { _numbers = numbers };

    /// <summary>A text.</summary>
    public static ModelNode Text(string text) => new() { _text = text };

    /// <summary>A number or a truth value (0 or 1); NaN stands for nothing.</summary>
    public static ModelNode Number(double number) => new() { _number = number };

    /// <summary>Whether a member is there.</summary>
    public bool Has(string name) => _members?.ContainsKey(name) == true;

    /// <summary>A member of an object.</summary>
    public ModelNode this[string name] => _members is not null && _members.TryGetValue(name, out ModelNode? member)
        ? member
        : throw new FastSegException($"The forest has no \"{name}\"; it is not a whole XGBoost model.");

    /// <summary>The text of member <paramref name="name"/>.</summary>
    public string String(string name) => this[name]._text
        ?? throw new FastSegException($"The forest's \"{name}\" is not a text; it is not a whole XGBoost model.");

    /// <summary>A whole number that XGBoost keeps as text or as a number.</summary>
    public int Integer(string name, int least, int most)
    {
        ModelNode member = this[name];
        double value = member._number
            ?? (double.TryParse(member._text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) ? parsed : double.NaN);
        return value >= least && value <= most && value == Math.Floor(value)
            ? (int)value
            : throw new FastSegException(FormattableString.Invariant(
                $"The forest's \"{name}\" is {member._text ?? $"{value}"}; it must be a whole number from {least} to {most}."));
    }

    /// <summary>The items of an array that are no bare numbers.</summary>
    public ModelNode[] Items(string name)
    {
        ModelNode member = this[name];
        return member._items ?? (member._numbers is { Length: 0 } ? [] : throw NotAnArray(name));
    }

    /// <summary>The texts of an array.</summary>
    public string[] Texts(string name) => [.. Items(name).Select(item => item._text ?? throw NotAnArray(name))];

    /// <summary>The numbers of an array.</summary>
    public double[] NumberArray(string name)
    {
        ModelNode member = this[name];
        if (member._numbers is null && member._items is { } items)
        {
            member._numbers = [.. items.Select(item => item._number ?? throw NotAnArray(name))];
        }
        return member._numbers ?? throw NotAnArray(name);
    }

    private static FastSegException NotAnArray(string name) =>
        new($"The forest's \"{name}\" is not the array it should be; it is not a whole XGBoost model.");
}
