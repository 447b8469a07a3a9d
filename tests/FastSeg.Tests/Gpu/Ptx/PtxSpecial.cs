using System.Reflection;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>The special registers, which are fields of the thread.</summary>
internal static class PtxSpecial
{
    private static readonly string[] Names = ["tid", "ntid", "ctaid", "nctaid"];

    private static readonly Dictionary<string, FieldInfo> Fields = (from name in Names
                                                                    from direction in "xyz"
                                                                    select (name, direction)).ToDictionary(
        of => $"%{of.name}.{of.direction}",
        of => typeof(PtxThread).GetField($"{char.ToUpperInvariant(of.name[0])}{of.name[1..]}{char.ToUpperInvariant(of.direction)}")!);

    /// <summary>The field of a special register; null where the operand is none.</summary>
    public static FieldInfo? FieldOf(string operand) => Fields.GetValueOrDefault(operand);
}
