using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

public class FilterBankTests
{
    private static readonly Families Everything = FamilyNames.Every;

    /// <summary>Radii: 0, an odd and an even one. Disks: of one pixel, and larger ones.</summary>
    private static readonly FeatureSpec All = new()
    {
        Families = Everything,
        Sigmas = [0.1, 1.7, 3],
        SigmaScale = 0.8,
        Membrane = new(7, 9, 1.5),
    };

    [Test]
    public void Agrees_with_the_reference(
        [Values("random", "impulse", "ramp", "constant", "blobs")] string picture,
        [NarrowTypes] SampleType type,
        [Values("paper", "weka")] string preset)
    {
        FeatureSpec spec = preset == "paper" ? FeatureSpec.Paper : FeatureSpec.Weka;
        Compare(spec, picture, 97, 61, 1, type);
    }

    [Test]
    public void Every_family_agrees_with_the_reference(
        [Values("random", "impulse", "ramp", "constant", "blobs")] string picture, [NarrowTypes] SampleType type) =>
        Compare(All, picture, 47, 38, 1, type);

    [Test]
    public void Colour_is_channel_after_channel([NarrowTypes] SampleType type, [Values(2, 3, 5, 16)] int channels) =>
        Compare(All with { Sigmas = [2] }, "blobs", 40, 23, channels, type);

    [TestCase(1, 1)]
    [TestCase(1, 17)]
    [TestCase(2, 3)]
    [TestCase(16, 12)]
    [TestCase(17, 13)]
    [TestCase(300, 5)]
    [TestCase(530, 3)]
    [TestCase(3, 150)]
    public void Any_size_agrees_with_the_reference(int width, int height)
    {
        Compare(FeatureSpec.Paper, "blobs", width, height, 1, SampleType.UInt8);
        Compare(All, "blobs", width, height, 1, SampleType.Float32);
    }

    [Test]
    public void Large_disks_agree_with_the_reference([Values("constant", "random")] string picture) => Compare(
        new FeatureSpec { Families = FeatureSpec.OverDisks, Sigmas = [1, 20.5] }, picture, 30, 25, 1, SampleType.UInt16);

    [Test]
    public void Values_far_from_one_agree_with_the_reference([Values(1e-6, 1e6)] double factor)
    {
        var random = new Random(3);
        using var reader = SampleReader.Create(40, 31, 1, SampleType.Float32, (_, _, _) => factor * (random.NextDouble() - 0.5));
        FeatureBound.Check(FeatureSpec.Paper, reader.Channel(0), BankRun.Planes(FeatureSpec.Paper, reader), $"factor {factor}");
    }

    [Test]
    public void Standardised_images_agree_with_the_reference([NarrowTypes] SampleType type)
    {
        using SampleReader reader = Pictures.Create("blobs", 61, 47, 1, type);
        var map = SampleMap.Of(SampleStatisticsPass.Run(reader, null, 1, new ComputeOptions()).Statistics);
        FeatureBound.Check(All, reader.Channel(0, map.Scale, map.Shift), BankRun.Planes(All, reader, map: map), type.Name());
    }

    [Test]
    public void Tiles_and_vector_widths_give_the_same_bits(
        [Values(1, 3, 4)] int channels, [NarrowTypes] SampleType type, [Values] bool standardised)
    {
        SampleMap map = standardised ? SampleMap.Of(new SampleStatistics(0.4, 0.27)) : default;
        using SampleReader reader = Pictures.Create("blobs", 29, 21, channels, type);
        float[][] whole = BankRun.Planes(All, reader, map: map);
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (1, 21), (29, 1), (7, 5), (16, 16), (17, 12), (29, 21)])
        {
            foreach (int bits in VectorPath.Available)
            {
                float[][] planes = BankRun.Planes(All, reader, width, height, bits, map);
                AreEqual(planes, whole, All.PlaneNames(channels), $"tiles {width} x {height}, {bits} bits");
            }
        }
    }

    [Test]
    public void Wide_tiles_give_the_same_bits()
    {
        using SampleReader reader = Pictures.Create("blobs", 611, 90, 1, SampleType.UInt8);
        float[][] whole = BankRun.Planes(FeatureSpec.Paper, reader);
        foreach ((int width, int height) in ((int, int)[])[(64, 33), (200, 90), (257, 45), (320, 45), (576, 30), (611, 17)])
        {
            foreach (int bits in VectorPath.Available)
            {
                foreach (bool together in (bool[])[false, true])
                {
                    float[][] planes = BankRun.Planes(FeatureSpec.Paper, reader, width, height, bits, together: together);
                    AreEqual(planes, whole, FeatureSpec.Paper.Names, $"tiles {width} x {height}, {bits} bits, together: {together}");
                }
            }
        }
    }

    [Test]
    public void Panels_wider_than_others_give_the_same_bits()
    {
        using SampleReader reader = Pictures.Create("blobs", 300, 9, 1, SampleType.UInt8);
        float[][] narrow = BankRun.Planes(All, reader, 150, 9);
        foreach (int bits in VectorPath.Available)
        {
            AreEqual(BankRun.Planes(All, reader, 300, 9, bits), narrow, All.Names, $"{bits} bits");
        }
    }

    [Test]
    public void A_family_alone_gives_the_planes_it_gives_among_all()
    {
        using SampleReader reader = Pictures.Create("blobs", 33, 26, 1, SampleType.UInt8);
        float[][] all = BankRun.Planes(All, reader);
        List<string> names = [.. All.Names];
        foreach (Families family in Enum.GetValues<Families>().Where(family => family is not (Families.None or Families.Default)))
        {
            FeatureSpec spec = All with { Families = family };
            float[][] planes = BankRun.Planes(spec, reader);
            AreEqual(planes, [.. spec.Names.Select(name => all[names.IndexOf(name)])], spec.Names, family.ToString());
        }
    }

    [Test]
    public void Without_sigmas_only_the_image_and_the_membrane_are_left()
    {
        FeatureSpec spec = All with { Sigmas = [] };
        Assert.That(spec.Names, Has.Count.EqualTo(7 + 6 + 1));
        Compare(spec, "blobs", 20, 19, 1, SampleType.UInt16);
    }

    [Test]
    public unsafe void What_lies_behind_the_pixels_has_no_influence()
    {
        using SampleReader reader = Pictures.Create("blobs", 60, 50, 1, SampleType.Float32);
        using var tile = new Tile(new Region(0, 0, 60, 50), All.Halo, 1, reader.Info);
        using var bank = new FilterBank(All, 1, new Region(0, 0, 60, 50));
        var clean = new Digest();
        tile.Fill(reader, new Region(58, 49, 2, 1));
        bank.Run(tile, ref clean);
        // The tile's memory holds more pixels than these bounds have; what lies behind them becomes NaN.
        long held = tile.Bounds.Pixels, most = Math.Min(60L * 50, held + 1000);
        Assert.That(most, Is.GreaterThan(held + 100));
        new Span<float>(tile.Samples + (held * sizeof(float)), (int)(most - held)).Fill(float.NaN);
        var poisoned = new Digest();
        bank.Run(tile, ref poisoned);
        Assert.That(poisoned.Hash, Is.EqualTo(clean.Hash));
    }

    [Test]
    public void Running_allocates_nothing_and_the_plan_counts_every_byte([Values(1, 3, 16)] int channels, [Values] bool together)
    {
        using SampleReader reader = Pictures.Create("blobs", 270, 60, channels, SampleType.Float32);
        var core = new Region(0, 0, 264, 48);
        long before = HostBuffer.Allocations;
        using var bank = new FilterBank(All, channels, core, together: together);
        Assert.That(HostBuffer.Allocations, Is.EqualTo(before + 1), "one buffer");
        Assert.That(bank.HeldBytes, Is.EqualTo(FilterBank.Bytes(All, channels, core, together: together)));
        using var tile = new Tile(core, All.Halo, channels, reader.Info);
        var digest = new Digest();
        tile.Fill(reader, core);
        bank.Run(tile, ref digest);
        long buffers = HostBuffer.Allocations, managed = GC.GetAllocatedBytesForCurrentThread();
        bank.Run(tile, ref digest);
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(managed));
        Assert.That(HostBuffer.Allocations, Is.EqualTo(buffers));
    }

    private static void Compare(FeatureSpec spec, string picture, int width, int height, int channels, SampleType type)
    {
        using SampleReader reader = Pictures.Create(picture, width, height, channels, type);
        float[][] planes = BankRun.Planes(spec, reader);
        int count = spec.Names.Count;
        for (int channel = 0; channel < channels; channel++)
        {
            double worst = FeatureBound.Check(
                spec, reader.Channel(channel), planes.AsSpan(channel * count, count), $"{picture}, {width} x {height}, channel {channel}");
            TestContext.Out.WriteLine($"{worst:F3} of the allowed error");
        }
    }

    private static void AreEqual(float[][] planes, float[][] expected, IReadOnlyList<string> names, string what)
    {
        for (int plane = 0; plane < expected.Length; plane++)
        {
            Assert.That(planes[plane].AsSpan().SequenceEqual(expected[plane]), $"{names[plane]}, {what}");
        }
    }

    /// <summary>Hashes all values of all bands to one number.</summary>
    private struct Digest : IBandConsumer
    {
        public ulong Hash { get; private set; }

        public unsafe void Consume(in Band band)
        {
            for (int plane = 0; plane < band.Planes; plane++)
            {
                for (int row = 0; row < band.Height; row++)
                {
                    for (int x = 0; x < band.Width; x++)
                    {
                        Hash = (Hash * 6364136223846793005) + BitConverter.SingleToUInt32Bits(band.Row(plane, row)[x]) + 1;
                    }
                }
            }
        }
    }
}
