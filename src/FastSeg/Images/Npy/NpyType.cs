using FastSeg.Files;

namespace FastSeg.Images.Npy;

/// <summary>The elements of an npy array.</summary>
/// <param name="Type">What they are as samples; bool is uint8 of 0 and 1.</param>
/// <param name="Name">The name as numpy's users know it.</param>
/// <param name="Swapped">Whether the highest byte of an element comes first.</param>
internal readonly record struct NpyType(SampleType Type, string Name, bool Swapped)
{
    private const string Kinds = "bool, whole numbers and floats of 8 to 64 bits are read (array.astype(numpy.float32) and the like)";

    /// <summary>The type that a header describes.</summary>
    /// <param name="descr">The type as numpy writes it, such as "&lt;u2".</param>
    /// <param name="unsupported">Makes the failure for another type of what it is, and of what would be read.</param>
    /// <exception cref="FastSegException">Images have no such samples.</exception>
    public static NpyType Of(string descr, Func<string, string, FastSegException> unsupported)
    {
        // Where a byte has no order, numpy writes |; a file without any sign is little-endian, as the machine.
        bool marked = descr.Length > 0 && descr[0] is '<' or '>' or '|' or '=';
        string code = marked ? descr[1..] : descr;
        bool swapped = descr.StartsWith('>');
        if (code == "b1")
        {
            return new NpyType(SampleType.UInt8, "bool", false);
        }
        foreach (SampleType type in Enum.GetValues<SampleType>())
        {
            string name = type.Name();
            if (code == $"{name[0]}{type.Bytes()}")
            {
                return new NpyType(type, name, swapped && type.Bytes() > 1);
            }
        }
        throw unsupported($"holds {(swapped ? "big-endian " : "")}{Words(descr, code)}", Kinds);
    }

    /// <summary>What a type is called that is not read.</summary>
    private static string Words(string descr, string code)
    {
        if (code.Length < 2 || !int.TryParse(code.AsSpan(1), out int bytes) || bytes is < 1 or > 32)
        {
            return $"elements of type {InputFile.OneLine(descr)}";
        }
        return code[0] switch
        {
            'f' => $"float{bytes * 8}",
            'c' => $"complex{bytes * 8}",
            'i' => $"int{bytes * 8}",
            'u' => $"uint{bytes * 8}",
            _ => $"elements of type {InputFile.OneLine(descr)}",
        };
    }
}
