using System.Buffers.Binary;
using System.Globalization;
using FastSeg.Images.Npy;

namespace FastSeg.Images.Zarr;

/// <summary>Sample types as both versions of Zarr name them, and the values that stand for absent chunks.</summary>
internal static class ZarrTypes
{
    /// <summary>The type that metadata of version 2 names as numpy does, such as "&lt;u2".</summary>
    /// <exception cref="FastSegException">It is complex, structured, a text or an object.</exception>
    public static NpyType OfVersion2(ZarrJson dtype)
    {
        if (!dtype.IsText)
        {
            throw dtype.Unsupported($"holds structured elements ({dtype.Quoted()})", "whole numbers and floats of 8 to 64 bits are read");
        }
        return NpyType.Of(dtype.Text(), dtype.Unsupported);
    }

    /// <summary>The type that metadata of version 3 names.</summary>
    /// <exception cref="FastSegException">It is none of an image.</exception>
    public static (SampleType Type, string Name) OfVersion3(ZarrJson type)
    {
        string name = type.IsText ? type.Text() : type.IsObject && type.Find("name") is { IsText: true } named ? named.Text() : "";
        if (name == "bool")
        {
            return (SampleType.UInt8, name);
        }
        foreach (SampleType sample in Enum.GetValues<SampleType>())
        {
            if (sample.Name() == name && type.IsText)
            {
                return (sample, name);
            }
        }
        throw type.Unsupported(
            $"holds elements of type {(name.Length > 0 ? name : type.Quoted())}",
            "bool, whole numbers and floats of 8 to 64 bits are read");
    }

    /// <summary>A fill value as a little-endian sample. Where there is none, absent chunks are 0.</summary>
    /// <param name="value">A number, true or false, "NaN", "Infinity", "-Infinity" or hexadecimal digits of the bits; or null.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="FastSegException">The type cannot hold it.</exception>
    public static byte[] Fill(ZarrJson? value, SampleType type)
    {
        byte[] sample = new byte[type.Bytes()];
        if (value is null)
        {
            return sample;
        }
        string text = value.IsText ? value.Text() : value.Value.GetRawText();
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && type.IsFloat())
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits)
                && text.Length == 2 + (2 * sample.Length) ? Bytes(bits, sample) : throw value.Wrong($"a {type.Name()}");
        }
        return type.IsFloat() ? Float(value, text, type, sample) : Whole(value, text, type, sample);
    }

    private static byte[] Float(ZarrJson value, string text, SampleType type, byte[] sample)
    {
        double number = text switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed)
                ? parsed : throw value.Wrong($"a {type.Name()}"),
        };
        switch (type)
        {
            case SampleType.Float16:
                BinaryPrimitives.WriteHalfLittleEndian(sample, (Half)number);
                break;
            case SampleType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(sample, (float)number);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(sample, number);
                break;
        }
        return sample;
    }

    /// <summary>A whole number, which some writers give as 0.0 or as true and false.</summary>
    private static byte[] Whole(ZarrJson value, string text, SampleType type, byte[] sample)
    {
        text = text switch
        {
            "true" => "1",
            "false" or "" => "0",
            _ => text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text,
        };
        bool signed = type is SampleType.Int8 or SampleType.Int16 or SampleType.Int32 or SampleType.Int64;
        int bits = 8 * sample.Length;
        Int128 least = signed ? -(Int128.One << (bits - 1)) : 0, most = (Int128.One << (signed ? bits - 1 : bits)) - 1;
        return Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number)
            && number >= least && number <= most ? Bytes((ulong)(number & ulong.MaxValue), sample) : throw value.Wrong($"a {type.Name()}");
    }

    /// <summary>The lowest bytes of a number.</summary>
    private static byte[] Bytes(ulong bits, byte[] sample)
    {
        Span<byte> all = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(all, bits);
        all[..sample.Length].CopyTo(sample);
        return sample;
    }
}
