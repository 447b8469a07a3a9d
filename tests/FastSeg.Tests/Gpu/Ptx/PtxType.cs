using System.Globalization;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>A type of PTX, such as <c>s32</c>: how many bits, and what they mean.</summary>
/// <param name="Bits">8, 16, 32 or 64; 1 for predicates.</param>
/// <param name="Kind">s, u, b, f, or p for predicates.</param>
internal readonly record struct PtxType(int Bits, char Kind)
{
    /// <summary>Bytes in memory.</summary>
    public int Bytes => Bits / 8;

    public bool IsFloat => Kind == 'f';

    public bool IsLong => Bits == 64;

    public bool IsSigned => Kind == 's';

    /// <summary>Reads a type; float64 is not among them, because no kernel uses it.</summary>
    public static PtxType Parse(string name)
    {
        if (name == "pred")
        {
            return new PtxType(1, 'p');
        }
        bool known = name.Length is 2 or 3 && "subf".Contains(name[0], StringComparison.Ordinal)
            && name[1..] is "8" or "16" or "32" or "64" && name is not ("f8" or "f16" or "f64");
        return known
            ? new PtxType(int.Parse(name[1..], CultureInfo.InvariantCulture), name[0])
            : throw new PtxException($"The machine does not know the type {name}.");
    }
}
