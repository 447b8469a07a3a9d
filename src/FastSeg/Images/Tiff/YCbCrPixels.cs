using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>
/// YCbCr pixels that are no JPEG: blocks of brightnesses, each followed by the two colours that its pixels share (TIFF 6.0, section 21).
/// Colours are repeated over their block, as libtiff does.
/// </summary>
internal sealed unsafe class YCbCrPixels
{
    private readonly float _red, _green, _blue;

    /// <summary>Black and white of brightness, and of both colours.</summary>
    private readonly double[] _range;

    private YCbCrPixels(int across, int down, double[] coefficients, double[] range)
    {
        (Across, Down) = (across, down);
        (_red, _green, _blue) = ((float)coefficients[0], (float)coefficients[1], (float)coefficients[2]);
        _range = range;
    }

    /// <summary>Pixels side by side that share their colours: 1, 2 or 4.</summary>
    public int Across { get; }

    /// <summary>Pixels on top of each other that share their colours.</summary>
    public int Down { get; }

    /// <summary>Whether any pixels share their colours.</summary>
    public bool IsSubsampled => Across * Down > 1;

    /// <summary>Reads how a directory describes its pixels.</summary>
    /// <exception cref="FastSegException">It says what cannot be.</exception>
    public static YCbCrPixels Read(InputFile file, TiffTags tags)
    {
        long[] shared = tags.Integers(TiffTags.YCbCrSubsampling, 2);
        (long across, long down) = shared.Length == 2 ? (shared[0], shared[1]) : (2, 2);
        if (across is not (1 or 2 or 4) || down is not (1 or 2 or 4))
        {
            throw file.Bad($"is damaged: its YCbCr pixels share their colours {across} x {down} (1, 2 and 4 are possible)");
        }
        double[] coefficients = tags.Rationals(TiffTags.YCbCrCoefficients, 3), range = tags.Rationals(TiffTags.ReferenceBlackWhite, 6);
        bool known = coefficients.Length == 3 && Array.TrueForAll(coefficients, part => part is > 0 and < 1);
        bool wide = range.Length == 6 && range[0] != range[1] && range[2] != range[3] && range[4] != range[5];
        return new YCbCrPixels(
            (int)across, (int)down, known ? coefficients : [0.299, 0.587, 0.114], wide ? range : [0, 255, 128, 255, 128, 255]);
    }

    /// <summary>Bytes of a row of blocks.</summary>
    public long RowBytes(long width) => checked((((width - 1) / Across) + 1) * ((Across * Down) + 2));

    /// <summary>Makes RGB of pixels of a row.</summary>
    /// <param name="blocks">The first block of the row of blocks.</param>
    /// <param name="x">First column.</param>
    /// <param name="y">Row within the blocks.</param>
    /// <param name="to">Where the first pixel goes.</param>
    /// <param name="pixels">How many.</param>
    public void ToRgb(byte* blocks, long x, int y, byte* to, long pixels)
    {
        int block = (Across * Down) + 2;
        float scaleY = (float)(255 / (_range[1] - _range[0])), scaleB = (float)(127 / (_range[3] - _range[2]));
        float scaleR = (float)(127 / (_range[5] - _range[4]));
        float zeroY = (float)_range[0], zeroB = (float)_range[2], zeroR = (float)_range[4];
        for (long i = x; i < x + pixels; i++, to += 3)
        {
            byte* at = blocks + (i / Across * block);
            // libtiff brings all three to whole levels of the full range first, towards 0.
            float brightness = MathF.Truncate((at[(y * Across) + (i % Across)] - zeroY) * scaleY);
            float red = brightness + (MathF.Truncate((at[block - 1] - zeroR) * scaleR) * (2 - (2 * _red)));
            float blue = brightness + (MathF.Truncate((at[block - 2] - zeroB) * scaleB) * (2 - (2 * _blue)));
            float green = (brightness - (_red * red) - (_blue * blue)) / _green;
            (to[0], to[1], to[2]) = (Level(red), Level(green), Level(blue));
        }
    }

    private static byte Level(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
