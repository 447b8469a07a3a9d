using FastSeg.Backends;
using FastSeg.Runs;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>Tiles are as large as a device's memory makes sensible; a simulated device with a stated memory stands for others.</summary>
[TestFixture]
internal sealed class GpuTileTests
{
    private const int Side = 8192;
    private const long Mebi = 1L << 20, Gibi = 1L << 30;

    private static readonly SyntheticScene Scene = new(61, 43);

    private static readonly Lazy<Model> Trees = new(() => Segmenter.Train([Scene.Training], training: Trained.Quick).Model);

    [TestCase(80 * Gibi, 0, 2048)]
    [TestCase(8 * Gibi, 0, 2048)]
    [TestCase(4 * Gibi, 0, 1024)]
    // What a caller allows, and what is there, come before what would be best.
    [TestCase(80 * Gibi, 160 * Mebi, 1024)]
    [TestCase(40 * Mebi, 0, 512)]
    public void AreAsLargeAsTheMemoryAllows(long memory, long allowed, int side)
    {
        Plan plan = PlanOf(memory, new ComputeOptions { Threads = 4, DeviceMemory = allowed });
        Assert.That((plan.TileWidth, plan.TileHeight), Is.EqualTo(((long)side, (long)side)));
        Assert.That(plan.DeviceBytes, Is.LessThan(allowed > 0 ? allowed : 0.9 * memory));
        Assert.That(plan.Tiles, Is.EqualTo(Side / side * (Side / side)));
    }

    /// <summary>Twelve threads that read and write a file would wait for each other's four tiles.</summary>
    [Test]
    public void AreSmallerWhereThreadsWouldWait() =>
        Assert.That(PlanOf(80 * Gibi, new ComputeOptions { Threads = 12 }).TileWidth, Is.EqualTo(1024));

    private static Plan PlanOf(long memory, ComputeOptions options)
    {
        using var image = MemoryImage.FromMemory<byte>(new byte[Side * Side], Side, Side);
        using var factory = new GpuBackendFactory(BackendKind.Simulated, memory);
        Model model = Trees.Value;
        var work = new Work(image, model.Features, 1, null, model.Forest);
        return new Planner(work, image.Info.Bounds, factory, core => core.Pixels, _ => [], null).Make(options);
    }
}
