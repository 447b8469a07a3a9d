namespace FastSeg.Tests.Images.Masks;

/// <summary>A data bar as microscopes draw it: a background, lines of letters, a scale, perhaps frames.</summary>
/// <param name="Rows">Rows of the bar.</param>
/// <param name="Background">Its background, 0 to 1.</param>
/// <param name="Ink">Its letters, 0 to 1.</param>
/// <param name="Frames">Whether boxes are drawn around the fields.</param>
internal sealed record DrawnBar(int Rows, double Background, double Ink, bool Frames = false)
{
    /// <summary>Seven rows of five columns for each letter; a bit is ink.</summary>
    private static readonly byte[][] Letters =
    [
        [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E], [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E], [0x00, 0x00, 0x00, 0x00, 0x00, 0x0C, 0x0C],
        [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E], [0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11], [0x11, 0x11, 0x11, 0x11, 0x0A, 0x0A, 0x04],
        [0x11, 0x11, 0x15, 0x15, 0x15, 0x1B, 0x11], [0x1C, 0x12, 0x11, 0x11, 0x11, 0x12, 0x1C],
    ];

    /// <summary>Shares of ink for each pixel of a bar of so many columns, 0 for background and 1 for ink.</summary>
    public double[] Draw(int columns)
    {
        double[] bar = new double[columns * Rows];
        int scale = Rows >= 36 ? 2 : 1, lines = Rows >= 28 ? 2 : 1;
        for (int line = 0; line < lines; line++)
        {
            int top = 3 + (line * Rows / 2);
            for (int place = 0; place < columns / (6 * scale * 2); place++)
            {
                byte[] letter = Letters[(place + (3 * line)) % Letters.Length];
                Letter(bar, columns, letter, 6 + (place * 6 * scale), top, scale);
            }
        }
        Fill(bar, columns, columns * 3 / 4, Rows / 3, columns / 6, 3);
        for (int field = 0; Frames && field < 6; field++)
        {
            Fill(bar, columns, field * columns / 6, 0, 1, Rows);
        }
        if (Frames)
        {
            Fill(bar, columns, 0, 0, columns, 1);
        }
        return bar;
    }

    /// <summary>The values of the bar between black and white.</summary>
    public double[] Draw(int columns, double black, double white) =>
        [.. Draw(columns).Select(ink => black + ((Background + (ink * (Ink - Background))) * (white - black)))];

    private static void Letter(double[] bar, int columns, byte[] letter, int left, int top, int scale)
    {
        for (int y = 0; y < 7; y++)
        {
            for (int x = 0; x < 5; x++)
            {
                if ((letter[y] >> (4 - x) & 1) != 0)
                {
                    Fill(bar, columns, left + (x * scale), top + (y * scale), scale, scale);
                }
            }
        }
    }

    private static void Fill(double[] bar, int columns, int left, int top, int width, int height)
    {
        for (int y = top; y < Math.Min(top + height, bar.Length / columns); y++)
        {
            bar.AsSpan((y * columns) + left, Math.Min(width, columns - left)).Fill(1);
        }
    }
}
