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

    /// <summary>
    /// In OpenCL C a view's place has 32 bits with a sign. Two tiles of 2048 x 2048 with 58 planes of floats lie further apart, so there
    /// tiles are smaller; on other devices of the same memory they are not.
    /// </summary>
    [TestCase(BackendKind.Cuda, 2048)]
    [TestCase(BackendKind.OpenCl, 1024)]
    public void KeepTheirPlacesWithinAnOpenClDevicesBits(BackendKind kind, int side)
    {
        Plan plan = PlanOf(80 * Gibi, new ComputeOptions { Threads = 4 }, kind, planes: true);
        Assert.That(plan.TileWidth, Is.EqualTo(side));
        Assert.That(plan.DeviceBytes > int.MaxValue, Is.EqualTo(kind == BackendKind.Cuda));
    }

    private static Plan PlanOf(long memory, ComputeOptions options, BackendKind limits = BackendKind.Cuda, bool planes = false)
    {
        using var image = MemoryImage.FromMemory<byte>(new byte[Side * Side], Side, Side);
        using var factory = new GpuBackendFactory(BackendKind.Simulated, memory, limits);
        Model model = Trees.Value;
        var work = new Work(image, model.Features, 1, null, planes ? null : model.Forest);
        return new Planner(work, image.Info.Bounds, factory, core => core.Pixels, _ => [], null).Make(options);
    }
}
