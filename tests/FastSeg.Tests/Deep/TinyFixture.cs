using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>A tiny backbone's folder, anew for every test, because they change what lies in it.</summary>
/// <param name="scene">What deep models are fitted to.</param>
/// <param name="dimension">Numbers of a token.</param>
internal abstract class TinyFixture(SyntheticScene scene, int dimension = 10)
{
    protected TinyBackbone Tiny { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Tiny = new TinyBackbone(dimension: dimension);

    [TearDown]
    public void RemoveFolder() => Tiny.Dispose();

    /// <summary>Fits deep features to the scene.</summary>
    protected DeepModel Fit(DeepOptions options, StageTimes? times = null, Standardisation standardise = Standardisation.None)
    {
        using MemoryImage image = scene.Image;
        return DeepModel.Fit(options, [image], 0, times ?? new StageTimes(), new ComputeOptions(), standardise: standardise);
    }
}
