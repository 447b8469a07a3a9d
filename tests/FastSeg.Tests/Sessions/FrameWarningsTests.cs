using NUnit.Framework;

namespace FastSeg.Tests.Sessions;

/// <summary>A frame is compared with the training images where it is asked for.</summary>
[TestFixture]
internal sealed unsafe class FrameWarningsTests
{
    private static readonly SyntheticScene Scene = new(120, 96, seed: 6);

    [Test]
    public void TypeAndRangeOfAFrameAreSaid()
    {
        ushort[] twelve = Array.ConvertAll(Scene.Pixels, sample => (ushort)(16 * sample));
        Assert.That(Warnings(Trained.GreyByType, Scene.Pixels), Is.Empty);
        Assert.That(Warnings(Trained.GreyByType, twelve).Single(), Does.StartWith("The frame has samples of uint16 from "));
        Assert.That(Warnings(Trained.Grey, twelve), Is.Empty, "each frame is standardised by its own");
        Assert.That(
            Warnings(Trained.Grey, twelve, Trained.Grey.Samples).Single(),
            Does.Contain("standardised by the training images' mean and deviation"));
    }

    [Test]
    public void AConstantFrameIsSaidAndANearlyConstantOneIsNot()
    {
        byte[] pixels = new byte[Scene.Pixels.Length];
        Array.Fill(pixels, (byte)9);
        Assert.That(Warnings(Trained.Grey, pixels).Single(), Does.StartWith("The frame: all samples are 9,"));
        // A row that lies between those that are looked at.
        pixels.AsSpan(2 * Scene.Width, Scene.Width).Fill(200);
        Assert.That(Warnings(Trained.Grey, pixels), Has.None.Contains("all samples"));
    }

    [Test]
    public void ADataBarThatIsNotLeftOutIsSaid()
    {
        FeatureSpec leavesOut = Trained.ByType with { DataBar = DataBar.Auto };
        Model model = Segmenter.Train([new SyntheticScene(120, 90).Training], leavesOut, Trained.Quick).Model;
        var shape = new FrameShape(Scene.Width, Scene.Height, SampleType.UInt8);
        using var session = new SegmentationSession(model, shape, new FrameOptions { Threads = 1 });
        Assert.That(session.Warnings.Single(), Does.Contain("leave the rows of the bar out of the frames"));
        using var other = new SegmentationSession(Trained.GreyByType, shape, new FrameOptions { Threads = 1 });
        Assert.That(other.Warnings, Is.Empty);
    }

    private static IReadOnlyList<string> Warnings<T>(Model model, T[] pixels, SampleStatistics? samples = null) where T : unmanaged
    {
        SampleType type = sizeof(T) == 1 ? SampleType.UInt8 : SampleType.UInt16;
        var shape = new FrameShape(Scene.Width, Scene.Height, type);
        using var session = new SegmentationSession(model, shape, new FrameOptions { Threads = 1, Samples = samples });
        fixed (T* first = pixels)
        {
            return session.WarningsOf(new FrameMemory((nint)first, sizeof(T) == 1 ? FrameType.UInt8 : FrameType.UInt16));
        }
    }
}
