using FastSeg.Features;
using FastSeg.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

public class FilterBankTests
{
    [Test]
    public void Agrees_with_the_reference(
        [Values("random", "impulse", "ramp", "constant", "blobs")] string picture, [Values] SampleType type, [Values("paper", "weka")] string preset)
    {
        FeatureSpec spec = preset == "paper" ? FeatureSpec.Paper : FeatureSpec.Weka;
        using SampleReader reader = Pictures.Create(picture, 97, 61, 1, type);
        double worst = FeatureBound.Check(spec, reader.Channel(0), BankRun.Planes(spec, reader), picture);
        TestContext.Out.WriteLine($"{worst:F3} of the allowed error");
    }

    [Test]
    public void Tiles_and_vector_widths_give_the_same_bits([Values(1, 3)] int channels, [Values] SampleType type)
    {
        FeatureSpec spec = FeatureSpec.Paper with { Sigmas = [0.05, 1, 4.5] };
        using SampleReader reader = Pictures.Create("blobs", 53, 41, channels, type);
        float[][] whole = BankRun.Planes(spec, reader);
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (1, 41), (53, 1), (7, 5), (16, 16), (17, 33), (53, 41)])
        {
            foreach (int bits in (int[])[256, 512])
            {
                float[][] tiled = BankRun.Planes(spec, reader, width, height, bits);
                for (int plane = 0; plane < whole.Length; plane++)
                {
                    Assert.That(tiled[plane].AsSpan().SequenceEqual(whole[plane]), $"{spec.PlaneNames(channels)[plane]}, tiles {width} x {height}, {bits} bits");
                }
            }
        }
    }
}
