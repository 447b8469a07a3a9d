using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>What every reader must do.</summary>
internal static class Readers
{
    /// <summary>Any rectangle is the crop of the whole: single pixels, corners, full rows and columns, random ones.</summary>
    public static void CheckRectangles(ImageReader reader, byte[] whole)
    {
        ImageInfo info = reader.Info;
        var random = new Random(5);
        var regions = new List<Region>
        {
            new(0, 0, 1, 1), new(info.Width - 1, info.Height - 1, 1, 1),
            new(0, info.Height / 2, info.Width, 1), new(info.Width / 2, 0, 1, info.Height),
            new(0, info.Height / 3, info.Width, info.Height - (info.Height / 3)),
        };
        for (int i = 0; i < 12; i++)
        {
            long x = random.NextInt64(info.Width), y = random.NextInt64(info.Height);
            regions.Add(new Region(x, y, 1 + random.NextInt64(info.Width - x), 1 + random.NextInt64(info.Height - y)));
        }
        foreach (Region region in regions)
        {
            // One byte more than needed: it must stay untouched.
            byte[] part = new byte[(region.Pixels * info.PixelBytes) + 1];
            part[^1] = 0xA5;
            reader.Read(region, part);
            bool same = part.AsSpan(0, part.Length - 1).SequenceEqual(Scratch.Crop(whole, info.Width, info.PixelBytes, region));
            Assert.That(same && part[^1] == 0xA5, $"{region} of {info.Format}");
        }
        Assert.That(
            () => reader.Read(new Region(0, 0, info.Width + 1, 1), new byte[1 << 20]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => reader.Read(new Region(-1, 0, 1, 1), new byte[16]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => reader.Read(new Region(0, 0, 1, 1), []), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
