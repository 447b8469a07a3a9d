namespace FastSeg;

/// <summary>
/// One colour per label value, the same in label PNGs and in pictures: 0 (unlabelled) is black; the next eight are Okabe and Ito's
/// palette, which people with any colour vision tell apart; further ones walk round the hues by the golden angle at changing brightness.
/// </summary>
public static class ClassColours
{
    private static readonly (byte Red, byte Green, byte Blue)[] Colours = Build();

    /// <summary>Red, green and blue of a label value. The colours of 1 to 255 repeat for larger values.</summary>
    /// <param name="value">Label value, 0 (unlabelled) or more.</param>
    public static (byte Red, byte Green, byte Blue) Of(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return Colours[value < Colours.Length ? value : 1 + ((value - 1) % (Colours.Length - 1))];
    }

    private static (byte, byte, byte)[] Build()
    {
        var colours = new (byte, byte, byte)[256];
        (byte, byte, byte)[] first =
        [
            (0, 0, 0), (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66),
            (0, 114, 178), (213, 94, 0), (204, 121, 167), (153, 153, 153),
        ];
        first.CopyTo(colours, 0);
        for (int i = first.Length; i < colours.Length; i++)
        {
            double hue = i * 137.50776405 % 360;
            double brightness = 0.55 + (0.45 * (i * 0.618034 % 1));
            colours[i] = (Channel(hue, brightness, 5), Channel(hue, brightness, 3), Channel(hue, brightness, 1));
        }
        return colours;
    }

    /// <summary>
    /// One channel of a colour of saturation 0.65, by the closed form of HSV to RGB: n is 5 for red, 3 for green, 1 for blue.
    /// </summary>
    private static byte Channel(double hue, double brightness, int n)
    {
        double k = (n + (hue / 60)) % 6;
        double ramp = Math.Clamp(Math.Min(k, 4 - k), 0, 1);
        return (byte)Math.Round(255 * brightness * (1 - (0.65 * ramp)));
    }
}
