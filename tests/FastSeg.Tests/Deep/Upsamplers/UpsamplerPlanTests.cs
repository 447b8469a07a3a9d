using FastSeg.Deep.Convolutions;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>The rows that an upsampler's stages keep: all that are read, whatever row a region begins at, and few more.</summary>
internal sealed unsafe class UpsamplerPlanTests
{
    /// <summary>Plays a run without computing: a row that a reader looks at must be among the last ones, which its source keeps.</summary>
    [Test]
    public void EveryRowThatIsReadIsStillThere(
        [Values(4, 8, 14, 16)] int patch, [Values(Align.Corners, Align.HalfPixel)] Align align,
        [Values(Padding.Replicate, Padding.Zeros)] Padding padding)
    {
        foreach (int height in (int[])[1, 2, 3, patch - 1, patch + 1, 40, 77, 150, 333])
        {
            UpsamplerCase network = new UpsamplerCase(16, 16, height, 40, patch, padding).With(align);
            using var weights = new Upsampler(network.Config, network.Tensors());
            foreach (int cells in (int[])[network.LowHeight, 1, network.LowHeight + 3])
            {
                var plan = new UpsamplerPlanCpu(weights, height, 40, cells, network.LowWidth, 40);
                for (int start = 0; start < height; start += start < 20 || start > height - 20 ? 1 : 7)
                {
                    Play(plan, start, Math.Min(height, start + 200));
                }
            }
        }
    }

    /// <summary>A level of the guidance is kept for the features that are mixed with it, sixty rows behind, and not for pooling.</summary>
    [Test]
    public void GuidanceIsKeptForTheMixAlone()
    {
        UpsamplerCase network = new UpsamplerCase(16, 16, 1024, 64, 8, Padding.Replicate).HalfPixel();
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanCpu(weights, 1024, 64, 128, 8, 64);
        int most = Enumerable.Range(0, plan.Stages.Count).Where(s => plan.Stages[s].Height == 512).Max(s => plan.MaxRows[s]);
        Assert.That(most, Is.InRange(60, 90), "of half the image's height");
    }

    /// <summary>Every row of cells that a region depends on is the source's, and each is read once.</summary>
    [Test]
    public void CellsAreReadSomeRowsAtATime()
    {
        const int Channels = 16, Patch = 8, Height = 600, Width = 160;
        UpsamplerCase network = new UpsamplerCase(Channels, Channels, Height, Width, Patch, Padding.Replicate).HalfPixel();
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanCpu(weights, Height, Width, network.LowHeight, network.LowWidth, 48);
        int read = 0;
        void Read(Region cells, float* to)
        {
            read += (int)cells.Height;
            for (int channel = 0; channel < Channels; channel++)
            {
                for (long y = cells.Y; y < cells.Bottom; y++)
                {
                    for (long x = cells.X; x < cells.Right; x++)
                    {
                        *to++ = Cell(channel, y, x);
                    }
                }
            }
        }
        using var reader = new CellReaderCpu(plan, Read);
        foreach (Region region in (Region[])[new(0, 0, 40, Height), new(96, 230, 48, 200), new(150, 599, 10, 1)])
        {
            read = 0;
            LowFeatures features = reader.Read(region);
            Region part = plan.Features(region);
            for (int y = (int)part.Y; y < part.Bottom; y++)
            {
                float* row = features.Row(y, out nint planeStride);
                for (int channel = 0; channel < Channels; channel++)
                {
                    for (long x = part.X; x < part.Right; x++)
                    {
                        Assert.That(row[(channel * planeStride) + x], Is.EqualTo(Cell(channel, y, x)), $"{region}: {channel}, {y}, {x}");
                    }
                }
            }
            Assert.That(read, Is.EqualTo(part.Height));
        }

        static float Cell(int channel, long y, long x) => (channel * 10000) + (y * 100) + x;
    }

    private static void Play(UpsamplerPlanCpu plan, int start, int end)
    {
        int count = plan.Stages.Count;
        int[] next = new int[count + 1], lasts = new int[count + 1];
        plan.Trace(true, start, start, next, lasts);
        int[] firsts = [.. next];
        for (int row = start; row < end; row++)
        {
            Advance(count - 1, Resize.Nearest(row, plan.Stages[^1].Height, plan.Height));
        }

        void Advance(int s, int last)
        {
            UpsamplerStageCpu stage = plan.Stages[s];
            while (next[s] <= last)
            {
                int group = stage.GroupEnd(next[s], true);
                foreach (int source in ((int[])[stage.Source, stage.Second]).Where(source => source >= 0))
                {
                    (int low, int high) = stage.Reads(true, next[s], group, plan.Stages[source].Height);
                    Advance(source, high);
                    Assert.That(low, Is.GreaterThanOrEqualTo(firsts[source]), $"from {start} of {plan.Height}: never computed");
                }
                foreach (int source in ((int[])[stage.Source, stage.Second]).Where(source => source >= 0))
                {
                    int low = stage.Reads(true, next[s], group, plan.Stages[source].Height).Low;
                    Assert.That(next[source] - low, Is.LessThanOrEqualTo(plan.MaxRows[source]), $"from {start} of {plan.Height}: {s}");
                }
                Assert.That(group - next[s], Is.LessThan(plan.MaxRows[s]));
                next[s] = group + 1;
            }
        }
    }
}
