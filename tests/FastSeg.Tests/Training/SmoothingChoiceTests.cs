using FastSeg.Training;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>From the scores of the three ways to the one that is kept.</summary>
[TestFixture]
internal sealed class SmoothingChoiceTests
{
    [TestCase(0.70, 0.72, 0.70, SmoothingMode.Guided)]
    [TestCase(0.70, 0.72, 0.715, SmoothingMode.Safe)]
    [TestCase(0.715, 0.72, 0.70, SmoothingMode.None)]
    [TestCase(0.705, 0.71, 0.70, SmoothingMode.Safe)]
    [TestCase(0.72, 0.60, 0.70, SmoothingMode.None)]
    [TestCase(0.708, 0.60, 0.70, SmoothingMode.Safe)]
    [TestCase(0.60, 0.60, 0.90, SmoothingMode.Safe)]
    [TestCase(0.80, 0.80, 0.80, SmoothingMode.Safe)]
    public void SafeUnlessAnotherIsClearlyBetter(double none, double guided, double safe, SmoothingMode expected) =>
        Assert.That(SmoothingChoice.Of(none, guided, safe).Mode, Is.EqualTo(expected));

    [Test]
    public void TheCandidatesAreInTheOrderOfTheScores() => Assert.That(
        SmoothingChoice.Candidates, Is.EqualTo((Smoothing[])[Smoothing.None, Smoothing.Guided(8, 0.05), Smoothing.Safe]));
}
