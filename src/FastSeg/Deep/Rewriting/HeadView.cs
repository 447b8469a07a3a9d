namespace FastSeg.Deep.Rewriting;

/// <summary>Numbers of an attention's heads: heads x tokens x numbers, or with the last two sides transposed.</summary>
/// <param name="numbers">The numbers, row-major.</param>
/// <param name="heads">Heads.</param>
/// <param name="tokens">Tokens.</param>
/// <param name="size">Numbers of a head.</param>
/// <param name="transposed">Whether tokens come last.</param>
internal sealed class HeadView(float[] numbers, int heads, int tokens, int size, bool transposed)
{
    public int Heads => heads;

    public int Tokens => tokens;

    public int Size => size;

    /// <summary>The largest magnitude.</summary>
    public float Largest { get; } = numbers.Max(Math.Abs);

    public float this[int head, int token, int number] => transposed
        ? numbers[(((head * size) + number) * tokens) + token]
        : numbers[(((head * tokens) + token) * size) + number];

    /// <summary>Looks at a value of batch 1 as heads; null where its shape is no such thing.</summary>
    public static HeadView? Of(ProbedValue? value, bool transposed)
    {
        if (value is null || value.Shape.Count < 3 || value.Numbers.Length == 0 || value.Numbers.Any(number => !float.IsFinite(number)))
        {
            return null;
        }
        (int rows, int columns) = ((int)value.Shape[^2], (int)value.Shape[^1]);
        int heads = value.Numbers.Length / (rows * columns);
        return new HeadView(value.Numbers, heads, transposed ? columns : rows, transposed ? rows : columns, transposed);
    }
}
