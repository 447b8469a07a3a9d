using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace FastSeg.Models;

/// <summary>A float32 matrix in the npy format, as a model's self-test keeps it.</summary>
internal static partial class NpyArray
{
    private const int HeaderAlignment = 64;

    /// <summary>npy 1.0 bytes of a matrix, C order.</summary>
    public static byte[] Write(float[] values, int rows, int columns)
    {
        string dictionary = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}";
        int length = 10 + dictionary.Length + 1;
        int padded = (length + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        byte[] bytes = new byte[padded + (values.Length * sizeof(float))];
        bytes[0] = 0x93;
        "NUMPY"u8.CopyTo(bytes.AsSpan(1));
        bytes[6] = 1;
        bytes[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(padded - 10));
        bytes.AsSpan(10, padded - 10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary, bytes.AsSpan(10));
        bytes[padded - 1] = (byte)'\n';
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(bytes.AsSpan(padded));
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static (float[] Values, int Rows, int Columns) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 10 || bytes[0] != 0x93 || !bytes[1..6].SequenceEqual("NUMPY"u8))
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
