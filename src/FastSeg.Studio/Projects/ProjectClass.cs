namespace FastSeg.Studio.Projects;

/// <summary>A class that a person draws.</summary>
/// <param name="Value">1 to 255: what its pixels hold in label files. Never given to another class of the project.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Colour">"#rrggbb".</param>
internal sealed record ProjectClass(byte Value, string Name, string Colour)
{
    /// <summary>A class with the name and the colour that its value has in our label PNGs.</summary>
    public static ProjectClass Default(byte value) => new(value, $"class {value}", DefaultColour(value));

    /// <summary>The colour that a value has in our label PNGs; people with any colour vision tell the first eight apart.</summary>
    public static string DefaultColour(byte value)
    {
        (byte red, byte green, byte blue) = ClassColours.Of(value);
        return $"#{red:x2}{green:x2}{blue:x2}";
    }
}
