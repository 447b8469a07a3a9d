using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>Reads PTX as ILGPU writes it: one instruction a line.</summary>
internal static partial class PtxCheck
{
    /// <summary>Instructions of a kind, such as <c>fma.rn.f32</c>.</summary>
    public static int Count(string ptx, string instruction) => ptx.Split('\n').Count(line =>
        line.TrimStart().StartsWith(instruction, StringComparison.Ordinal) || line.Contains($" {instruction} ", StringComparison.Ordinal));

    /// <summary>
    /// Checks that no register to which a product was written is an operand of an addition or subtraction: the assembler may contract
    /// <c>mul.f32</c> and <c>add.f32</c> without a rounding mode.
    /// </summary>
    public static void NoBareProductIsAdded(string ptx)
    {
        var products = new HashSet<string>();
        foreach (Match product in Product().Matches(ptx))
        {
            products.Add(product.Groups[1].Value);
        }
        string[] added = [.. from Match sum in Sum().Matches(ptx)
                             where products.Contains(sum.Groups[1].Value) || products.Contains(sum.Groups[2].Value)
                             select sum.Value];
        Assert.That(added, Is.Empty, "sums that the assembler may fuse with a product");
    }

    /// <summary>
    /// Number of instructions, without moves between registers, of the block that has most instructions of a kind: where these are the
    /// kernel's work, its inner loop.
    /// </summary>
    public static int LoopOf(string ptx, string instruction) => Label().Split(ptx).MaxBy(block => Count(block, instruction))!.Split('\n')
        .Count(line => Instruction().IsMatch(line) && !line.TrimStart().StartsWith("mov.", StringComparison.Ordinal));

    /// <summary>Number of float32 operations; a fused multiply-add counts twice. Straight-line code executes each of them once.</summary>
    public static int Flops(string ptx) => Flop().Count(ptx) + Count(ptx, "fma.rn.f32");

    /// <summary>Bytes of shared memory that a kernel declares.</summary>
    public static int SharedBytes(string ptx) => SharedArray().Matches(ptx)
        .Sum(array => Number(array.Groups[2]) * Number(array.Groups[1]) / 8);

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"mul(?:\.rn)?\.f32\s+(%f\d+)")]
    private static partial Regex Product();

    [GeneratedRegex(@"^\s+\w+:", RegexOptions.Multiline)]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+(?:@!?%\w+\s+)?[a-z].*;\s*$")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"^\s+(?:add|sub|mul|min|max|div\.rn|sqrt\.rn|fma\.rn)\.f32\s", RegexOptions.Multiline)]
    private static partial Regex Flop();

    [GeneratedRegex(@"(?:add|sub)\.f32\s+%f\d+,\s*([^,]+),\s*([^;]+);")]
    private static partial Regex Sum();

    [GeneratedRegex(@"\.shared\s+\.align\s+\d+\s+\.b(\d+)\s+\S+\[(\d+)\]")]
    private static partial Regex SharedArray();
}
