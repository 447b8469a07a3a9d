using NUnit.Framework;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>
/// Files whose directories say too little or what they should not, read as libtiff or tifffile read them. Every expected value is the
/// image that was put into the file.
/// </summary>
public sealed class TiffStructureTests
{
    private const int Width = 23, Height = 19;

    private static readonly byte[] Image = Scratch.Samples(Width, Height, 1, SampleType.UInt8);

    private static readonly byte[] Wide = Scratch.Samples(Width, Height, 1, SampleType.UInt16);

    [TestCase(1, "missing")]
    [TestCase(1, "zero")]
    [TestCase(1, "too few")]
    [TestCase(5, "missing")]
    [TestCase(8, "missing")]
    [TestCase(8, "zero")]
    [TestCase(8, "too few")]
    [TestCase(32773, "zero")]
    public void SizesOfStripsThatAreNotGiven(int compression, string how)
    {
        TiffBuilder builder = Grey(compression);
        builder = how switch
        {
            "missing" => builder.Lie(279, 4),
            "zero" => builder.Lie(279, 4, 0, 0, 0),
            _ => builder.Lie(279, 4, 0),
        };
        Reads(builder, Image);
    }

    /// <summary>As many as some threads read side by side, however wide the page is.</summary>
    [Test]
    public void AWiderPageKeepsNoMoreTiles()
    {
        using var scratch = new Scratch();
        long Held(int width)
        {
            // Tiles that are nowhere are left out, so the file is small.
            long[] nowhere = new long[(width + 255) / 256 * 16];
            byte[] file = new TiffBuilder().Strips(width, 4096, 8, 1).Set(259, 3, 8).Remove(278).Set(322, 3, 256).Set(323, 3, 256)
                .Set(324, 4, nowhere).Set(325, 4, nowhere).Build();
            using ImageReader reader = ImageFile.Open(scratch.Put($"{width}.tif", file));
            return reader.HeldBytes(2);
        }
        Assert.That(Held(80_000), Is.EqualTo(Held(20_000)).Within(1 << 20));
        Assert.That(Held(20_000), Is.LessThan(12L << 20).And.GreaterThan(Held(1_000)));
    }

    [Test]
    public void SizesInSamplesInsteadOfBytes()
    {
        Reads(new TiffBuilder().Image(Wide, Width, Height, 1, SampleType.UInt16).Lie(279, 4, Width * 7, Width * 7, Width * 5), Wide);
    }

    [TestCase(0L)]
    [TestCase(4294967295L)]
    [TestCase(null)]
    public void RowsOfAStripThatAreNotGiven(long? rows)
    {
        foreach (int strip in new[] { Height, 7 })
        {
            TiffBuilder builder = new TiffBuilder().Image(Image, Width, Height, 1, SampleType.UInt8, rows: strip);
            Reads(rows is { } given ? builder.Set(278, 4, given) : builder.Remove(278), Image);
        }
        TiffBuilder packed = new TiffBuilder().Image(Image, Width, Height, 1, SampleType.UInt8, compression: 8, rows: Height);
        Reads(rows is { } same ? packed.Set(278, 4, same) : packed.Remove(278), Image);
    }

    [Test]
    public void SignedSizes([Values] bool bigEndian)
    {
        var builder = new TiffBuilder { BigEndian = bigEndian };
        builder.Image(Image, Width, Height, 1, SampleType.UInt8).Set(256, 9, Width).Set(257, 8, Height).Set(278, 8, 7);
        Reads(builder.Lie(279, 9, 7 * Width, 7 * Width, 5 * Width), Image);
        using var scratch = new Scratch();
        string path = scratch.Put("n.tif", builder.Set(257, 8, -3).Build());
        Assert.That(() => ImageFile.Open(path), Throws.TypeOf<FastSegException>().With.Message.Contains("23 x -3 pixels"));
    }

    [Test]
    public void TilesUnderTheTagsOfStrips([Values(1, 8)] int compression)
    {
        TiffBuilder builder = new TiffBuilder().Image(Image, Width, Height, 1, SampleType.UInt8, compression, tile: (16, 16));
        byte[] proper = builder.Build();
        // The two entries become those of strips where they stand, which the reader must not take for strips.
        for (int i = 0; i < proper.Length - 12; i++)
        {
            if (BitConverter.ToUInt16(proper, i) is 324 or 325 && BitConverter.ToUInt16(proper, i + 2) == 4 && i > proper.Length - 200)
            {
                BitConverter.TryWriteBytes(proper.AsSpan(i), (ushort)(BitConverter.ToUInt16(proper, i) == 324 ? 273 : 279));
            }
        }
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("t.tif", proper));
        Assert.That(reader.Info.Format, Does.Contain("4 tiles of 16 x 16"));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(Image));
    }

    /// <summary>
    /// Strips and tiles that are not stored hold GDAL's value for no data, or 0 where there is none that samples can have.
    /// </summary>
    [TestCase(SampleType.UInt8, "7", 7)]
    [TestCase(SampleType.UInt8, "", 0)]
    [TestCase(SampleType.UInt8, "-9999", 0)]
    [TestCase(SampleType.Int16, "-9999", -9999)]
    [TestCase(SampleType.Float32, "-1.5e3", -1500)]
    [TestCase(SampleType.UInt16, "65535", 65535)]
    public void SegmentsThatAreLeftOut(SampleType type, string noData, double expected)
    {
        byte[] image = Scratch.Samples(Width, Height, 1, type), empty = type switch
        {
            SampleType.UInt8 => [(byte)expected],
            SampleType.Int16 => BitConverter.GetBytes((short)expected),
            SampleType.UInt16 => BitConverter.GetBytes((ushort)expected),
            _ => BitConverter.GetBytes((float)expected),
        };
        int size = type.Bytes();
        using var scratch = new Scratch();
        foreach ((int compression, bool tiled) in ((int, bool)[])[(1, false), (8, false), (1, true), (8, true), (5, false)])
        {
            TiffBuilder builder = new TiffBuilder().Image(
                image, Width, Height, 1, type, compression, tile: tiled ? (16, 16) : null, rows: 7);
            builder.LeaveOut(1, 2);
            if (noData.Length > 0)
            {
                builder.Set(42113, 2, [.. noData.Select(letter => (long)letter), 0]);
            }
            byte[] whole = [.. image];
            for (int i = 0; i < Width * Height; i++)
            {
                (int y, int x) = Math.DivRem(i, Width);
                if (tiled ? (y / 16 * 2) + (x / 16) is 1 or 2 : y >= 7)
                {
                    empty.CopyTo(whole, i * size);
                }
            }
            using ImageReader reader = ImageFile.Open(scratch.Put($"{compression}{tiled}.tif", builder.Build()));
            Assert.That(reader.Info.Format, Does.Contain("(2 left out)"));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(whole), $"compression {compression}");
            Readers.CheckRectangles(reader, whole);
        }
    }

    [Test]
    public void AFileWithoutAnySegment()
    {
        using var scratch = new Scratch();
        TiffBuilder builder = new TiffBuilder().Image(Image, Width, Height, 1, SampleType.UInt8, tile: (256, 256)).LeaveOut(0);
        using ImageReader reader = ImageFile.Open(scratch.Put("e.tif", builder.Build()));
        Assert.That(Scratch.ReadAll(reader), Is.All.Zero);
        builder.Set(322, 3, 65520).Set(323, 3, 65520);
        Assert.That(
            () => ImageFile.Open(scratch.Put("l.tif", builder.Build())),
            Throws.TypeOf<FastSegException>().With.Message.Contains("lies about its size"));
    }

    [TestCase("circle")]
    [TestCase("wild")]
    [TestCase("negative")]
    public void PagesBeforeABreakAreRead(string how)
    {
        byte[] second = Scratch.Samples(Width, Height, 1, SampleType.UInt8, seed: 2);
        byte[] file = TiffBuilder.Build(
            [Grey(8), new TiffBuilder().Image(second, Width, Height, 1, SampleType.UInt8, 5)], bigEndian: false, bigTiff: false);
        int first = BitConverter.ToInt32(file, 4), next = BitConverter.ToInt32(file, Link(file, first));
        BitConverter.TryWriteBytes(
            file.AsSpan(Link(file, next)), how switch
            {
                "circle" => first,
                "wild" => file.Length + 1000,
                _ => -2,
            });
        using var scratch = new Scratch();
        string path = scratch.Put("s.tif", file);
        for (int page = 1; page <= 2; page++)
        {
            using ImageReader reader = ImageFile.Open($"{path}#{page}");
            Assert.That(reader.Info.Pages, Is.EqualTo(2));
            Assert.That(reader.Info.Format, Does.Contain("what follows is damaged"));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(page == 1 ? Image : second));
        }
        Assert.That(
            () => ImageFile.Open(path + "#3"),
            Throws.TypeOf<FastSegException>().With.Message.Contains("the last one is #2, because").And.Message.EndsWith("."));
    }

    [Test]
    public void ImageJStacksWithOneDirectory([Values] bool bigEndian, [Values(1, 3)] int strips)
    {
        byte[][] planes = [.. Enumerable.Range(0, 4).Select(seed => Scratch.Samples(Width, Height, 1, SampleType.UInt16, seed))];
        int rows = strips == 1 ? Height : 7;
        byte[] stored = [.. planes.SelectMany(plane => bigEndian ? plane.Chunk(2).SelectMany(two => two.Reverse()) : plane)];
        // All planes behind each other as one strip, of which the directory names the first plane alone.
        var builder = new TiffBuilder { BigEndian = bigEndian };
        builder.Strips(Width, Height, 16, rows, bigEndian ? [.. stored.Chunk(2).SelectMany(two => two.Reverse())] : stored);
        int plane = Width * Height * 2, strip = Width * rows * 2;
        long[] starts = [.. Enumerable.Range(0, strips).Select(i => 8L + (i * strip))];
        builder.Lie(273, 4, starts).Lie(279, 4, [.. starts.Select(start => Math.Min(strip, 8L + plane - start))]);
        builder.Set(270, 2, Text("ImageJ=1.54f\nimages=4\nslices=4\nunit=nm\n")).Set(282, 5, 4, 1).Set(283, 5, 4, 1);
        using var scratch = new Scratch();
        byte[] file = builder.Build();
        string path = scratch.Put("ij.tif", file);
        for (int page = 1; page <= 4; page++)
        {
            using ImageReader reader = ImageFile.Open($"{path}#{page}");
            Assert.That(reader.Info.Pages, Is.EqualTo(4));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(planes[page - 1]), $"page {page}");
            Assert.That(reader.Info.PixelSize, Is.EqualTo(new PixelSize(0.25, 0.25, "nm")));
        }
        Assert.That(() => ImageFile.Open(path + "#5"), Throws.TypeOf<FastSegException>().With.Message.Contains("the last one is #4"));
        // A description that promises more than the file holds is believed as far as the file goes.
        builder.Set(270, 2, Text("ImageJ=1.54f\nimages=900000000\n"));
        using ImageReader promised = ImageFile.Open(scratch.Put("more.tif", builder.Build()));
        Assert.That(promised.Info.Pages, Is.EqualTo(4));
    }

    private static TiffBuilder Grey(int compression) =>
        new TiffBuilder().Image(Image, Width, Height, 1, SampleType.UInt8, compression);

    private static void Reads(TiffBuilder builder, byte[] expected)
    {
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("a.tif", builder.Build()));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected), reader.Info.Format);
        Readers.CheckRectangles(reader, expected);
    }

    /// <summary>Where the directory at <paramref name="directory"/> says where the next one is.</summary>
    private static int Link(byte[] file, int directory) => directory + 2 + (12 * BitConverter.ToUInt16(file, directory));

    private static long[] Text(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text + "\0").Select(b => (long)b)];
}
