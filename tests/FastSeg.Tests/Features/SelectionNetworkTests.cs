using System.Numerics;
using FastSeg.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>
/// A network that selects right for every input of zeros and ones does so for all numbers (Knuth's 0-1 principle). Every input of zeros and
/// ones is run, as many at a time as a vector has bits.
/// </summary>
public class SelectionNetworkTests
{
    [Test]
    public void Selects_every_rank([Range(1, 14)] int count)
    {
        for (int rank = 0; rank < count; rank++)
        {
            CheckAllInputs(count, [rank]);
        }
        CheckAllInputs(count, [.. Enumerable.Range(0, count)]);
    }

    [TestCase(19)]
    [TestCase(25)]
    [TestCase(30)]
    public void Selects_the_membranes_ranks(int count) => CheckAllInputs(count, [0, (count - 1) / 2, count / 2, count - 1]);

    private static void CheckAllInputs(int count, int[] ranks)
    {
        IReadOnlyList<Comparator> network = SelectionNetwork.Create(count, ranks);
        long words = 1L << Math.Max(0, count - 6);
        int perVector = Vector<ulong>.Count;
        Parallel.For(0, (words + 1023) / 1024, block =>
        {
            var lines = new Vector<ulong>[count];
            Span<ulong> lane = stackalloc ulong[perVector];
            for (long first = block * 1024; first < Math.Min((block + 1) * 1024, words); first += perVector)
            {
                for (int i = 0; i < count; i++)
                {
                    for (int j = 0; j < perVector; j++)
                    {
                        lane[j] = Input(i, first + j);
                    }
                    lines[i] = new Vector<ulong>(lane);
                }
                Vector<ulong>[] expected = Expected(lines, ranks);
                Run(network, lines);
                for (int i = 0; i < ranks.Length; i++)
                {
                    if (lines[ranks[i]] != expected[i])
                    {
                        throw new InvalidOperationException($"{count} values, rank {ranks[i]}, inputs from {first * 64}");
                    }
                }
            }
        });
    }

    /// <summary>Value i of inputs 64 word .. 64 word + 63, where input n has the bits of n.</summary>
    private static ulong Input(int i, long word) => i switch
    {
        0 => 0xAAAAAAAAAAAAAAAA,
        1 => 0xCCCCCCCCCCCCCCCC,
        2 => 0xF0F0F0F0F0F0F0F0,
        3 => 0xFF00FF00FF00FF00,
        4 => 0xFFFF0000FFFF0000,
        5 => 0xFFFFFFFF00000000,
        _ => (word >> (i - 6) & 1) == 0 ? 0 : ulong.MaxValue,
    };

    /// <summary>
    /// Rank k is one where at least count - k values are one. The ones are counted bit by bit; the count plus 32 - (count - k) reaches 32
    /// exactly then.
    /// </summary>
    private static Vector<ulong>[] Expected(Vector<ulong>[] values, int[] ranks)
    {
        const int Bits = 6;
        var ones = new Vector<ulong>[Bits];
        foreach (Vector<ulong> value in values)
        {
            Vector<ulong> carry = value;
            for (int bit = 0; bit < Bits; bit++)
            {
                (ones[bit], carry) = (ones[bit] ^ carry, ones[bit] & carry);
            }
        }
        return Array.ConvertAll(ranks, rank =>
        {
            int add = 32 - (values.Length - rank);
            var carry = Vector<ulong>.Zero;
            for (int bit = 0; bit < Bits - 1; bit++)
            {
                carry = (add >> bit & 1) == 1 ? ones[bit] | carry : ones[bit] & carry;
            }
            return ones[Bits - 1] | carry;
        });
    }

    private static void Run(IReadOnlyList<Comparator> network, Vector<ulong>[] values)
    {
        for (int i = 0; i < network.Count; i++)
        {
            Comparator comparator = network[i];
            Vector<ulong> a = values[comparator.Low], b = values[comparator.High];
            // A side that nobody needs gets a fixed value: reading it after all would show.
            values[comparator.Low] = comparator.NeedsLow ? a & b : Vector<ulong>.AllBitsSet;
            values[comparator.High] = comparator.NeedsHigh ? a | b : Vector<ulong>.Zero;
        }
    }
}
