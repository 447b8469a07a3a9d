using System.Drawing;
using System.Globalization;

namespace FastSeg;

/// <summary>A colour that strokes are drawn in, exactly: 16 bits a channel; one of 8 bits counts as its value times 257.</summary>
/// <param name="Red">Red.</param>
/// <param name="Green">Green.</param>
/// <param name="Blue">Blue.</param>
public readonly record struct LabelColour(ushort Red, ushort Green, ushort Blue) : IComparable<LabelColour>
{
    private const int Spread = 257;

    private static readonly Dictionary<LabelColour, string> Names = Known()
        .GroupBy(colour => Of(colour.R, colour.G, colour.B)).ToDictionary(group => group.Key, group => Lower(group.First().Name));

    /// <summary>Black.</summary>
    public static LabelColour Black => default;

    /// <summary>White.</summary>
    public static LabelColour White => new(ushort.MaxValue, ushort.MaxValue, ushort.MaxValue);

    /// <summary>The name that CSS has for the colour, or its hexadecimal digits, such as #12ab3f.</summary>
    public string Name => Names.GetValueOrDefault(this) ?? Digits;

    /// <summary>The hexadecimal digits, such as #ff0000.</summary>
    public string Digits => Red % Spread == 0 && Green % Spread == 0 && Blue % Spread == 0
        ? $"#{Red / Spread:x2}{Green / Spread:x2}{Blue / Spread:x2}"
        : $"#{Red:x4}{Green:x4}{Blue:x4}";

    /// <summary>The colour of 8 bits a channel.</summary>
    public static LabelColour Of(byte red, byte green, byte blue) =>
        new((ushort)(red * Spread), (ushort)(green * Spread), (ushort)(blue * Spread));

    /// <summary>Reads a CSS name or #rgb, #rrggbb or #rrrrggggbbbb.</summary>
    /// <returns>False where the text is neither.</returns>
    public static bool TryParse(string text, out LabelColour colour)
    {
        ArgumentNullException.ThrowIfNull(text);
        colour = default;
        if (text.StartsWith('#'))
        {
            int digits = (text.Length - 1) / 3;
            if (digits is not (1 or 2 or 4) || text.Length != (3 * digits) + 1 || !text.Skip(1).All(char.IsAsciiHexDigit))
            {
                return false;
            }
            int factor = digits switch { 1 => 17 * Spread, 2 => Spread, _ => 1 };
            ushort Part(int i) => (ushort)(factor * int.Parse(text.AsSpan(1 + (i * digits), digits), NumberStyles.HexNumber));
            colour = new LabelColour(Part(0), Part(1), Part(2));
            return true;
        }
        // CSS knows both spellings.
        string name = text.Replace("grey", "gray", StringComparison.OrdinalIgnoreCase);
        foreach (Color known in Known())
        {
            if (known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                colour = Of(known.R, known.G, known.B);
                return true;
            }
        }
        return false;
    }

    /// <summary>By red, then green, then blue.</summary>
    public int CompareTo(LabelColour other) => (Red, Green, Blue).CompareTo((other.Red, other.Green, other.Blue));

    /// <summary>The name with the digits, where it has one.</summary>
    public override string ToString() => Names.TryGetValue(this, out string? name) ? $"{name} ({Digits})" : Digits;

    private static IEnumerable<Color> Known() => Enum.GetValues<KnownColor>().Select(Color.FromKnownColor)
        .Where(colour => !colour.IsSystemColor && colour.A == byte.MaxValue);

    private static string Lower(string name) => name.ToLowerInvariant();
}
