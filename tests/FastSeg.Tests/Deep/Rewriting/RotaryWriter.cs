using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Tests.Deep.Rewriting;

/// <summary>
/// Writes rotary positions as networks have them: heads x cos + rotated heads x sin, where rotated is (-second half, first half) or, with
/// pairs side by side, (-second, first) of each pair.
/// </summary>
/// <param name="interleaved">Whether pairs lie side by side.</param>
/// <param name="whole">Whether the tables have a column for each number of a head, or one for each pair.</param>
/// <param name="still">Tokens in front that are not turned.</param>
internal sealed class RotaryWriter(bool interleaved, bool whole, int still)
{
    private const int Size = 8, Half = Size / 2;

    private (string Cosines, string Sines)? _tables;

    /// <summary>Turns heads: batch x heads x tokens x numbers.</summary>
    public string Turn(GraphMaker maker, string heads)
    {
        if (still == 0)
        {
            return TurnAll(maker, heads);
        }
        string front = Slice(maker, heads, 0, still, 2), rest = Slice(maker, heads, still, int.MaxValue, 2);
        return maker.Add("Concat", [front, TurnAll(maker, rest)], Attributes.Of("axis", 2L));
    }

    private static string Slice(GraphMaker maker, string value, long from, long to, long axis, long step = 1) =>
        maker.Add("Slice", [value, maker.Numbers(from), maker.Numbers(to), maker.Numbers(axis), maker.Numbers(step)]);

    private string TurnAll(GraphMaker maker, string heads)
    {
        (string cosines, string sines) = _tables ??= Tables(maker, heads);
        string first = interleaved ? Slice(maker, heads, 0, Size, 3, 2) : Slice(maker, heads, 0, Half, 3);
        string second = interleaved ? Slice(maker, heads, 1, Size, 3, 2) : Slice(maker, heads, Half, Size, 3);
        if (whole)
        {
            string turned = Pairs(maker, maker.Add("Neg", [second]), first);
            return maker.Add("Add", [maker.Add("Mul", [heads, cosines]), maker.Add("Mul", [turned, sines])]);
        }
        string Product(string value, string table) => maker.Add("Mul", [value, table]);
        return Pairs(
            maker,
            maker.Add("Sub", [Product(first, cosines), Product(second, sines)]),
            maker.Add("Add", [Product(second, cosines), Product(first, sines)]));
    }

    /// <summary>Puts the two numbers of every pair where they belong.</summary>
    private string Pairs(GraphMaker maker, string first, string second)
    {
        OnnxAttribute last = Attributes.Of("axis", -1L);
        if (!interleaved)
        {
            return maker.Add("Concat", [first, second], last);
        }
        string column = maker.Numbers(-1);
        string pairs = maker.Add(
            "Concat", [maker.Add("Unsqueeze", [first, column]), maker.Add("Unsqueeze", [second, column])], last);
        return maker.Add("Reshape", [pairs, maker.Numbers(0, 0, -1, Size)]);
    }

    /// <summary>Cosines and sines of token number x frequency.</summary>
    private (string Cosines, string Sines) Tables(GraphMaker maker, string heads)
    {
        string count = Slice(maker, maker.Add("Shape", [heads]), 2, 3, 0);
        string one = maker.Add("Squeeze", [count, maker.Numbers(0)]);
        string numbers = maker.Add("Range", [Scalar(maker, 0), one, Scalar(maker, 1)]);
        string tokens = maker.Add("Unsqueeze", [maker.Add("Cast", [numbers], Attributes.Of("to", 1L)), maker.Numbers(1)]);
        float[] frequencies = [.. Enumerable.Range(0, whole ? Size : Half)
            .Select(i => MathF.Pow(10, -0.3f * (interleaved && whole ? i / 2 : i % Half)))];
        string angles = maker.Add("Mul", [tokens, maker.Edit.Add(Tensors.Of("frequencies", [frequencies.Length], frequencies))]);
        return (maker.Add("Cos", [angles]), maker.Add("Sin", [angles]));
    }

    private static string Scalar(GraphMaker maker, long value) => maker.Edit.Add(Tensors.Of("scalar", [], (ReadOnlySpan<long>)[value]));
}
