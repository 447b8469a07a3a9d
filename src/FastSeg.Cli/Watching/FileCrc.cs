using FastSeg.Files;

namespace FastSeg.Cli.Watching;

/// <summary>
/// Tells a file from another one of the same length: the CRC-32 of its bytes, or of 64 pieces that lie evenly over it, the first and the
/// last among them, where it is large.
/// </summary>
internal static class FileCrc
{
    private const int Piece = 64 << 10, Pieces = 64;

    /// <summary>The checksum of a file; null where it cannot be read.</summary>
    public static uint? Of(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            long length = file.Length;
            byte[] bytes = new byte[Math.Min(length, Piece * Pieces)];
            if (length <= bytes.Length)
            {
                file.ReadExactly(bytes);
                return Crc32.Of(bytes);
            }
            for (int i = 0; i < Pieces; i++)
            {
                file.Position = (long)((Int128)(length - Piece) * i / (Pieces - 1));
                file.ReadExactly(bytes, i * Piece, Piece);
            }
            return Crc32.Of(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
