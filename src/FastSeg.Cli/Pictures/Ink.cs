namespace FastSeg.Cli.Pictures;

/// <summary>Lines over a picture: the outlines of classes, and the strokes that were drawn.</summary>
internal static class Ink
{
    /// <summary>Of so many parts of the picture's longer side a stroke is widened by one, and an outline is one wide.</summary>
    private const double StrokeParts = 450, OutlineParts = 300;

    private static readonly (byte, byte, byte) Casing = (24, 24, 24);

    /// <summary>
    /// Draws the line between two classes in the colour of the one that has fewer pixels, and inside it: around particles, not around what
    /// they lie in. Labels of 0 have no line.
    /// </summary>
    /// <param name="picture">Is drawn on.</param>
    /// <param name="labels">The labels of its pixels.</param>
    public static void Outlines(Picture picture, ushort[] labels)
    {
        bool[] ink = new bool[labels.Length];
        int[] pixels = new int[ushort.MaxValue + 1];
        foreach (ushort label in labels)
        {
            pixels[label]++;
        }
        bool IsRarer(ushort one, ushort other) =>
            one != 0 && (other == 0 || pixels[one] < pixels[other] || (pixels[one] == pixels[other] && one > other));
        ForEachPair(picture, (here, there) => ink[here] |= labels[here] != labels[there] && IsRarer(labels[here], labels[there]));
        for (int i = 1; i < picture.Line(OutlineParts); i++)
        {
            bool[] thin = [.. ink];
            ForEachPair(picture, (here, there) => ink[here] |= thin[there] && labels[here] == labels[there]);
        }
        for (int i = 0; i < labels.Length; i++)
        {
            if (ink[i])
            {
                Put(picture, i, ClassColours.Of(labels[i]));
            }
        }
    }

    /// <summary>Draws strokes in the colours of their classes, a line wider than they are, with a dark line around them.</summary>
    /// <param name="picture">Is drawn on.</param>
    /// <param name="strokes">The class of each pixel; 0 where nothing was drawn.</param>
    public static void Strokes(Picture picture, ushort[] strokes)
    {
        int line = picture.Line(StrokeParts);
        ushort[] wide = strokes;
        for (int i = 0; i < line; i++)
        {
            wide = Wider(picture, wide);
        }
        ushort[] around = wide;
        for (int i = 0; i < line; i++)
        {
            around = Wider(picture, around);
        }
        for (int i = 0; i < wide.Length; i++)
        {
            if (around[i] != 0)
            {
                Put(picture, i, wide[i] == 0 ? Casing : ClassColours.Of(wide[i]));
            }
        }
    }

    /// <summary>The strokes with one pixel more on every side; of several classes the smallest takes a pixel.</summary>
    private static ushort[] Wider(Picture picture, ushort[] strokes)
    {
        ushort[] wide = [.. strokes];
        ForEachPair(picture, (here, there) =>
        {
            if (strokes[here] == 0 && strokes[there] != 0 && (wide[here] == 0 || strokes[there] < wide[here]))
            {
                wide[here] = strokes[there];
            }
        });
        return wide;
    }

    /// <summary>Calls back for each pixel and each of its four neighbours.</summary>
    private static void ForEachPair(Picture picture, Action<int, int> act)
    {
        int width = picture.Width;
        for (int y = 0, i = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < width; x++, i++)
            {
                if (x > 0)
                {
                    act(i, i - 1);
                    act(i - 1, i);
                }
                if (y > 0)
                {
                    act(i, i - width);
                    act(i - width, i);
                }
            }
        }
    }

    private static void Put(Picture picture, int pixel, (byte Red, byte Green, byte Blue) colour) =>
        (picture.Rgb[3 * pixel], picture.Rgb[(3 * pixel) + 1], picture.Rgb[(3 * pixel) + 2]) = colour;
}
