using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using FastSeg.Files;

namespace FastSeg.Images.Npy;

/// <summary>
/// The header of an npy file (format versions 1.0, 2.0 and 3.0): magic, version, length, then a Python dictionary literal with the keys
/// descr, fortran_order and shape, and no others.
/// </summary>
/// <param name="Descr">The type as numpy writes it, such as "&lt;u2".</param>
/// <param name="FortranOrder">Whether the first axis runs fastest.</param>
/// <param name="Shape">Lengths of the axes.</param>
/// <param name="DataOffset">First byte of the data.</param>
internal sealed record NpyHeader(string Descr, bool FortranOrder, IReadOnlyList<long> Shape, long DataOffset)
{
    /// <summary>Longer headers are taken for damage: numpy's own have about a hundred bytes.</summary>
    private const int LongestHeader = 65536;

    /// <summary>The first bytes of every npy file.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header.</summary>
    /// <exception cref="FastSegException">It is damaged.</exception>
    public static NpyHeader Read(InputFile file)
    {
        Span<byte> start = stackalloc byte[12];
        file.Read(0, start[..10]);
        int major = start[6], prefix = major == 1 ? 10 : 12;
        if (major is < 1 or > 3)
        {
            throw file.Unsupported($"is npy version {major}.{start[7]}", "versions 1.0, 2.0 and 3.0 are read");
        }
        file.Read(0, start[..prefix]);
        long length = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > LongestHeader || !file.Holds(prefix, length))
        {
            throw file.Bad($"has a damaged npy header (it claims {length} bytes, the file has {file.Length})");
        }
        byte[] text = new byte[length];
        file.Read(prefix, text);
        return Parse(file, Encoding.UTF8.GetString(text), prefix + length);
    }

    /// <summary>The bytes of a version 1.0 header of an array in C order, padded with blanks to a multiple of 64 bytes.</summary>
    public static byte[] Write(string descr, IEnumerable<long> shape)
    {
        string sizes = string.Join(", ", shape);
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}";
        // Magic, version and length take 10 bytes, the closing line break one.
        int total = (10 + text.Length + 1 + 63) / 64 * 64;
        byte[] header = new byte[total];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        header[6] = 1;
        header[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    private static NpyHeader Parse(InputFile file, string text, long dataOffset)
    {
        var scan = new Scanner(text);
        string? descr = null;
        bool? fortran = null;
        List<long>? shape = null;
        bool ok = scan.Take('{');
        while (ok && !scan.Take('}'))
        {
            ok = scan.Text(out string key) && scan.Take(':');
            if (ok && key == "descr")
            {
                ok = scan.Text(out string value) || scan.Rest(out value);
                descr = value;
            }
            else if (ok && key == "fortran_order")
            {
                fortran = scan.Word("True") ? true : scan.Word("False") ? false : null;
                ok = fortran is not null;
            }
            else if (ok && key == "shape")
            {
                ok = scan.Sizes(out shape);
            }
            else
            {
                ok = false;
            }
            ok &= scan.Take(',') || scan.Sees('}');
        }
        return ok && descr is not null && fortran is not null && shape is not null
            ? new NpyHeader(descr, fortran.Value, shape, dataOffset)
            : throw file.Bad("has a damaged npy header (no dictionary of descr, fortran_order and shape)");
    }

    /// <summary>
    /// Reads the few Python literals that a header consists of. Each method skips blanks, takes a literal if it is there, and says whether
    /// it was.
    /// </summary>
    private ref struct Scanner(string text)
    {
        private int _at;

        public bool Sees(char c)
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
            return _at < text.Length && text[_at] == c;
        }

        public bool Take(char c)
        {
            bool seen = Sees(c);
            _at += seen ? 1 : 0;
            return seen;
        }

        public bool Word(string word)
        {
            Sees(word[0]);
            bool seen = string.CompareOrdinal(text, _at, word, 0, word.Length) == 0;
            _at += seen ? word.Length : 0;
            return seen;
        }

        public bool Text(out string value)
        {
            value = "";
            char quote = Sees('\'') ? '\'' : '"';
            int end = Sees(quote) ? text.IndexOf(quote, _at + 1) : -1;
            if (end < 0)
            {
                return false;
            }
            value = text[(_at + 1)..end];
            _at = end + 1;
            return true;
        }

        /// <summary>Takes a structured dtype, a list in brackets, as it is written: the sentence that refuses it quotes it.</summary>
        public bool Rest(out string value)
        {
            int end = Sees('[') ? text.IndexOf(']', _at) : -1;
            value = end < 0 ? "" : text[_at..(end + 1)];
            _at = end < 0 ? _at : end + 1;
            return end >= 0;
        }

        public bool Sizes(out List<long> sizes)
        {
            sizes = [];
            if (!Take('('))
            {
                return false;
            }
            while (!Take(')'))
            {
                // Called only to skip blanks.
                Sees('0');
                int start = _at;
                while (_at < text.Length && char.IsAsciiDigit(text[_at]))
                {
                    _at++;
                }
                if (!long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                {
                    return false;
                }
                sizes.Add(size);
                if (!Take(',') && !Sees(')'))
                {
                    return false;
                }
            }
            return true;
        }
    }
}
