using FastSeg.Checks;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Native;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class JointBilateralTests
{
    [Test]
    public void EqualsTheReference([Values(1, 4, 7, 8, 14)] int patch, [Values(1, 3)] int colours)
    {
        // The last cells reach past the image's edge.
        var joint = new JointBilateralCase(5, colours, patch, (5 * patch) - (patch / 3), (6 * patch) - (patch / 2));
        float[] planes = joint.Planes(joint.All, joint.All);
        JointBilateralReference reference = joint.Reference;
        for (int i = 0; i < planes.Length; i++)
        {
            (int channel, int y, int x) = (i / (joint.Height * joint.Width), i / joint.Width % joint.Height, i % joint.Width);
            double expected = reference.At((row, column) => joint.Cell(channel, row, column), y, x);
            Assert.That(planes[i], Is.EqualTo(expected).Within(1.5e-4), $"channel {channel}, x {x}, y {y}");
        }
    }

    [Test]
    public void AnyRectangleOfAnyTileHasTheBitsOfTheWholeInBothWidths([Values(512, 256)] int bits, [Values(1, 3)] int colours)
    {
        Widths.Need(bits);
        int before = VectorPath.Bits;
        var random = new Random(6);
        try
        {
            foreach (int patch in (int[])[4, 7, 8, 14])
            {
                var joint = new JointBilateralCase(9, colours, patch, (9 * patch) - 1, (11 * patch) - 3);
                VectorPath.Bits = 256;
                float[] whole = joint.Planes(joint.All, joint.All);
                VectorPath.Bits = bits;
                for (int round = 0; round < 12; round++)
                {
                    Region tile = Part(random, joint.All), area = Part(random, tile);
                    float[] found = joint.Planes(tile, area);
                    for (int i = 0; i < found.Length; i++)
                    {
                        long pixels = area.Pixels, y = area.Y + (i % pixels / area.Width), x = area.X + (i % area.Width);
                        float expected = whole[(((i / pixels * joint.Height) + y) * joint.Width) + x];
                        Assert.That(found[i], Is.EqualTo(expected), $"patch {patch}, x {x}, y {y} of {area} in {tile}");
                    }
                }
            }
        }
        finally
        {
            VectorPath.Bits = before;
        }
    }

    /// <summary>Features follow an edge of the image through the middle of cells, where bilinear ones would blur over a cell.</summary>
    [Test]
    public void AnEdgeInTheImageIsOneInTheFeatures()
    {
        const int Patch = 8, Edge = 27, Side = 56;
        var joint = new JointBilateralCase(1, 1, Patch, Side, Side, (_, x) => x < Edge ? 0.3f : 0.6f, (_, column) => column < 4 ? -1 : 1);
        float[] planes = joint.Planes(joint.All, joint.All);
        for (int x = 0; x < Side; x++)
        {
            // The cell that the edge goes through has the mean 0.49, 0.11 from one side and 0.19 from the other: it hardly counts.
            Assert.That(planes[(20 * Side) + x], Is.EqualTo(x < Edge ? -1 : 1).Within(0.05), $"column {x}");
        }
    }

    [Test]
    public void AConstantStaysAConstantAndAPixelThatResemblesNothingHasAValue()
    {
        var constant = new JointBilateralCase(2, 3, 14, 60, 50, null, (_, _) => 0.1f);
        Assert.That(constant.Planes(constant.All, constant.All), Is.All.EqualTo(0.1f).Within(1e-7));
        // One bright pixel on black: its own cell is the brightest, so that is the one it resembles most.
        var spot = new JointBilateralCase(
            1, 1, 16, 80, 80, (y, x) => (y, x) == (40, 40) ? 1 : 0, (row, column) => (row, column) == (2, 2) ? 5 : 0);
        Assert.That(spot.Planes(spot.All, spot.All)[(40 * 80) + 40], Is.EqualTo(5).Within(0.1));
    }

    [Test]
    public void TilesAllocateNothingAndBytesAreThoseCounted()
    {
        var joint = new JointBilateralCase(4, 1, 8, 64, 64);
        using LowResolution map = joint.Map();
        long live = HostBuffer.LiveBytes;
        using var planes = new JointBilateralCpu(map, 1, 64, 64);
        Assert.That(HostBuffer.LiveBytes - live, Is.EqualTo(JointBilateralCpu.Bytes(8, 4, 1, 64, 64)));
        float[] to = new float[4 * 64 * 64];
        fixed (float* first = to, image = joint.Image)
        {
            var guidance = new GuidanceImage(image, 0, 64, joint.All);
            planes.Start(guidance, joint.All);
            planes.Planes(joint.All, first, 64, 64 * 64);
            long bytes = GC.GetAllocatedBytesForCurrentThread(), buffers = HostBuffer.Allocations;
            planes.Start(guidance, joint.All);
            planes.Planes(joint.All, first, 64, 64 * 64);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - bytes, Is.Zero);
            Assert.That(HostBuffer.Allocations, Is.EqualTo(buffers));
        }
    }

    private static Region Part(Random random, Region of)
    {
        int width = random.Next(1, (int)of.Width + 1), height = random.Next(1, (int)of.Height + 1);
        return new Region(
            of.X + random.Next(0, (int)of.Width - width + 1), of.Y + random.Next(0, (int)of.Height - height + 1), width, height);
    }
}
