using FastSeg.Studio.Pictures;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>Pages as they are shown: small ones, and large ones while their pyramid is being made.</summary>
[TestFixture]
internal sealed class PictureShelfTests
{
    private const int Wide = 4500, High = 4200;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void EveryTileOfASmallImageIsTheImageHalved([ValueSource(typeof(Blocks), nameof(Blocks.Types))] SampleType type)
    {
        using MemoryImage image = Blocks.Noise(type, 700, 300);
        string path = Save(image, "a.tif");
        using PictureShelf shelf = Shelf();
        using PictureShelf.Lease lease = shelf.Take(path, 1);
        for (int level = 0; level <= 12; level++)
        {
            AssertLevel(lease.Picture, image, level);
        }
        Assert.That(lease.Picture.Tile(0, 3, 0), Is.Null);
        Assert.That(lease.Picture.Tile(1, 0, 1), Is.Null);
        Assert.That(Directory.Exists(_folder.File("cache")), Is.False, "small images need no file");
    }

    [Test]
    public void ALargeImageShowsWhatItCanAndThenAllOfIt()
    {
        using MemoryImage image = Blocks.Noise(SampleType.UInt8, Wide, High);
        string path = Save(image, "a.tif");
        using var told = new ManualResetEventSlim();
        bool busy = true;
        string[] files;
        using (PictureShelf shelf = Shelf())
        {
            shelf.Busy = () => Volatile.Read(ref busy);
            shelf.Sharpened += (file, page, failure) =>
            {
                Assert.That((file, page, failure), Is.EqualTo((path, 1, (string?)null)));
                told.Set();
            };
            using PictureShelf.Lease lease = shelf.Take(path, 1);
            Picture picture = lease.Picture;
            AssertLevel(picture, image, 0);
            AssertLevel(picture, image, 3);
            SampleBlock coarse = picture.Overview(512);
            Assert.That((coarse.Width <= 512, coarse.Height <= 512, told.IsSet), Is.EqualTo((true, true, false)));
            AssertLike(coarse, image);
            AssertLike(picture.Tile(5, 0, 0)!, image);
            Assert.That(picture.IsSharp, Is.False);
            byte[] thumbnail = shelf.Thumbnail(path, 1, 128);
            Volatile.Write(ref busy, false);
            Assert.That(told.Wait(TimeSpan.FromMinutes(1)), Is.True);
            Assert.That(picture.IsSharp, Is.True, "browsers have to ask again");
            Assert.That(shelf.Thumbnail(path, 1, 128), Is.Not.EqualTo(thumbnail), "a coarse one is not kept");
            for (int level = 1; level <= 6; level++)
            {
                AssertLevel(picture, image, level);
            }
            files = [.. Directory.GetFiles(_folder.File("cache")).Order()];
            Assert.That(files, Has.Length.EqualTo(2).And.One.EndsWith(CacheFolder.Pyramid).And.One.EndsWith(CacheFolder.Thumbnail));
        }
        using PictureShelf again = Shelf();
        again.Busy = () => true;
        using PictureShelf.Lease reopened = again.Take(path, 1);
        AssertLevel(reopened.Picture, image, 5);
        Assert.That(Directory.GetFiles(_folder.File("cache")).Order(), Is.EqualTo(files), "the files of last time");
    }

    [Test]
    public void AThumbnailIsKeptForItsFile()
    {
        using MemoryImage first = Blocks.Noise(SampleType.UInt8, 400, 300), second = Blocks.Noise(SampleType.UInt8, 300, 300, seed: 2);
        string path = Save(first, "a.tif");
        byte[] made;
        using (PictureShelf shelf = Shelf())
        {
            made = shelf.Thumbnail(path, 1, 128);
        }
        using PictureShelf again = Shelf();
        Assert.That(Directory.GetFiles(_folder.File("cache")), Has.Length.EqualTo(1));
        Assert.That(again.Thumbnail(path, 1, 128), Is.EqualTo(made));
        Save(second, "a.tif");
        Assert.That(again.Thumbnail(path, 1, 128), Is.Not.EqualTo(made));
    }

    [Test]
    public void AFileThatChangedIsOpenedAnew()
    {
        using MemoryImage first = Blocks.Noise(SampleType.UInt8, 40, 30), second = Blocks.Noise(SampleType.UInt8, 50, 30, seed: 2);
        using PictureShelf shelf = Shelf();
        string path = Save(first, "a.tif");
        using PictureShelf.Lease old = shelf.Take(path, 1), same = shelf.Take(path, 1);
        Assert.That(same.Picture, Is.SameAs(old.Picture));
        Save(second, "a.tif");
        using PictureShelf.Lease next = shelf.Take(path, 1);
        Assert.That(next.Picture.Reader.Info.Width, Is.EqualTo(50));
        Assert.That(Blocks.Whole(old.Picture.Reader).Samples, Is.EqualTo(Blocks.Whole(first).Samples), "who has the old one keeps it");
    }

    [Test]
    public void APyramidThatCannotBeStoredIsSaid()
    {
        using MemoryImage image = Blocks.Noise(SampleType.UInt8, Wide, High);
        string path = Save(image, "a.tif");
        File.WriteAllText(_folder.File("cache"), "a file where the folder should be");
        using var told = new ManualResetEventSlim();
        string? said = null;
        using PictureShelf shelf = Shelf();
        shelf.Sharpened += (_, _, failure) =>
        {
            said = failure;
            told.Set();
        };
        using PictureShelf.Lease lease = shelf.Take(path, 1);
        AssertLike(lease.Picture.Overview(512), image);
        Assert.That(told.Wait(TimeSpan.FromMinutes(1)), Is.True);
        Assert.That(said, Does.Contain("cache"));
        AssertLevel(lease.Picture, image, 2);
    }

    [Test]
    public void NothingOfAnImageThatIsNotFiniteBreaksIt()
    {
        float[] samples = [.. Enumerable.Range(0, 600 * 400).Select(i => i % 3 == 0 ? float.NaN : i % 7 == 0 ? float.PositiveInfinity : i)];
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, 600, 400);
        using PictureShelf shelf = Shelf();
        using PictureShelf.Lease lease = shelf.Take(Save(image, "a.tif"), 1);
        Assert.That(double.IsFinite(lease.Picture.DefaultWindow.Low) && double.IsFinite(lease.Picture.DefaultWindow.High), Is.True);
        AssertLevel(lease.Picture, image, 2);
        Assert.That(PngPicture.Of(lease.Picture.Overview(128), lease.Picture.DefaultWindow), Is.Not.Empty);
    }

    private PictureShelf Shelf() => new(_folder.File("cache"));

    private string Save(MemoryImage image, string name)
    {
        ImageInfo info = image.Info;
        using ImageWriter writer = ImageFile.Create(_folder.File(name), new ImageLayout(info.Width, info.Height, info.Type));
        writer.Write(info.Bounds, Blocks.Whole(image).Samples);
        writer.Commit();
        return _folder.File(name);
    }

    private static void AssertLevel(Picture picture, ImageReader image, int level)
    {
        (double[] wanted, int width, int height) = Blocks.Halved(image, level);
        for (int y = 0; y * PyramidLayout.Side < height; y++)
        {
            for (int x = 0; x * PyramidLayout.Side < width; x++)
            {
                SampleBlock tile = picture.Tile(level, x, y)!;
                double[] samples = Blocks.Doubles(tile);
                for (int row = 0; row < tile.Height; row++)
                {
                    ReadOnlySpan<double> rest = wanted.AsSpan((((y * PyramidLayout.Side) + row) * width) + (x * PyramidLayout.Side));
                    bool same = samples.AsSpan(row * tile.Width, tile.Width).SequenceEqual(rest[..tile.Width]);
                    Assert.That(same, Is.True, $"level {level}, tile {x},{y}, row {row}");
                }
            }
        }
    }

    /// <summary>Noise that is averaged is grey; a picture with gaps or rubbish in it is not.</summary>
    private static void AssertLike(SampleBlock coarse, MemoryImage image)
    {
        double[] samples = Blocks.Doubles(coarse);
        Assert.That(samples.Average(), Is.EqualTo(Blocks.Doubles(Blocks.Whole(image)).Average()).Within(2));
        Assert.That(samples, Has.All.InRange(40, 215));
    }
}
