using FastSeg.Tests.Gpu.Ptx;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.OpenCl;

/// <summary>
/// The OpenCL C that ILGPU writes of every kernel, compiled for the processor: it has the bits of the simulated device in all launches of
/// the scenes.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class OpenClKernelTests
{
    private static IEnumerable<string> Scenes => PtxScenes.Names;

    [OneTimeSetUp]
    public void NeedsClang()
    {
        if (!OpenClCode.HasClang)
        {
            Assert.Ignore("needs clang");
        }
    }

    [TestCaseSource(nameof(Scenes))]
    public void HasTheBitsOfTheSimulatedDevice(string scene)
    {
        PtxTwin run = PtxScenes.Run(scene);
        Assert.That(run.OpenClFailures, Is.Empty);
        Assert.That(run.OpenClLaunches, Is.GreaterThan(0));
    }
}
