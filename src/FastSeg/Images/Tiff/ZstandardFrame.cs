using SharpCompress.Compressors.ZStandard;
using SharpCompress.Compressors.ZStandard.Unsafe;

namespace FastSeg.Images.Tiff;

/// <summary>Zstandard in one step: the output is its own window, so that no frame can ask for memory of its own.</summary>
internal static unsafe class ZstandardFrame
{
    /// <summary>Decodes the frame at the beginning of some bytes.</summary>
    /// <param name="compressed">The bytes; what follows the frame is left alone.</param>
    /// <param name="to">Where the output goes.</param>
    /// <param name="needed">Bytes that must come out.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Decode(ReadOnlySpan<byte> compressed, Span<byte> to, int needed)
    {
        try
        {
            nuint frame;
            fixed (byte* first = compressed)
            {
                frame = Methods.ZSTD_findFrameCompressedSize(first, (nuint)compressed.Length);
            }
            if (frame > (nuint)compressed.Length)
            {
                return "its Zstandard data is corrupt or truncated";
            }
            using var decompressor = new Decompressor();
            return !decompressor.TryUnwrap(compressed[..(int)frame].ToArray(), to, out int got) ? "its Zstandard data is corrupt"
                : got < needed ? $"it ends after {got} of {needed} bytes"
                : null;
        }
        catch (ZstdException e)
        {
            return $"its Zstandard data is corrupt ({e.Message})";
        }
    }
}
