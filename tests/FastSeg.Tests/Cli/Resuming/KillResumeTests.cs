using FastSeg.Perf.Memory;
using FastSeg.Tests.Hostile;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>
/// A process that is killed at any moment is gone on with, to the same bytes. A few times in every run of the tests, many when asked for:
/// <c>./fastseg test --filter Category=LongKills</c>.
/// </summary>
internal sealed class KillResumeTests : CliFixture
{
    private const int Width = 1500, Height = 1100;

    private string _image = "", _small = "";

    [OneTimeSetUp]
    public void WriteImages()
    {
        _image = At("image.tif");
        Write(_image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        _small = At("small.tif");
        Write(_small, SampleType.UInt8, 300, 200, Scratch.Samples(300, 200, 1, SampleType.UInt8, seed: 2));
    }

    [TestCase("labels.tif", 5)]
    [TestCase("labels.ome.zarr", 5)]
    [TestCase("labels.tif", 50, Explicit = true, Category = "LongKills")]
    [TestCase("labels.ome.zarr", 50, Explicit = true, Category = "LongKills")]
    public void AKilledRunGoesOnToTheSameBytes(string name, int times) => Kill(name, times, _image);

    /// <summary>A kill may come in any of them, between two, and while the store gets its name.</summary>
    [TestCase(4)]
    [TestCase(50, Explicit = true, Category = "LongKills")]
    public void SoDoesARunOfSeveralImages(int times) => Kill("all.ome.zarr", times, _small, _image);

    private void Kill(string name, int times, params string[] images)
    {
        var runs = new KilledRuns(
            arguments => ChildProcess.Start(ChildProcess.Dotnet, [ChildProcess.Program, .. arguments]), NewFolder());
        runs.Run(name, times, [Model, .. images]);
        TestContext.Out.WriteLine($"{times} kills, {runs.InTheMiddle} of them while results were written");
        Assert.That(runs.Failures, Is.Empty);
        Assert.That(runs.InTheMiddle, Is.GreaterThan(0), "no kill hit anything");
    }
}
