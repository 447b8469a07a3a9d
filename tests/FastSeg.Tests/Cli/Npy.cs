using System.Text;

namespace FastSeg.Tests.Cli;

/// <summary>npy files written by hand: any dtype and shape, true or not.</summary>
internal static class Npy
{
    public static byte[] Bytes(string type, string shape, ReadOnlySpan<byte> samples)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        header = header.PadRight(((10 + header.Length + 64) / 64 * 64) - 11) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.ASCII.GetBytes(header), .. samples];
    }
}
