using BitMiracle.LibTiff.Classic;
using FastSeg.Files;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Decodes the LZW, PackBits or fax segments of a page with BitMiracle.LibTiff. The library never sees the file's own directory, but one
/// that we write from checked values, in which every segment is a strip, and the file's bytes behind it: so nothing else that a hostile
/// file says reaches it. Whatever it throws becomes a reason in words. One thread at a time.
/// </summary>
internal sealed class BitMiracleStrips : IDisposable
{
    private readonly InputFile _file;
    private readonly TiffPage _page;
    private readonly byte[] _directory;
    private BitMiracleErrors _errors = new();
    private LibTiff? _tiff;

    /// <summary>Prepares to decode; the library opens the file with the first segment.</summary>
    /// <param name="file">The file, which stays the caller's.</param>
    /// <param name="page">The page.</param>
    /// <param name="directory">What <see cref="Directory"/> made of the page.</param>
    public BitMiracleStrips(InputFile file, TiffPage page, byte[] directory)
    {
        _file = file;
        _page = page;
        _directory = directory;
        BitMiracleErrors.Install();
    }

    /// <summary>
    /// The bytes of a BigTIFF without pixels: header and one directory, in which the page's segments are strips whose offsets count from
    /// behind these bytes. LZW and PackBits see a row as plain bytes: <see cref="TiffDecoder"/> undoes byte order and predictor.
    /// </summary>
    public static byte[] Directory(TiffPage page)
    {
        bool fax = page.Codec == TiffCodec.Fax;
        int strips = page.Offsets.Length;
        long rows = page.Rows(page.SegmentHeight);
        var tags = new List<(ushort Tag, ushort Type, long Count, long Value)>
        {
            (TiffTags.ImageWidth, 4, 1, fax ? page.SegmentWidth : page.RowBytes),
            (TiffTags.ImageLength, 4, 1, rows * strips),
            (TiffTags.BitsPerSample, 3, 1, fax ? 1 : 8),
            (TiffTags.Compression, 3, 1, page.Compression),
            (TiffTags.Photometric, 3, 1, fax && page.Photometric == 0 ? 0 : 1),
            (TiffTags.StripOffsets, 16, strips, 0),
            (TiffTags.SamplesPerPixel, 3, 1, 1),
            (TiffTags.RowsPerStrip, 4, 1, rows),
            (TiffTags.StripByteCounts, 16, strips, 0),
            (TiffTags.PlanarConfig, 3, 1, 1),
        };
        if (fax)
        {
            tags.Add((page.Compression == 4 ? TiffTags.T6Options : TiffTags.T4Options, 4, 1, page.FaxOptions));
        }
        // Header (16 bytes), number of entries, entries, offset of the next directory; then offsets and counts; then the file.
        long offsets = 16 + 8 + (20L * tags.Count) + 8, counts = offsets + (8L * strips), end = counts + (8L * strips);
        byte[] bytes = new byte[end];
        using var writer = new BinaryWriter(new MemoryStream(bytes));
        writer.Write("II+\0"u8);
        writer.Write(8);
        writer.Write(16L);
        writer.Write((long)tags.Count);
        foreach ((ushort tag, ushort type, long count, long value) in tags)
        {
            writer.Write(tag);
            writer.Write(type);
            writer.Write(count);
            // A value of up to 8 bytes stands in the entry itself, a longer one where the entry says.
            bool inline = count * (type == 16 ? 8 : 4) <= 8;
            writer.Write(tag switch
            {
                TiffTags.StripOffsets => inline ? page.Offsets[0] + end : offsets,
                TiffTags.StripByteCounts => inline ? page.Counts[0] : counts,
                _ => value,
            });
        }
        writer.Write(0L);
        Array.ForEach(page.Offsets, offset => writer.Write(offset + end));
        Array.ForEach(page.Counts, writer.Write);
        return bytes;
    }

    /// <summary>Decodes a segment.</summary>
    /// <param name="segment">Its number.</param>
    /// <param name="destination">Where its first bytes go.</param>
    /// <param name="bytes">How many are wanted.</param>
    /// <returns>Null, or why the segment cannot be decoded.</returns>
    /// <exception cref="FastSegException">The file cannot be read.</exception>
    public string? Decode(long segment, byte[] destination, int bytes)
    {
        string? failure;
        try
        {
            _tiff ??= Open();
            int got = _tiff?.ReadEncodedStrip((int)segment, destination, 0, bytes) ?? 0;
            failure = _errors.First ?? (got == bytes ? null : $"it ends after {Math.Max(got, 0)} of {bytes} bytes");
        }
        catch (Exception e) when (e is not (FastSegException or OutOfMemoryException))
        {
            // The managed codecs meet damaged data with whatever exception their arrays throw.
            failure = _errors.First ?? $"its {_page.Codec} data is corrupt ({e.GetType().Name})";
        }
        if (failure is not null)
        {
            // The library's state is unknown after a failure, so the next segment opens it anew.
            Dispose();
        }
        return failure;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tiff?.Dispose();
        _tiff = null;
        _errors = new BitMiracleErrors();
    }

    /// <summary>Opens the directory and the file behind it.</summary>
    private LibTiff? Open() =>
        LibTiff.ClientOpen("segments", "r", _errors, new Source(_directory, _file) { Reversed = _page.Reversed });

    /// <summary>The stream that BitMiracle reads: the directory, and behind it the file.</summary>
    private sealed class Source(byte[] directory, InputFile file) : TiffStream
    {
        private long _position;

        /// <summary>Whether the bits of each byte of the file come in reverse order.</summary>
        public bool Reversed { get; init; }

        public override int Read(object clientData, byte[] buffer, int offset, int count)
        {
            int done = 0;
            while (done < count && _position < Size(clientData))
            {
                Span<byte> to = buffer.AsSpan(offset + done, count - done);
                int part;
                if (_position < directory.Length)
                {
                    part = Math.Min(directory.Length - (int)_position, to.Length);
                    directory.AsSpan((int)_position, part).CopyTo(to);
                }
                else
                {
                    part = (int)Math.Min(Size(clientData) - _position, to.Length);
                    file.Read(_position - directory.Length, to[..part]);
                    if (Reversed)
                    {
                        BitUnpacker.Reverse(to[..part]);
                    }
                }
                done += part;
                _position += part;
            }
            return done;
        }

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(object clientData, long offset, SeekOrigin origin)
        {
            _position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => _position + offset,
                _ => Size(clientData) + offset,
            };
            return _position;
        }

        public override void Close(object clientData)
        {
        }

        public override long Size(object clientData) => directory.Length + file.Length;
    }
}
