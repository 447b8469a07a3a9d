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

    /// <summary>Letters that are others with a mark above, and the mark.</summary>
    private static readonly Dictionary<char, (char Letter, char Mark)> Marked = new()
    {
        ['ë'] = ('e', '¨'), ['ï'] = ('i', '¨'), ['á'] = ('a', '´'), ['í'] = ('i', '´'), ['ó'] = ('o', '´'), ['ú'] = ('u', '´'),
        ['à'] = ('a', '`'), ['è'] = ('e', '`'), ['ò'] = ('o', '`'), ['ù'] = ('u', '`'), ['â'] = ('a', '^'), ['ê'] = ('e', '^'),
        ['î'] = ('i', '^'), ['ô'] = ('o', '^'), ['û'] = ('u', '^'), ['ñ'] = ('n', '~'), ['ã'] = ('a', '~'), ['õ'] = ('o', '~'),
        ['å'] = ('a', '°'), ['š'] = ('s', 'ˇ'), ['č'] = ('c', 'ˇ'), ['ž'] = ('z', 'ˇ'),
    };

    /// <summary>Letters that look like others, or are drawn without their marks because there is no room.</summary>
    private static readonly Dictionary<char, char> Alike = new()
    {
        ['µ'] = 'μ', ['ς'] = 'σ', ['ϕ'] = 'φ', ['ϵ'] = 'ε', ['∆'] = 'Δ', ['Ω'] = 'Ω', ['’'] = '\'', ['‘'] = '\'', ['′'] = '\'', ['″'] = '"',
        ['“'] = '"', ['”'] = '"', ['—'] = '–', ['‐'] = '-', ['−'] = '–', ['Ä'] = 'A', ['Ö'] = 'O', ['Ü'] = 'U', ['É'] = 'E', ['È'] = 'E',
        ['À'] = 'A', ['Å'] = 'A', ['Ñ'] = 'N', ['Ç'] = 'C', ['ç'] = 'c', ['ø'] = 'o', ['Ø'] = 'O', ['Α'] = 'A', ['Β'] = 'B', ['ο'] = 'o',
    };

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
    public static char Plain(char letter) =>
        Alike.GetValueOrDefault(letter, Marked.TryGetValue(letter, out (char Letter, char Mark) marked) ? marked.Letter : letter);

    /// <summary>Whether a letter has a dot that its letter of ASCII has not; null where it is neither drawn here nor marked.</summary>
    public static bool? IsInked(char letter, int x, int y)
    {
        letter = Alike.GetValueOrDefault(letter, letter);
        int at = Drawn.IndexOf(letter, StringComparison.Ordinal);
        if (at >= 0)
        {
            (int row, int column) = Math.DivRem(at, InRow);
            return Drawing[(row * Rows) + y][(column * (Columns + 1)) + x] == '#';
        }
        if (!Marked.TryGetValue(letter, out (char Letter, char Mark) marked))
        {
            return null;
        }
        return marked.Mark switch
        {
            '¨' => (x, y) is (1, 0) or (3, 0),
            '´' => (x, y) is (3, 0) or (2, 1),
            '`' => (x, y) is (1, 0) or (2, 1),
            '^' => (x, y) is (2, 0) or (1, 1) or (3, 1),
            'ˇ' => (x, y) is (1, 0) or (3, 0) or (2, 1),
            '~' => (x, y) is (1, 0) or (2, 0) or (3, 1) or (0, 1),
            _ => (x, y) is (2, 0) or (3, 0) or (2, 1) or (3, 1),
        };
    }
}
