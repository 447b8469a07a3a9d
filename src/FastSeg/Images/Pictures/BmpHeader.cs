using System.Buffers.Binary;
using System.Numerics;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>What the headers of a BMP say, checked against the file's size.</summary>
internal sealed class BmpHeader
{
    /// <summary>Values of a header's compression: none, runs of 8 and of 4 bits, masks.</summary>
    private const int None = 0, Runs8 = 1, Runs4 = 2, Masked = 3, MaskedAlpha = 6;

    /// <summary>Pixels that runs may always stand for; more only where the file has a byte for every <see cref="MostExpansion"/>.</summary>
    private const long AlwaysAllowed = 16L << 20;

    private const int MostExpansion = 4096;

    private BmpHeader(long width, long height, int bits)
    {
        (Width, Height, Bits) = (width, height, bits);
    }

    /// <summary>Columns.</summary>
    public long Width { get; }

    /// <summary>Rows.</summary>
    public long Height { get; }

    /// <summary>Bits of a pixel.</summary>
    public int Bits { get; }

    /// <summary>Whether the first stored row is the highest one.</summary>
    public bool TopDown { get; private init; }

    /// <summary>Whether pixels are stored as runs.</summary>
    public bool Runs { get; private init; }

    /// <summary>Where the pixels begin.</summary>
    public long Pixels { get; private init; }

    /// <summary>Bytes of a stored row, which is filled up to four.</summary>
    public long RowBytes => ((Width * Bits) + 31) / 32 * 4;

    /// <summary>Red, green and blue of each colour; empty where pixels are colours themselves. Missing ones are black.</summary>
    public byte[] Palette { get; private set; } = [];

    /// <summary>Where red, green and blue lie in a pixel of 16 or 32 bits.</summary>
    public uint[] Masks { get; private set; } = [];

    /// <summary>Whether all colours of the palette are greys.</summary>
    public bool IsGrey => Palette.Length > 0 && Palette.Chunk(3).All(colour => colour[0] == colour[1] && colour[1] == colour[2]);

    /// <summary>Reads the headers of a file that begins like a BMP.</summary>
    /// <exception cref="FastSegException">They are damaged, say more than the file holds, or are of a kind that is not read.</exception>
    public static BmpHeader Read(InputFile file)
    {
        byte[] bytes = new byte[14 + 124];
        file.Read(0, bytes.AsSpan(0, (int)Math.Min(file.Length, bytes.Length)));
        long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(14));
        if (size is not (12 or 40 or 52 or 56 or 64 or 108 or 124) || !file.Holds(14, size))
        {
            throw file.Bad($"is damaged or no BMP: its header claims {size} bytes, the file has {file.Length}");
        }
        bool old = size == 12;
        long width = old ? Short(bytes, 18) : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(18));
        long height = old ? Short(bytes, 20) : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(22));
        int bits = Short(bytes, old ? 24 : 28);
        int coding = old ? None : (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(30));
        if (width < 1 || height is 0 or int.MinValue)
        {
            throw file.Bad($"is damaged: its BMP header says {width} x {height} pixels");
        }
        bool masked = coding is Masked or MaskedAlpha && bits is 16 or 32 && size != 64;
        bool runs = (coding == Runs8 && bits == 8) || (coding == Runs4 && bits == 4);
        if (bits is not (1 or 2 or 4 or 8 or 16 or 24 or 32) || (coding != None && !masked && !runs))
        {
            throw file.Unsupported(
                $"is a BMP of {bits} bits a pixel with compression {coding}",
                "1 to 32 bits are read uncompressed, and 4 and 8 bits as runs");
        }
        var header = new BmpHeader(width, Math.Abs(height), bits)
        {
            TopDown = height < 0,
            Runs = runs,
            Pixels = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(10)),
        };
        header.ReadColours(file, bytes, size, masked);
        header.CheckSize(file);
        return header;
    }

    /// <summary>Format and layout in words.</summary>
    public string Describe()
    {
        string kind = Palette.Length == 0 ? "RGB" : IsGrey ? "grey" : "palette";
        return $"BMP, {Bits}-bit {kind}{(Runs ? ", runs" : "")}{(TopDown ? ", first row on top" : "")}";
    }

    private static int Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    /// <summary>Reads the palette behind the header, or the masks.</summary>
    private void ReadColours(InputFile file, byte[] bytes, long size, bool masked)
    {
        if (Bits > 8)
        {
            Masks = masked ? [.. Enumerable.Range(0, 3).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(54 + (4 * i))))]
                : Bits == 16 ? [0x7C00, 0x3E0, 0x1F]
                : [0xFF0000, 0xFF00, 0xFF];
            if (Array.Exists(Masks, mask => mask == 0 || !BitOperations.IsPow2((mask >> BitOperations.TrailingZeroCount(mask)) + 1)))
            {
                throw file.Bad("is damaged: its BMP masks leave no colour");
            }
            return;
        }
        int entry = size == 12 ? 3 : 4, colours = 1 << Bits;
        long used = size == 12 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(46));
        long there = Math.Min(used == 0 ? colours : used, colours);
        there = Math.Min(there, Math.Max(0, Math.Min(Pixels, file.Length) - 14 - size) / entry);
        byte[] stored = new byte[there * entry];
        file.Read(14 + size, stored);
        Palette = new byte[3 * colours];
        for (int i = 0; i < there; i++)
        {
            (Palette[3 * i], Palette[(3 * i) + 1], Palette[(3 * i) + 2]) =
                (stored[(i * entry) + 2], stored[(i * entry) + 1], stored[i * entry]);
        }
    }

    private void CheckSize(InputFile file)
    {
        if (Runs)
        {
            if (!file.Holds(Pixels, 2) || Width * Height > Math.Max(AlwaysAllowed, file.Length * MostExpansion))
            {
                throw file.Bad($"lies about its size: {Width} x {Height} pixels cannot come out of {file.Length} bytes of BMP");
            }
        }
        else if (Pixels < 14 || (Int128)RowBytes * Height > file.Length - Pixels)
        {
            throw file.Bad(
                $"is truncated: its {Width} x {Height} pixels take {(Int128)RowBytes * Height} bytes from byte {Pixels} on, " +
                $"the file has {file.Length}");
        }
    }
}
