using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>
/// A learned upsampler's planes are handed out while the network goes down the tile: the same bits as of the whole result.
/// </summary>
[TestFixture]
internal sealed unsafe class LearnedPlanesTests
{
    private const int Width = 72, Height = 64, Patch = 8, Channels = 16;

    /// <summary>A core whose rows and columns begin and end beside groups of four.</summary>
    private static readonly Region Core = new(5, 7, 61, 51);

    private static readonly UpsamplerCase Case = new(Channels, Channels, Height, Width, Patch, Padding.Replicate);

    private readonly Upsampler _network = new(Case.Config, Case.Tensors());
    private readonly LowResolution _map = new(Channels, Case.LowHeight, Case.LowWidth, Patch);
    private readonly MemoryImage _image = MemoryImage.FromMemory<byte>(Pixels(), Width, Height);

    [OneTimeSetUp]
    public void FillTheMap() => Case.Features.CopyTo(new Span<float>(_map.Plane(0), Case.Features.Length));

    [OneTimeTearDown]
    public void Free()
    {
        _network.Dispose();
        _map.Dispose();
        _image.Dispose();
    }

    [TestCase(16, 61)]
    [TestCase(12, 32)]
    [TestCase(1, 61)]
    [TestCase(7, 20)]
    public void BandsRowByRowHaveTheBitsOfTheWhole(int rows, int columns)
    {
        using LearnedPlanesCpu whole = Planes(null, 0), planes = Planes(null, 0);
        Assert.That(Bands(planes, rows, columns), Is.EqualTo(Bands(whole, Band.MaxHeight, (int)Core.Width)));
    }

    [Test]
    public void RowsThatWereLeftOutAreComputedAllTheSame()
    {
        using LearnedPlanesCpu whole = Planes(null, 0), planes = Planes(null, 0);
        float[] all = Bands(whole, Band.MaxHeight, (int)Core.Width), last = new float[all.Length];
        planes.Start(Core);
        Fill(planes, last, new Region(Core.X, Core.Bottom - 3, Core.Width, 3));
        int below = (int)((Core.Height - 3) * Core.Width);
        Assert.That(last.AsSpan(below, (int)(3 * Core.Width)).SequenceEqual(all.AsSpan(below, (int)(3 * Core.Width))));
        Assert.Throws<InvalidOperationException>(() => Fill(planes, last, Core with { Height = 1 }), "these rows are gone");
    }

    [Test]
    public void ATileIsKeptOnceAllOfItIsComputed()
    {
        const long Bytes = 61 * 51 * Channels * sizeof(float);
        using var kept = new KeptTiles();
        float[] first, some = new float[Bytes / sizeof(float)];
        using (LearnedPlanesCpu planes = Planes(kept, Bytes))
        {
            planes.Start(Core);
            Fill(planes, some, Core with { Height = 20 });
            Assert.That(kept.Bytes, Is.EqualTo(Bytes), "room is taken at once");
            planes.Start(Core with { Height = 8 });
            Assert.That(kept.Bytes, Is.EqualTo(Bytes * 8 / 51), "a part is not kept");
            first = Bands(planes, Band.MaxHeight, (int)Core.Width);
        }
        Assert.That(kept.Bytes, Is.EqualTo(Bytes));
        using LearnedPlanesCpu later = Planes(kept, 0), alone = Planes(null, 0);
        Assert.That(first, Is.EqualTo(Bands(alone, Band.MaxHeight, (int)Core.Width)));
        later.Start(Core);
        Fill(later, some, Core with { Y = Core.Bottom - 1, Height = 1 });
        Assert.That(Bands(later, Band.MaxHeight, 30), Is.EqualTo(first), "kept planes can be asked for in any order");
    }

    private LearnedPlanesCpu Planes(KeptTiles? kept, long keepBytes) => new(
        LearnedPlanesCpu.PlanFor(_network, _image.Info, Width), _map, _image, InputRange.Bytes,
        new TileGrid(_image.Info.Bounds, Width, Height), kept, keepBytes);

    private static byte[] Pixels()
    {
        byte[] pixels = new byte[Width * Height];
        new Random(4).NextBytes(pixels);
        return pixels;
    }

    private static float[] Bands(LearnedPlanesCpu planes, int rows, int columns)
    {
        float[] all = new float[Channels * Core.Pixels];
        planes.Start(Core);
        for (long y = Core.Y; y < Core.Bottom; y += rows)
        {
            for (long x = Core.X; x < Core.Right; x += columns)
            {
                Fill(planes, all, new Region(x, y, Math.Min(columns, Core.Right - x), Math.Min(rows, Core.Bottom - y)));
            }
        }
        return all;
    }

    private static void Fill(LearnedPlanesCpu planes, float[] all, Region area)
    {
        fixed (float* first = all)
        {
            float* from = first + ((area.Y - Core.Y) * Core.Width) + (area.X - Core.X);
            planes.Fill(
                new Band(area.X, area.Y, (int)area.Width, (int)area.Height, Channels, from, (int)Core.Width, (int)Core.Pixels), 0);
        }
    }
}
