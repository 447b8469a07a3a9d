using FastSeg.Common;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Images and results in the caller's memory.</summary>
public sealed class MemoryImageTests
{
    private const int Width = 53, Height = 37;

    [Test]
    public unsafe void MemoryIsReadWhereItLies(
        [Values] SampleType type, [Values(1, 2, 3, 4, 16)] int channels, [Values(0, 64)] int padding, [Values] bool alpha)
    {
        byte[] samples = Scratch.Samples(Width, Height, channels, type);
        int size = type.Bytes(), rowBytes = Width * channels * size, stride = rowBytes + padding;
        int kept = alpha && channels > 1 ? channels - 1 : channels;
        byte[] padded = new byte[Height * stride];
        for (int y = 0; y < Height; y++)
        {
            samples.AsSpan(y * rowBytes, rowBytes).CopyTo(padded.AsSpan(y * stride));
        }
        byte[] expected = [.. samples.Chunk(channels * size).SelectMany(pixel => pixel.Take(kept * size))];
        fixed (byte* pixels = padded)
        {
            using var image = new MemoryImage((nint)pixels, Width, Height, channels, stride, type, alpha: alpha);
            Assert.That(Scratch.ReadAll(image), Is.EqualTo(expected));
            Readers.CheckRectangles(image, expected);
            using var flipped =
                new MemoryImage((nint)pixels + ((Height - 1) * stride), Width, Height, channels, -stride, type, alpha: alpha);
            byte[] last = new byte[Width * kept * size];
            flipped.Read(new Region(0, 0, Width, 1), last);
            Assert.That(last, Is.EqualTo(expected[^last.Length..]));
        }
    }

    [Test]
    public void MemoryOfTheWrongSizeIsRefused()
    {
        Assert.That(
            () => MemoryImage.FromMemory<ushort>(new ushort[99], 10, 10),
            Throws.TypeOf<FastSegException>().With.Message.Contains("198 bytes"));
        Assert.That(
            () => MemoryImage.FromMemory<decimal>(new decimal[100], 10, 10),
            Throws.TypeOf<FastSegException>().With.Message.Contains("Decimal"));
        Assert.That(
            () => MemoryImage.FromMemory<byte>(new byte[100], 10, 10, rowStride: 9),
            Throws.TypeOf<FastSegException>().With.Message.Contains("stride"));
        Assert.That(
            () => new MemoryImage(0, 1, 1, 1, 0, SampleType.UInt8), Throws.TypeOf<FastSegException>().With.Message.Contains("null"));
        Assert.That(
            () => new MemoryImage(8, 1, 1, 17, 0, SampleType.UInt8),
            Throws.TypeOf<FastSegException>().With.Message.Contains("17 channels"));
        Assert.That(
            () => MemoryWriter.Into<byte>(new ImageLayout(10, 10, SampleType.UInt8), new byte[99]), Throws.TypeOf<FastSegException>());
        Assert.That(
            () => MemoryWriter.Into<byte>(new ImageLayout(10, 10, SampleType.UInt16), new byte[200]), Throws.TypeOf<FastSegException>());
    }

    [Test]
    public void ResultsLandInTheCallersMemory()
    {
        ushort[] result = new ushort[2 * 30 * 20];
        ushort[] pages = [.. Enumerable.Range(0, result.Length).Select(i => (ushort)(i * 31))];
        using var source = MemoryImage.FromMemory<ushort>(pages, 20, 60);
        using (var writer = MemoryWriter.Into<ushort>(new ImageLayout(20, 30, SampleType.UInt16, 2), result))
        {
            var grid = new TileGrid(new Region(0, 0, 20, 30), 7, 7);
            for (long i = 0; i < grid.Count; i++)
            {
                byte[] part = new byte[grid[i].Pixels * 4];
                source.Read(grid[i], part);
                source.Read(grid[i] with { Y = grid[i].Y + 30 }, part.AsSpan(part.Length / 2));
                writer.Write(grid[i], part);
            }
            writer.Commit();
        }
        Assert.That(result, Is.EqualTo(pages));
    }
}
