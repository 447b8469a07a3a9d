namespace FastSeg.Deep.Rewriting;

/// <summary>
/// Finds where heads come from by their numbers: which value of the graph holds them, from which column on, multiplied by what. So it does
/// not matter by which of the many chains of reshaping, splitting, transposing and scaling an exporter writes this.
/// </summary>
internal static class HeadMatch
{
    /// <summary>Part of the largest number by which two may differ: scaling rounds.</summary>
    private const float Tolerance = 2e-6f;

    /// <summary>The nearest value that heads are a scaled copy of; null where there is none.</summary>
    /// <param name="heads">The heads.</param>
    /// <param name="values">Values they may come from, the nearest first.</param>
    public static HeadSource? Find(HeadView heads, IEnumerable<KeyValuePair<string, ProbedValue>> values) =>
        Columns(heads, values).Select(at => Scale(heads, at.Numbers, at.Width, at.Offset) is { } scale
            ? new HeadSource(at.Value, at.Width, at.Offset, scale)
            : null).FirstOrDefault(source => source is not null);

    /// <summary>Whether a value of batch x tokens x (heads x numbers) holds the heads as they are.</summary>
    public static bool IsJoined(HeadView heads, ProbedValue value) =>
        value.TokenWidth(heads.Tokens) == heads.Heads * heads.Size
        && Scale(heads, value.Numbers, heads.Heads * heads.Size, 0) is { } scale && Math.Abs(scale - 1) < Tolerance;

    /// <summary>Every place where the heads might lie: a value of so many tokens, and a column that a head may begin at.</summary>
    public static IEnumerable<(string Value, float[] Numbers, int Width, int Offset)> Columns(
        HeadView heads, IEnumerable<KeyValuePair<string, ProbedValue>> values)
    {
        int wanted = heads.Heads * heads.Size;
        return from pair in values
               let width = pair.Value.TokenWidth(heads.Tokens)
               where width >= wanted && width % heads.Size == 0
               from step in Enumerable.Range(0, ((width - wanted) / heads.Size) + 1)
               select (pair.Key, pair.Value.Numbers, width, step * heads.Size);
    }

    /// <summary>By what the columns are multiplied to give the heads; null where they are not the heads.</summary>
    private static double? Scale(HeadView heads, float[] numbers, int width, int offset)
    {
        double products = 0, squares = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            double scale = pass == 0 ? 0 : products / squares;
            for (int token = 0; token < heads.Tokens; token++)
            {
                for (int head = 0; head < heads.Heads; head++)
                {
                    int from = (token * width) + offset + (head * heads.Size);
                    for (int number = 0; number < heads.Size; number++)
                    {
                        (double wanted, double found) = (heads[head, token, number], numbers[from + number]);
                        products += wanted * found;
                        squares += found * found;
                        if (pass == 1 && !(Math.Abs(wanted - (scale * found)) <= Tolerance * heads.Largest))
                        {
                            return null;
                        }
                    }
                }
            }
        }
        return products / squares is var result && result > 0 && double.IsFinite(result) ? result : null;
    }
}
