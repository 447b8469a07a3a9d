using NetVips;

namespace FastSeg.Cli.Pictures;

/// <summary>A small 8-bit RGB picture for people to look at.</summary>
/// <param name="width">Columns.</param>
/// <param name="height">Rows.</param>
internal sealed class Picture(int width, int height)
{
    /// <summary>Longest side a picture may have; larger images are shrunk.</summary>
    public const int LongestSide = 2048;

    /// <summary>Pixels between pictures that are set side by side.</summary>
    private const int Gap = 8;

    /// <summary>Columns.</summary>
    public int Width => width;

    /// <summary>Rows.</summary>
    public int Height => height;

    /// <summary>Height x Width x 3 bytes.</summary>
    public byte[] Rgb { get; } = new byte[checked(width * height * 3)];

    /// <summary>Pixels across a line that is a part of the longer side: larger pictures are looked at as a whole, too.</summary>
    public int Line(double parts) => Math.Max(1, (int)Math.Round(Math.Max(width, height) / parts));

    /// <summary>Image pixels, in each direction, that make one picture pixel.</summary>
    /// <param name="imageWidth">Columns.</param>
    /// <param name="imageHeight">Rows.</param>
    /// <param name="longest">The longest side of the picture.</param>
    public static int Factor(long imageWidth, long imageHeight, int longest = LongestSide) =>
        (int)((Math.Max(imageWidth, imageHeight) + longest - 1) / longest);

    /// <summary>A white picture.</summary>
    public static Picture Blank(int width, int height)
    {
        var picture = new Picture(width, height);
        Array.Fill(picture.Rgb, byte.MaxValue);
        return picture;
    }

    /// <summary>Copies a picture into this one, where it must have room.</summary>
    /// <param name="picture">The other one.</param>
    /// <param name="left">The column that its first one becomes.</param>
    /// <param name="top">The row that its first one becomes.</param>
    public void Put(Picture picture, int left, int top)
    {
        for (int y = 0; y < picture.Height; y++)
        {
            picture.Rgb.AsSpan(3 * y * picture.Width, 3 * picture.Width).CopyTo(Rgb.AsSpan(3 * (((top + y) * width) + left)));
        }
    }

    /// <summary>Gives a rectangle one colour; what lies outside the picture is left out.</summary>
    public void Fill(int left, int top, int wide, int high, (byte Red, byte Green, byte Blue) colour)
    {
        for (int y = Math.Max(0, top); y < Math.Min(height, top + high); y++)
        {
            for (int x = Math.Max(0, left); x < Math.Min(width, left + wide); x++)
            {
                int at = 3 * ((y * width) + x);
                (Rgb[at], Rgb[at + 1], Rgb[at + 2]) = colour;
            }
        }
    }

    /// <summary>Mixes a colour into a pixel; outside the picture nothing is done.</summary>
    /// <param name="x">Column.</param>
    /// <param name="y">Row.</param>
    /// <param name="colour">The colour.</param>
    /// <param name="share">How much of it: 0 none, 1 nothing else; what is beyond is cut off.</param>
    public void Blend(int x, int y, (byte Red, byte Green, byte Blue) colour, double share)
    {
        if (share <= 0 || x < 0 || y < 0 || x >= width || y >= height)
        {
            return;
        }
        share = Math.Min(share, 1);
        Span<byte> pixel = Rgb.AsSpan(3 * ((y * width) + x), 3);
        byte Mixed(byte under, byte over) => (byte)Math.Round(under + (share * (over - under)));
        (pixel[0], pixel[1], pixel[2]) = (Mixed(pixel[0], colour.Red), Mixed(pixel[1], colour.Green), Mixed(pixel[2], colour.Blue));
    }

    /// <summary>A copy.</summary>
    public Picture Copy() => Enlarged(1);

    /// <summary>The picture with squares of pixels in the place of each.</summary>
    public Picture Enlarged(int factor)
    {
        var large = new Picture(width * factor, height * factor);
        for (int y = 0; y < large.Height; y++)
        {
            for (int x = 0; x < large.Width; x++)
            {
                Rgb.AsSpan(3 * ((y / factor * width) + (x / factor)), 3).CopyTo(large.Rgb.AsSpan(3 * ((y * large.Width) + x)));
            }
        }
        return large;
    }

    /// <summary>The label map blended over this picture, half and half; where the label is 0 the picture stays.</summary>
    public Picture Overlay(ushort[] labels)
    {
        var blended = new Picture(width, height);
        for (int i = 0; i < labels.Length; i++)
        {
            (byte red, byte green, byte blue) = ClassColours.Of(labels[i]);
            ReadOnlySpan<byte> colour = [red, green, blue];
            for (int c = 0; c < 3; c++)
            {
                int at = (3 * i) + c;
                blended.Rgb[at] = labels[i] == 0 ? Rgb[at] : (byte)((Rgb[at] + colour[c] + 1) / 2);
            }
        }
        return blended;
    }

    /// <summary>A label map in class colours.</summary>
    public static Picture OfLabels(ushort[] labels, int width, int height)
    {
        var picture = new Picture(width, height);
        for (int i = 0; i < labels.Length; i++)
        {
            (picture.Rgb[3 * i], picture.Rgb[(3 * i) + 1], picture.Rgb[(3 * i) + 2]) = ClassColours.Of(labels[i]);
        }
        return picture;
    }

    /// <summary>Pictures of one height, side by side on white.</summary>
    public static Picture Beside(params ReadOnlySpan<Picture> pictures)
    {
        int wide = Gap * (pictures.Length - 1);
        foreach (Picture picture in pictures)
        {
            wide += picture.Width;
        }
        Picture row = Blank(wide, pictures[0].Height);
        int left = 0;
        foreach (Picture picture in pictures)
        {
            row.Put(picture, left, 0);
            left += picture.Width + Gap;
        }
        return row;
    }

    /// <summary>The picture as a PNG.</summary>
    public byte[] ToPng()
    {
        using Image image = Image.NewFromMemory(Rgb, width, height, 3, Enums.BandFormat.Uchar);
        using Image srgb = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return srgb.PngsaveBuffer();
    }
}
