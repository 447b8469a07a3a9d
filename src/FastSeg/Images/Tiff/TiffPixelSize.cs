using System.Globalization;
using System.Text.RegularExpressions;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Converts between a pixel size and TIFF tags. The tags give pixels per inch or centimetre or, where ImageJ wrote the description, pixels
/// per the unit that it names ("unit=nm").
/// </summary>
internal static partial class TiffPixelSize
{
    // Values of ResolutionUnit.
    private const int None = 1, Inch = 2, Centimetre = 3;

    /// <summary>The size that a page's tags give; null where they give none.</summary>
    /// <param name="tags">The page's directory.</param>
    /// <param name="imageJ">The unit that ImageJ's description names; null where it names none.</param>
    public static PixelSize? Read(TiffTags tags, string? imageJ)
    {
        double x = tags.Rational(TiffTags.XResolution), y = tags.Rational(TiffTags.YResolution);
        if (!(x > 0 && y > 0))
        {
            return null;
        }
        string? unit = imageJ ?? tags.Integer(TiffTags.ResolutionUnit, Inch) switch
        {
            Inch => "inch",
            Centimetre => "cm",
            _ => null,
        };
        return unit is null ? null : new PixelSize(1 / x, 1 / y, unit);
    }

    /// <summary>ImageJ's name of a unit that a description names.</summary>
    public static string UnitName(string unit)
    {
        unit = Escape().Replace(unit.Trim(), found => $"{(char)Convert.ToUInt16(found.Groups[1].Value, 16)}");
        return unit is "um" or "µm" or "μm" or "micrometer" ? "micron" : unit;
    }

    /// <summary>The ResolutionUnit to write for a size.</summary>
    public static int Unit(PixelSize size) => size.Unit switch
    {
        "inch" => Inch,
        "cm" => Centimetre,
        _ => None,
    };

    /// <summary>
    /// An ImageJ description that says what the pages of a stack are, or names a unit for which TIFF has no number; null where none is
    /// needed.
    /// </summary>
    public static string? Description(ImageLayout layout)
    {
        PixelSize? named = layout.PixelSize is { } size && Unit(size) == None ? size : null;
        if (named is null && layout.Planes == 1)
        {
            return null;
        }
        int pages = layout.Pages, all = layout.AllPages;
        string stack = all == 1 ? ""
            : layout.Planes == 1 ? Lines($"images={pages}\nslices={pages}\n")
            : Lines($"images={all}\nchannels={pages}\nslices={layout.Slices}\nframes={layout.Frames}\nhyperstack=true\nmode=grayscale\n");
        string step = layout.SliceStep is { } spacing && layout.Slices > 1 ? Lines($"spacing={spacing}\n") : "";
        string unit = named is null ? "" : $"unit={Escaped(UnitName(named.Unit))}\n";
        return $"ImageJ=1.54f\n{stack}{unit}{step}";
    }

    private static string Lines(FormattableString lines) => lines.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A unit in ASCII, which is all that a TIFF's text holds for certain: other characters as ImageJ writes the micro sign, \u00B5.
    /// </summary>
    private static string Escaped(string unit) => string.Concat(unit.Select(letter =>
        letter is >= ' ' and <= '~' ? $"{letter}" : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}")));

    [GeneratedRegex(@"\\u([0-9A-Fa-f]{4})")]
    private static partial Regex Escape();
}
