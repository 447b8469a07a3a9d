using System.Numerics;

namespace FastSeg.Deep.Rewriting;

/// <summary>
/// Finds rotary positions by numbers: heads that are a value's columns with every pair of numbers turned by an angle that depends on the
/// token and the pair, not on the head; and the graph's tables of those angles' cosines and sines.
/// </summary>
internal static class RotaryMatch
{
    /// <summary>Part of the largest number by which two may differ: a rotation rounds several times.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>By how much a table's number may differ from a cosine that was found as a ratio.</summary>
    private const double TableTolerance = 2e-3;

    /// <summary>The source and the tables; null where the heads are no rotation, or the tables are not found.</summary>
    /// <param name="heads">The heads.</param>
    /// <param name="values">Values that heads and tables may come from, the nearest first.</param>
    public static HeadSource? Find(HeadView heads, IReadOnlyList<KeyValuePair<string, ProbedValue>> values)
    {
        if (heads.Size % 2 != 0)
        {
            return null;
        }
        foreach ((string value, float[] numbers, int width, int offset) in HeadMatch.Columns(heads, values))
        {
            foreach (bool interleaved in (bool[])[false, true])
            {
                var pairs = new Pairs(heads, numbers, width, offset, interleaved);
                if (pairs.Turns() is { } turns && Scale(turns) is { } scale
                    && Tables(turns, scale, heads, values, interleaved) is { } tables)
                {
                    return new HeadSource(value, width, offset, scale, tables);
                }
            }
        }
        return null;
    }

    /// <summary>The common magnitude of all turns; null where they have none.</summary>
    private static double? Scale(Complex[] turns)
    {
        double mean = turns.Average(turn => turn.Magnitude);
        return mean > 0 && turns.All(turn => Math.Abs(turn.Magnitude - mean) < TableTolerance * mean) ? mean : null;
    }

    private static RotaryTable? Tables(
        Complex[] turns, double scale, HeadView heads, IReadOnlyList<KeyValuePair<string, ProbedValue>> values, bool interleaved)
    {
        int half = heads.Size / 2;
        foreach (int width in (int[])[half, heads.Size])
        {
            var tables = from pair in values
                         let rows = pair.Value.Numbers.Length / width
                         where rows > 0 && rows <= heads.Tokens && pair.Value.Numbers.Length == rows * width
                         where pair.Value.Shape[^1] == width
                         select (pair.Key, pair.Value.Numbers, Rows: rows);
            bool Holds(float[] table, int rows, Func<Complex, double> part) => Enumerable.Range(0, rows * width).All(i =>
            {
                int pair = interleaved && width > half ? i % width / 2 : i % width % half;
                Complex turn = turns[((heads.Tokens - rows + (i / width)) * half) + pair] / scale;
                return Math.Abs(table[i] - part(turn)) < TableTolerance;
            });
            string? cosines = tables.FirstOrDefault(table => Holds(table.Numbers, table.Rows, turn => turn.Real)).Key;
            (string? sines, _, int found) = tables.FirstOrDefault(table => Holds(table.Numbers, table.Rows, turn => turn.Imaginary));
            int skipped = heads.Tokens - found;
            if (cosines is not null && sines is not null
                && turns.Take(skipped * half).All(turn => (turn - scale).Magnitude < TableTolerance * scale))
            {
                return new RotaryTable(cosines, sines, width, half, skipped, interleaved);
            }
        }
        return null;
    }

    /// <summary>Numbers that are turned together, as complex numbers: those of a value's columns, and those of the heads.</summary>
    private sealed class Pairs(HeadView heads, float[] numbers, int width, int offset, bool interleaved)
    {
        private readonly int _half = heads.Size / 2;

        /// <summary>The turn of each token and pair, times the scale; null where the heads do not agree on one.</summary>
        public Complex[]? Turns()
        {
            var turns = new Complex[heads.Tokens * _half];
            for (int token = 0; token < heads.Tokens; token++)
            {
                for (int pair = 0; pair < _half; pair++)
                {
                    (Complex products, double squares) = (0, 0);
                    for (int head = 0; head < heads.Heads; head++)
                    {
                        Complex before = Before(head, token, pair);
                        products += After(head, token, pair) * Complex.Conjugate(before);
                        squares += (before.Real * before.Real) + (before.Imaginary * before.Imaginary);
                    }
                    Complex turn = products / squares;
                    for (int head = 0; head < heads.Heads; head++)
                    {
                        double off = (After(head, token, pair) - (turn * Before(head, token, pair))).Magnitude;
                        if (!(off <= Tolerance * heads.Largest))
                        {
                            return null;
                        }
                    }
                    turns[(token * _half) + pair] = turn;
                }
            }
            return turns;
        }

        private (int First, int Second) Numbers(int pair) => interleaved ? (2 * pair, (2 * pair) + 1) : (pair, pair + _half);

        private Complex Before(int head, int token, int pair)
        {
            (int first, int second) = Numbers(pair);
            int from = (token * width) + offset + (head * heads.Size);
            return new Complex(numbers[from + first], numbers[from + second]);
        }

        private Complex After(int head, int token, int pair)
        {
            (int first, int second) = Numbers(pair);
            return new Complex(heads[head, token, first], heads[head, token, second]);
        }
    }
}
