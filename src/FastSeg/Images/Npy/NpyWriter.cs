using System.Collections.Concurrent;
using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Images.Npy;

/// <summary>
/// An npy array written rectangle by rectangle: H x W, or H x W x C where there are several pages (or the layout keeps the axis). C
/// order, little-endian, format version 1.0.
/// </summary>
internal sealed unsafe class NpyWriter : ImageWriter
{
    /// <summary>Bytes that are interleaved and written at once, at least one pixel.</summary>
    private const int ChunkBytes = 1 << 18;

    private readonly OutputFile _file;
    private readonly int _headerBytes;
    private readonly ConcurrentBag<HostBuffer> _chunks = [];
    private long _pixelsWritten;

    /// <summary>Creates the temporary file and writes the header.</summary>
    /// <exception cref="FastSegException">The folder cannot be written.</exception>
    public NpyWriter(string path, ImageLayout layout)
    {
        Layout = layout;
        string descr = layout.Type switch
        {
            SampleType.UInt8 => "|u1",
            SampleType.UInt16 => "<u2",
            SampleType.Int16 => "<i2",
            SampleType.Float32 => "<f4",
            _ => throw layout.Type.NotNarrow(),
        };
        byte[] header = layout.Pages > 1 || layout.KeepPageAxis
            ? NpyHeader.Write(descr, [layout.Height, layout.Width, layout.Pages])
            : NpyHeader.Write(descr, [layout.Height, layout.Width]);
        _headerBytes = header.Length;
        _file = new OutputFile(path);
        try
        {
            _file.Write(0, header);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public override ImageLayout Layout { get; }

    public override long HeldBytes(int threads) => HeldBytes(Layout, threads);

    /// <summary>What a writer of this layout holds, without opening one.</summary>
    public static long HeldBytes(ImageLayout layout, int threads) =>
        layout.Pages == 1 ? 0 : (long)threads * Math.Max(ChunkBytes, layout.Pages * layout.Type.Bytes());

    private int PixelBytes => Layout.Pages * Layout.Type.Bytes();

    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        ImageWriting.Check(Layout, region, samples.Length);
        if (Layout.Pages > 1)
        {
            WriteInterleaved(region, samples);
        }
        else
        {
            WriteRows(region, samples);
        }
        Interlocked.Add(ref _pixelsWritten, region.Pixels);
    }

    public override void Commit()
    {
        Finish();
        _file.Commit();
    }

    internal override PartialFile Partial => _file.Partial;

    internal override void Finish() => ImageWriting.CheckComplete(Layout, Interlocked.Read(ref _pixelsWritten), _file.Path);

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        foreach (HostBuffer chunk in _chunks)
        {
            chunk.Dispose();
        }
    }

    /// <summary>Writes one page: a row of the rectangle is a stretch of the file.</summary>
    private void WriteRows(Region region, ReadOnlySpan<byte> samples)
    {
        int sample = Layout.Type.Bytes(), rowBytes = checked((int)(region.Width * sample));
        if (region.Width == Layout.Width)
        {
            _file.Write(_headerBytes + (region.Y * rowBytes), samples[..checked((int)(region.Height * rowBytes))]);
            return;
        }
        for (int y = 0; y < region.Height; y++)
        {
            long at = (((region.Y + y) * Layout.Width) + region.X) * sample;
            _file.Write(_headerBytes + at, samples.Slice(y * rowBytes, rowBytes));
        }
    }

    /// <summary>Writes several pages: they come one after the other, and lie interleaved, pixel by pixel, in the file.</summary>
    private void WriteInterleaved(Region region, ReadOnlySpan<byte> samples)
    {
        HostBuffer chunk = _chunks.TryTake(out HostBuffer? kept) ? kept : new HostBuffer(Math.Max(ChunkBytes, PixelBytes));
        try
        {
            int most = (int)(chunk.Length / PixelBytes);
            fixed (byte* from = samples)
            {
                for (long y = 0; y < region.Height; y++)
                {
                    for (long x = 0; x < region.Width; x += most)
                    {
                        int pixels = (int)Math.Min(most, region.Width - x);
                        Interleave(from, (y * region.Width) + x, region.Pixels, chunk.Pointer, pixels);
                        long at = (((region.Y + y) * Layout.Width) + region.X + x) * PixelBytes;
                        _file.Write(_headerBytes + at, chunk.Span<byte>(0, pixels * PixelBytes));
                    }
                }
            }
        }
        finally
        {
            _chunks.Add(chunk);
        }
    }

    /// <summary>Interleaves pixels <paramref name="first"/> and following of every page.</summary>
    /// <param name="pages">The first sample of the first page.</param>
    /// <param name="first">Number of the first pixel within a page.</param>
    /// <param name="pageStride">Samples from one page to the next.</param>
    /// <param name="to">Where the pixels go.</param>
    /// <param name="pixels">How many.</param>
    private void Interleave(byte* pages, long first, long pageStride, byte* to, int pixels)
    {
        switch (Layout.Type)
        {
            case SampleType.UInt8:
                Interleave(pages + first, pageStride, to, pixels);
                break;
            case SampleType.UInt16 or SampleType.Int16:
                Interleave((ushort*)pages + first, pageStride, (ushort*)to, pixels);
                break;
            default:
                Interleave((float*)pages + first, pageStride, (float*)to, pixels);
                break;
        }
    }

    private void Interleave<T>(T* pages, long pageStride, T* to, int pixels) where T : unmanaged
    {
        int count = Layout.Pages;
        for (int page = 0; page < count; page++)
        {
            T* from = pages + (page * pageStride);
            for (int i = 0; i < pixels; i++)
            {
                to[((long)i * count) + page] = from[i];
            }
        }
    }
}
