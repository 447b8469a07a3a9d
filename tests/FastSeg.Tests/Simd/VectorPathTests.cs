using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Simd;

[TestFixture]
internal sealed class VectorPathTests
{
    /// <summary>Where this is skipped, tests that go through every width of the machine went through the narrow one only.</summary>
    [Test]
    public void TheTestsThatGoThroughEveryWidthGoThroughTheWideOne()
    {
        Widths.Need(512);
        Assert.That(VectorPath.Available, Is.EqualTo((int[])[256, 512]));
    }

    [TestCase(null, true, 512)]
    [TestCase("", true, 512)]
    [TestCase(null, false, 256)]
    [TestCase("256", true, 256)]
    [TestCase("512", false, 512)]
    public void TheWidthIsTheMachinesOrTheOneThatIsForced(string? forced, bool wideIsFast, int bits) =>
        Assert.That(VectorPath.Choose(forced, [256, 512], wideIsFast), Is.EqualTo(bits));

    [TestCase("128", "it can be 256 or 512")]
    [TestCase("512", "this processor has vectors of at most 256 bits")]
    public void AWidthThatCannotBeGetsASentence(string forced, string sentence) =>
        Assert.That(() => VectorPath.Choose(forced, [256], true), Throws.TypeOf<FastSegException>().With.Message.Contains(sentence));

    [Test]
    public void AProcessorWithoutAvx2IsRefused() =>
        Assert.That(() => VectorPath.Choose(null, [], false), Throws.TypeOf<FastSegException>().With.Message.Contains("AVX2"));
}
