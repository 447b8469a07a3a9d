using BitMiracle.LibTiff.Classic;

namespace FastSeg.Images;

/// <summary>
/// Decodes one LZW, PackBits or JPEG segment with BitMiracle.LibTiff. The segment is handed over as a TIFF of one strip whose directory we
/// write ourselves from checked values, so that nothing else a hostile file says reaches the library; whatever it throws becomes a reason.
/// </summary>
internal static class BitMiracleCodec
{
    /// <summary>Decodes a segment.</summary>
    /// <returns>Null, or why it cannot be decoded.</returns>
    public static string? Decode(InputFile file, TiffPage page, long segment, long rows, byte[] destination, int bytes)
    {
        var errors = new BitMiracleErrors();
        BitMiracleErrors.Install();
        try
        {
            using var part = new FilePart(file, page.Offsets[segment], page.Counts[segment]);
            var stream = new OneStrip(Directory(page, rows), part);
            using Tiff? tiff = Tiff.ClientOpen("strip", "r", errors, stream);
            if (tiff is null)
            {
                return errors.First ?? "BitMiracle.LibTiff does not open it";
            }
            if (page.Codec == TiffCodec.Jpeg && page.Photometric == 6)
            {
                tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
            }
            int got = tiff.ReadEncodedStrip(0, destination, 0, bytes);
            return got == bytes && errors.First is null ? null : errors.First ?? $"it ends after {Math.Max(got, 0)} of {bytes} bytes";
        }
        catch (FastSegException)
        {
            throw;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The managed codec meets damaged data with whatever exception its arrays throw.
            return errors.First ?? $"{page.Codec} data is corrupt ({e.GetType().Name})";
        }
    }

    /// <summary>
    /// A little-endian directory of one strip. LZW and PackBits see a row as plain bytes: byte order and predictor are undone by
    /// <see cref="TiffDecoder"/>.
    /// </summary>
    private static byte[] Directory(TiffPage page, long rows)
    {
        bool jpeg = page.Codec == TiffCodec.Jpeg;
        int samples = jpeg ? page.SegmentSamples : 1;
        long width = jpeg ? page.SegmentWidth : page.RowBytes;
        var tags = new List<(ushort Tag, ushort Type, uint Count, uint Value)>
        {
            (TiffTags.ImageWidth, 4, 1, (uint)width),
            (TiffTags.ImageLength, 4, 1, (uint)rows),
            (TiffTags.BitsPerSample, 3, 1, 8),
            (TiffTags.Compression, 3, 1, page.Codec switch { TiffCodec.Lzw => 5u, TiffCodec.PackBits => 32773u, _ => 7u }),
            (TiffTags.Photometric, 3, 1, jpeg && samples > 1 ? (uint)page.Photometric : 1u),
            (TiffTags.StripOffsets, 4, 1, 0),
            (TiffTags.SamplesPerPixel, 3, 1, (uint)samples),
            (TiffTags.RowsPerStrip, 4, 1, (uint)rows),
            (TiffTags.StripByteCounts, 4, 1, 0),
            (TiffTags.PlanarConfig, 3, 1, 1),
        };
        if (page.JpegTables.Length > 0)
        {
            tags.Add((TiffTags.JpegTables, 7, (uint)page.JpegTables.Length, 0));
        }
        if (jpeg && samples > 1 && page.Photometric == 6)
        {
            tags.Add((TiffTags.YCbCrSubsampling, 3, 2, (uint)(page.Subsampling.X | (page.Subsampling.Y << 16))));
        }
        return Bytes(tags, page);
    }

    private static byte[] Bytes(List<(ushort Tag, ushort Type, uint Count, uint Value)> tags, TiffPage page)
    {
        int directory = 8 + 2 + (12 * tags.Count) + 4;
        int end = directory + page.JpegTables.Length;
        using var bytes = new MemoryStream(end);
        using var writer = new BinaryWriter(bytes);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((ushort)tags.Count);
        foreach ((ushort tag, ushort type, uint count, uint value) in tags)
        {
            writer.Write(tag);
            writer.Write(type);
            writer.Write(count);
            writer.Write(tag switch
            {
                TiffTags.StripOffsets => (uint)end,
                TiffTags.StripByteCounts => 0u,
                TiffTags.JpegTables => page.JpegTables.Length > 4 ? (uint)directory : 0u,
                _ => value,
            });
        }
        writer.Write(0);
        writer.Write(page.JpegTables);
        return bytes.ToArray();
    }

    /// <summary>The directory followed by the segment's bytes.</summary>
    private sealed class OneStrip : TiffStream
    {
        private readonly byte[] _directory;
        private readonly FilePart _data;
        private long _position;

        public OneStrip(byte[] directory, FilePart data)
        {
            _directory = directory;
            _data = data;
            int entries = BitConverter.ToUInt16(directory, 8);
            for (int i = 0; i < entries; i++)
            {
                Span<byte> entry = directory.AsSpan(10 + (12 * i));
                if (BitConverter.ToUInt16(entry) == TiffTags.StripByteCounts)
                {
                    BitConverter.TryWriteBytes(entry[8..], (uint)data.Length);
                }
            }
        }

        public override int Read(object clientData, byte[] buffer, int offset, int count)
        {
            int done = 0;
            while (done < count && _position < Size(clientData))
            {
                Span<byte> to = buffer.AsSpan(offset + done, count - done);
                int got;
                if (_position < _directory.Length)
                {
                    ReadOnlySpan<byte> from = _directory.AsSpan((int)_position);
                    got = Math.Min(from.Length, to.Length);
                    from[..got].CopyTo(to);
                }
                else
                {
                    _data.Position = _position - _directory.Length;
                    got = _data.Read(to);
                }
                done += got;
                _position += got;
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

        public override long Size(object clientData) => _directory.Length + _data.Length;
    }
}
