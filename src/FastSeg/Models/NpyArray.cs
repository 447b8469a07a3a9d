using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using FastSeg.Images.Npy;

namespace FastSeg.Models;

/// <summary>A float32 matrix in the npy format, as a model's self-test keeps it.</summary>
internal static partial class NpyArray
{
    /// <summary>The bytes of a matrix in npy format 1.0, C order.</summary>
    public static byte[] Write(float[] values, int rows, int columns) =>
        [.. NpyHeader.Write("<f4", [rows, columns]), .. MemoryMarshal.AsBytes(values.AsSpan())];

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static (float[] Values, int Rows, int Columns) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 10 || !bytes.StartsWith(NpyHeader.Magic))
        {
            throw new InvalidDataException("an array of the self-test is not in the npy format");
        }
        int start = 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        Match match = start <= bytes.Length ? Shape().Match(Encoding.ASCII.GetString(bytes[10..start])) : Match.Empty;
        if (!match.Success
            || !int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int rows)
            || !int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int columns)
            || (long)rows * columns * sizeof(float) != bytes.Length - start)
        {
            throw new InvalidDataException("an array of the self-test is not a float32 matrix of the size it states");
        }
        return (MemoryMarshal.Cast<byte, float>(bytes[start..]).ToArray(), rows, columns);
    }

    [GeneratedRegex(@"'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\)")]
    private static partial Regex Shape();
}
