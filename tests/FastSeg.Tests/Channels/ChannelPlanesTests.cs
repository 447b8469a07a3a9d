using FastSeg.Common;
using NUnit.Framework;

namespace FastSeg.Tests.Channels;

/// <summary>Images of 2 to 16 channels: each channel is featurised on its own, and all of them have one mean and one deviation.</summary>
[TestFixture]
internal sealed class ChannelPlanesTests
{
    private const int Width = 41, Height = 33;

    private static readonly FeatureSpec Small = new() { Families = FamilyNames.Every, Sigmas = [1, 2.5] };

    [Test]
    public void EachChannelHasThePlanesOfAGreyImage(
        [Values(2, 3, 4, 7, 16)] int channels, [Values(BackendKind.Cpu, BackendKind.Simulated)] BackendKind backend)
    {
        FeatureSpec spec = Small with { Standardise = Standardisation.None };
        spec = backend == BackendKind.Cpu ? spec : spec with { Families = Families.Default };
        ushort[][] greys = Channels(channels);
        using MemoryImage image = Interleaved(greys);
        FeatureStack all = Segmenter.Features(image, spec, new ComputeOptions { Backend = backend, Threads = 2 });
        int each = spec.Names.Count, pixels = Width * Height;
        Assert.That(all.Names, Has.Count.EqualTo(channels * each));
        for (int channel = 0; channel < channels; channel++)
        {
            using MemoryImage grey = MemoryImage.FromMemory<ushort>(greys[channel], Width, Height);
            FeatureStack one = Segmenter.Features(grey, spec, new ComputeOptions { Threads = 1 });
            for (int plane = 0; plane < each; plane++)
            {
                string name = all.Names[(channel * each) + plane];
                string word = channels == 3 ? new[] { "red", "green", "blue" }[channel] : $"c{channel}";
                Assert.That(name, Is.EqualTo($"{word}_{one.Names[plane]}"));
                Assert.That(
                    all[(channel * each) + plane].ToArray(), Is.EqualTo(one[plane].ToArray()), $"{name} of {pixels} pixels");
            }
        }
    }

    [Test]
    public void AllChannelsHaveOneMeanAndOneDeviation([Values(2, 5, 16)] int channels)
    {
        ushort[][] greys = Channels(channels);
        double[] samples = [.. greys.SelectMany(grey => grey).Select(sample => (double)sample)];
        double mean = samples.Average(), deviation = Math.Sqrt(samples.Average(sample => (sample - mean) * (sample - mean)));
        using MemoryImage image = Interleaved(greys);
        var spec = new FeatureSpec { Families = Families.Gaussian, Sigmas = [] };
        FeatureStack planes = Segmenter.Features(image, spec);
        for (int channel = 0; channel < channels; channel++)
        {
            float[] found = planes[channel].ToArray();
            for (int i = 0; i < found.Length; i++)
            {
                Assert.That(found[i], Is.EqualTo((greys[channel][i] - mean) / deviation).Within(1e-5));
            }
        }
    }

    [Test]
    public void OnlyColourCountsAsGreyWhereItsChannelsAreEqual([Values(2, 3, 4)] int channels)
    {
        ushort[] same = Channels(1)[0];
        using MemoryImage image = Interleaved([.. Enumerable.Repeat(same, channels)]);
        var spec = new FeatureSpec { Families = Families.Sobel, Sigmas = [1], Standardise = Standardisation.None };
        Assert.That(Segmenter.Features(image, spec).Names, Has.Count.EqualTo(channels == 3 ? 2 : 2 * channels));
    }

    [Test]
    public void NamesBecomeWordsOfPlaneNames()
    {
        var spec = new FeatureSpec { Families = Families.Gaussian, Sigmas = [] };
        Assert.That(spec.PlaneNames(2, ["DAPI", "Cy 5"]), Is.EqualTo((string[])["DAPI_gaussian_0", "Cy_5_gaussian_0"]));
        Assert.That(spec.PlaneNames(3, ["A", "", "A"]), Is.EqualTo((string[])["A_c0_gaussian_0", "c1_gaussian_0", "A_c2_gaussian_0"]));
        Assert.That(spec.PlaneNames(3), Is.EqualTo((string[])["red_gaussian_0", "green_gaussian_0", "blue_gaussian_0"]));
        Assert.That(spec.PlaneNames(4)[3], Is.EqualTo("c3_gaussian_0"));
    }

    private static ushort[][] Channels(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(channel => Enumerable.Range(0, Width * Height)
            .Select(i => (ushort)((1000 * channel) + (300 * (i % Width / 5 % 3)) + (i / Width * 11) + random.Next(200))).ToArray())];
    }

    private static MemoryImage Interleaved(ushort[][] channels) => MemoryImage.FromMemory<ushort>(
        Enumerable.Range(0, Width * Height).SelectMany(i => channels.Select(channel => channel[i])).ToArray(),
        Width, Height, channels.Length, name: "channels");
}
