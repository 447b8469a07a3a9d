namespace FastSeg.Cli.Pictures;

/// <summary>
/// Letters for pictures, so that a caption needs no font of the system: the printable characters of ASCII, drawn below, each 5 dots wide
/// and 9 high, the last 2 of which are under the line. Every letter is as wide as every other. Larger than dots, it is drawn with a pen.
/// </summary>
internal static class Font
{
    private const int GlyphWidth = 5, GlyphHeight = 9, GlyphsInRow = 16;
    private const char First = ' ', Last = '~', Unknown = '?';
    private const byte Ink = 32;

    /// <summary>Half of the pen's width, in dots.</summary>
    private const double PenRadius = 0.5;

    /// <summary>Sixteen glyphs a row, in the order of ASCII from the space on.</summary>
    private static readonly string[] Drawing =
        """
        ..... ..#.. .#.#. .#.#. ..#.. ##..# .##.. ..#.. ...#. .#... ..... ..... ..... ..... ..... ....#
        ..... ..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#.. ..... ..... ..... ...#.
        ..... ..#.. .#.#. ##### #.#.. ...#. #.#.. .#... .#... ...#. #.#.# ..#.. ..... ..... ..... ...#.
        ..... ..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. ##### ..... .###. ..... ..#..
        ..... ..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#.. ..... ..... ..... .#...
        ..... ..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#.. .##.. ..... .##.. .#...
        ..... ..#.. ..... .#.#. ..#.. #..## .##.# ..... ...#. .#... ..... ..... .##.. ..... .##.. #....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..#.. ..... ..... .....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... .....
        .###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. ..... ..... ...#. ..... .#... .###.
        #...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...# ..... ..... ..#.. ..... ..#.. #...#
        #...# #.#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...# .##.. .##.. .#... ##### ...#. ....#
        #.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .#### .##.. .##.. #.... ..... ....# ...#.
        #...# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....# ..... ..... .#... ##### ...#. ..#..
        #...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. .##.. .##.. ..#.. ..... ..#.. .....
        .###. ##### ##### .###. ...#. .###. .###. .#... .###. .##.. .##.. .##.. ...#. ..... .#... ..#..
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..#.. ..... ..... ..... .....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... ..... .....
        .###. .###. ####. .###. ####. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###.
        #...# #...# #...# #...# #...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## #...# #...#
        #.### #...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...#
        #.#.# ##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...#
        #.### #...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...#
        #.... #...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...#
        .###. #...# ####. .###. ####. ##### #.... .###. #...# .###. .##.. #...# ##### #...# #...# .###.
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
        ####. .###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###. #.... .###. ..#.. .....
        #...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#... .#... ...#. .#.#. .....
        #...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. .#.#. ...#. .#... .#... ...#. #...# .....
        ####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. ..#.. ..#.. .#... ..#.. ...#. ..... .....
        #.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#... .#... ...#. ...#. ..... .....
        #.... #..#. #..#. ....# ..#.. #...# .#.#. ##.## #...# ..#.. #.... .#... ...#. ...#. ..... .....
        #.... .##.# #...# ####. ..#.. .###. ..#.. #...# #...# ..#.. ##### .###. ....# .###. ..... .....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... #####
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
        .#... ..... #.... ..... ....# ..... ..##. ..... #.... ..#.. ...#. #.... .##.. ..... ..... .....
        ..#.. ..... #.... ..... ....# ..... .#..# ..... #.... ..... ..... #.... ..#.. ..... ..... .....
        ..... .###. #.##. .###. .##.# .###. .#... .#### #.##. .##.. ..##. #..#. ..#.. ##.#. #.##. .###.
        ..... ....# ##..# #...# #..## #...# ###.. #...# ##..# ..#.. ...#. #.#.. ..#.. #.#.# ##..# #...#
        ..... .#### #...# #.... #...# ##### .#... #...# #...# ..#.. ...#. ##... ..#.. #.#.# #...# #...#
        ..... #...# #...# #...# #...# #.... .#... #...# #...# ..#.. ...#. #.#.. ..#.. #.#.# #...# #...#
        ..... .#### ####. .###. .#### .###. .#... .#### #...# .###. ...#. #..#. .###. #...# #...# .###.
        ..... ..... ..... ..... ..... ..... ..... ....# ..... ..... #..#. ..... ..... ..... ..... .....
        ..... ..... ..... ..... ..... ..... ..... .###. ..... ..... .##.. ..... ..... ..... ..... .....
        ..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ..##. ..#.. .##.. .....
        ..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ..#.. ..#.. ..#.. .....
        ####. .#### #.##. .#### ####. #...# #...# #...# #...# #...# ##### ..#.. ..#.. ..#.. .....
        #...# #...# ##..# #.... .#... #...# #...# #...# .#.#. #...# ...#. .#... ..#.. ...#. .#..#
        #...# #...# #.... .###. .#... #...# #...# #.#.# ..#.. #...# ..#.. ..#.. ..#.. ..#.. #.##.
        #...# #...# #.... ....# .#..# #..## .#.#. #.#.# .#.#. #...# .#... ..#.. ..#.. ..#.. .....
        ####. .#### #.... ####. ..##. .##.# ..#.. .#.#. #...# .#### ##### ..##. ..#.. .##.. .....
        #.... ....# ..... ..... ..... ..... ..... ..... ..... ....# ..... ..... ..... ..... .....
        #.... ....# ..... ..... ..... ..... ..... ..... ..... .###. ..... ..... ..... ..... .....
        """.Split('\n');

    /// <summary>Pixels from one letter's left end to the next one's.</summary>
    /// <param name="scale">Pixels of a dot's side.</param>
    public static int Advance(int scale) => (GlyphWidth + 1) * scale;

    /// <summary>Pixels from one line's upper end to the next one's.</summary>
    /// <param name="scale">Pixels of a dot's side.</param>
    public static int LineHeight(int scale) => (GlyphHeight + 1) * scale;

    /// <summary>The scale at which about 26 letters fit under a picture, at least 1.</summary>
    public static int ScaleFor(int pictureWidth) => Math.Max(1, pictureWidth / (26 * Advance(1)));

    /// <summary>Pixels of a line's length.</summary>
    /// <param name="text">One line.</param>
    /// <param name="scale">Pixels of a dot's side.</param>
    public static int Width(string text, int scale) => text.Length == 0 ? 0 : (text.Length * Advance(scale)) - scale;

    /// <summary>A text that is at most so long, its end left out with two dots where it is longer.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : $"{text[..(most - 2)].TrimEnd()}..";

    /// <summary>
    /// Writes a line; what lies outside the picture is left out, and what neither this font nor <see cref="MoreLetters"/> has becomes a
    /// question mark.
    /// </summary>
    /// <param name="picture">Is written on.</param>
    /// <param name="text">One line.</param>
    /// <param name="left">Left end of the first letter.</param>
    /// <param name="top">Upper end of the capital letters.</param>
    /// <param name="scale">Pixels of a dot's side.</param>
    public static void Write(Picture picture, string text, int left, int top, int scale)
    {
        for (int i = 0; i < text.Length; i++)
        {
            Draw(picture, Stroke.Of(text[i], connected: scale > 1), left + (i * Advance(scale)), top, scale);
        }
    }

    /// <summary>Draws a letter's strokes with a pen that is as wide as a dot; a pixel gets as much ink as the pen covers of it.</summary>
    private static void Draw(Picture picture, Stroke[] strokes, int left, int top, int scale)
    {
        for (int y = 0; y < GlyphHeight * scale; y++)
        {
            for (int x = 0; x < GlyphWidth * scale; x++)
            {
                double column = ((x + 0.5) / scale) - 0.5, row = ((y + 0.5) / scale) - 0.5, nearest = double.MaxValue;
                foreach (Stroke stroke in strokes)
                {
                    nearest = Math.Min(nearest, stroke.Distance(column, row));
                }
                picture.Blend(left + x, top + y, (Ink, Ink, Ink), ((PenRadius - nearest) * scale) + 0.5);
            }
        }
    }

    private static bool IsInked(char letter, int x, int y)
    {
        if (x is < 0 or >= GlyphWidth || y is < 0 or >= GlyphHeight)
        {
            return false;
        }
        if (letter is < First or > Last)
        {
            if (MoreLetters.IsInked(letter, x, y) is { } inked && (inked || MoreLetters.Plain(letter) is < First or > Last))
            {
                return inked;
            }
            letter = MoreLetters.Plain(letter) is >= First and <= Last and var plain ? plain : Unknown;
        }
        (int row, int column) = Math.DivRem(letter - First, GlyphsInRow);
        return Drawing[(row * GlyphHeight) + y][(column * (GlyphWidth + 1)) + x] == '#';
    }

    /// <summary>A line from one dot of a letter to a neighbour, or to itself.</summary>
    private readonly record struct Stroke(int X, int Y, int Dx, int Dy)
    {
        /// <summary>
        /// The strokes of a letter. Where they connect, dots are joined to those beside and below them, and to those across a corner where
        /// no other way leads, so that large letters are lines with round ends instead of squares.
        /// </summary>
        public static Stroke[] Of(char letter, bool connected)
        {
            var strokes = new List<Stroke>();
            for (int y = 0; y < GlyphHeight; y++)
            {
                for (int x = 0; x < GlyphWidth; x++)
                {
                    if (!IsInked(letter, x, y))
                    {
                        continue;
                    }
                    strokes.Add(new Stroke(x, y, 0, 0));
                    bool right = IsInked(letter, x + 1, y), below = IsInked(letter, x, y + 1), left = IsInked(letter, x - 1, y);
                    if (connected)
                    {
                        Join(strokes, right, x, y, 1, 0);
                        Join(strokes, below, x, y, 0, 1);
                        Join(strokes, IsInked(letter, x + 1, y + 1) && right == below, x, y, 1, 1);
                        Join(strokes, IsInked(letter, x - 1, y + 1) && !left && !below, x, y, -1, 1);
                    }
                }
            }
            return [.. strokes];
        }

        /// <summary>How far a point is away, in dots.</summary>
        public double Distance(double x, double y)
        {
            double length = (Dx * Dx) + (Dy * Dy), along = length == 0 ? 0 : (((x - X) * Dx) + ((y - Y) * Dy)) / length;
            along = Math.Clamp(along, 0, 1);
            return double.Hypot(x - X - (along * Dx), y - Y - (along * Dy));
        }

        private static void Join(List<Stroke> strokes, bool wanted, int x, int y, int dx, int dy)
        {
            if (wanted)
            {
                strokes.Add(new Stroke(x, y, dx, dy));
            }
        }
    }
}
