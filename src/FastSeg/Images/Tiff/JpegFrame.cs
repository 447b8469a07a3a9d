using System.Buffers.Binary;

namespace FastSeg.Images.Tiff;

/// <summary>What the frame header of a JPEG says.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Components">Samples of a pixel.</param>
/// <param name="Coefficients">Bytes of its coefficients, if all of them are kept at once: 128 for each block of 64 samples.</param>
/// <param name="Whole">
/// Whether a decoder keeps all coefficients until the last scan: the frame is progressive, or a scan has only some of the components.
/// </param>
internal readonly record struct JpegFrame(int Width, int Height, int Components, long Coefficients, bool Whole)
{
    /// <summary>Reads the header behind its marker.</summary>
    /// <param name="code">The marker.</param>
    /// <param name="content">The segment behind its length.</param>
    /// <param name="refusal">Null, or why such a frame is not read.</param>
    public static JpegFrame Read(int code, ReadOnlySpan<byte> content, out string? refusal)
    {
        int components = content.Length < 6 ? 0 : content[5];
        if (components is < 1 or > 4 || content.Length < 6 + (3 * components))
        {
            refusal = "its JPEG header is damaged";
            return default;
        }
        refusal = code is not (0xC0 or 0xC1 or 0xC2) ? "it is lossless or arithmetic-coded JPEG"
            : content[0] != 8 ? $"it is {content[0]}-bit JPEG"
            : null;
        int height = BinaryPrimitives.ReadUInt16BigEndian(content[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(content[3..]);
        int across = 1, down = 1, blocks = 0;
        for (int i = 0; i < components; i++)
        {
            int factors = content[7 + (3 * i)];
            (across, down) = (Math.Max(across, factors >> 4), Math.Max(down, factors & 15));
            blocks += (factors >> 4) * (factors & 15);
        }
        long units = (((width - 1L) / (8 * across)) + 1) * (((height - 1L) / (8 * down)) + 1);
        return new JpegFrame(width, height, components, units * blocks * 128, code == 0xC2);
    }
}
