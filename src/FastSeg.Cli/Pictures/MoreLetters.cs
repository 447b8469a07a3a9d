namespace FastSeg.Cli.Pictures;

/// <summary>
/// Letters beyond ASCII that names of phases have: Greek ones, a few signs, and small letters with marks, which stand in the two free rows
/// above them. Drawn as those of <see cref="Font"/>.
/// </summary>
internal static class MoreLetters
{
    private const int Rows = 9, Columns = 5;

    /// <summary>The letters of the drawing, in its order, twelve a row.</summary>
    private const string Drawn = "αβγδεηθκλμπρ" + "στφχψωΓΔΣΩΦΛ" + "°²³±·×–äöüéß";

    private const int InRow = 12;

    /// <summary>Letters that are others with a mark above them, these others, and the marks.</summary>
    private const string
        Marked = "ëïáíóúàèòùâêîôûñãõåščž",
        Unmarked = "eiaiouaeouaeiounaoascz",
        Marks = "¨¨´´´´````^^^^^~~~°ˇˇˇ";

    /// <summary>Letters that look like others, or are drawn without their marks because there is no room, and these others.</summary>
    private const string
        Alike = "µςϕϵ∆Ω’‘′″“”—‐−ÄÖÜÉÈÀÅÑÇçøØΑΒο",
        Others = "μσφεΔΩ'''\"\"\"–-–AOUEEAANCcoOABo";

    private static readonly string[] Drawing =
        """
        ..... .##.. ..... .###. ..... ..... ..#.. ..... ##... ..... ..... .....
        ..... #..#. ..... #.... ..... ..... .#.#. ..... ..#.. ..... ..... .....
        .##.# #.#.. #...# .#... .###. #.##. #...# #..#. ..#.. #..#. ##### .###.
        #..#. #..#. .#.#. .###. #...# ##..# ##### #.#.. ..#.. #..#. .#.#. #...#
        #..#. #...# .#.#. #...# .##.. #...# #...# ##... .#.#. #..#. .#.#. #...#
        #..#. #...# ..#.. #...# #...# #...# .#.#. #.#.. .#.#. #..#. .#.#. ##..#
        .##.# #.##. ..#.. .###. .###. #...# ..#.. #..#. #...# ###.# #..#. #.##.
        ..... #.... .#.#. ..... ..... ....# ..... ..... ..... #.... ..... #....
        ..... #.... ..#.. ..... ..... ....# ..... ..... ..... #.... ..... #....
        ..... ..... ..... ..... ..... ..... ##### ..#.. ##### .###. ..#.. ..#..
        ..... ..... ..#.. ..... ..#.. ..... #.... ..#.. #.... #...# .###. ..#..
        .#### ##### ..#.. #...# #.#.# .#.#. #.... .#.#. .#... #...# #.#.# .#.#.
        #..#. ..#.. .###. .#.#. #.#.# #...# #.... .#.#. ..#.. #...# #.#.# .#.#.
        #...# ..#.. #.#.# ..#.. #.#.# #.#.# #.... #...# .#... #...# #.#.# #...#
        #...# ..#.. #.#.# ..#.. .###. #.#.# #.... #...# #.... .#.#. .###. #...#
        .###. ...#. .###. .#.#. ..#.. .#.#. #.... ##### ##### ##.## ..#.. #...#
        ..... ..... ..#.. #...# ..#.. ..... ..... ..... ..... ..... ..... .....
        ..... ..... ..#.. ..... ..#.. ..... ..... ..... ..... ..... ..... .....
        .##.. .##.. ###.. ..#.. ..... ..... ..... .#.#. .#.#. .#.#. ...#. .##..
        #..#. #..#. ..#.. ..#.. ..... ..... ..... ..... ..... ..... ..#.. #..#.
        #..#. ..#.. .#... ##### ..... ..... ..... .###. .###. #...# .###. #..#.
        .##.. .#... ..#.. ..#.. .##.. .#.#. ##### ....# #...# #...# #...# #.#..
        ..... ####. ##... ..#.. .##.. ..#.. ..... .#### #...# #...# ##### #..#.
        ..... ..... ..... ..... ..... .#.#. ..... #...# #...# #..## #.... #...#
        ..... ..... ..... ##### ..... ..... ..... .#### .###. .##.# .###. #.##.
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
        """.Split('\n');

    /// <summary>The letter of ASCII that a letter is drawn as, where it is drawn as one.</summary>
    public static char Plain(char letter) => Other(Alike, Others, letter) ?? Other(Marked, Unmarked, letter) ?? letter;

    /// <summary>Whether a letter has a dot that its letter of ASCII has not; null where it is neither drawn here nor marked.</summary>
    public static bool? IsInked(char letter, int x, int y)
    {
        letter = Other(Alike, Others, letter) ?? letter;
        int at = Drawn.IndexOf(letter, StringComparison.Ordinal);
        if (at >= 0)
        {
            (int row, int column) = Math.DivRem(at, InRow);
            return Drawing[(row * Rows) + y][(column * (Columns + 1)) + x] == '#';
        }
        return Other(Marked, Marks, letter) switch
        {
            null => null,
            '¨' => (x, y) is (1, 0) or (3, 0),
            '´' => (x, y) is (3, 0) or (2, 1),
            '`' => (x, y) is (1, 0) or (2, 1),
            '^' => (x, y) is (2, 0) or (1, 1) or (3, 1),
            'ˇ' => (x, y) is (1, 0) or (3, 0) or (2, 1),
            '~' => (x, y) is (1, 0) or (2, 0) or (3, 1) or (0, 1),
            _ => (x, y) is (2, 0) or (3, 0) or (2, 1) or (3, 1),
        };
    }

    /// <summary>What stands in another list where a letter stands in this one; null where it does not.</summary>
    private static char? Other(string letters, string others, char letter) =>
        letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and int at ? others[at] : null;
}
