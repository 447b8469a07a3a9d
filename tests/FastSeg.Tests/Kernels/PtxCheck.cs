using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>Reads PTX as ILGPU writes it: an instruction a line.</summary>
internal static partial class PtxCheck
{
    /// <summary>Instructions of a kind, such as <c>fma.rn.f32</c>.</summary>
    public static int Count(string ptx, string instruction) =>
        ptx.Split('\n').Count(line => line.TrimStart().StartsWith(instruction, StringComparison.Ordinal) || line.Contains($" {instruction} ", StringComparison.Ordinal));

    /// <summary>
    /// <c>mul.f32</c> and <c>add.f32</c> without a rounding mode may be contracted by the assembler: no register that a product was
    /// written to may be an operand of an addition or subtraction.
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

    /// <summary>Bytes of shared memory that a kernel declares.</summary>
    public static int SharedBytes(string ptx) => SharedArray().Matches(ptx)
        .Sum(array => int.Parse(array.Groups[2].Value, CultureInfo.InvariantCulture) * int.Parse(array.Groups[1].Value, CultureInfo.InvariantCulture) / 8);

    [GeneratedRegex(@"mul(?:\.rn)?\.f32\s+(%f\d+)")]
    private static partial Regex Product();

    [GeneratedRegex(@"(?:add|sub)\.f32\s+%f\d+,\s*([^,]+),\s*([^;]+);")]
    private static partial Regex Sum();

    [GeneratedRegex(@"\.shared\s+\.align\s+\d+\s+\.b(\d+)\s+\S+\[(\d+)\]")]
    private static partial Regex SharedArray();
}
