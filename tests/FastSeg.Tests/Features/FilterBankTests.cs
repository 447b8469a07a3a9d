using FastSeg.Features;
using FastSeg.Images;

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
}
