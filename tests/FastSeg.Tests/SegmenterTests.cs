using FastSeg.Native;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>
/// Segmenting: labels and probabilities are XGBoost's own, whatever the threads, memory, region and mask; a plan counts every buffer;
/// unsuitable images are refused.
/// </summary>
[TestFixture]
internal sealed class SegmenterTests
{
    private static readonly SyntheticScene Scene = new(330, 270, seed: 5);

    [Test]
    public void LabelsEqualXgboostsOwnOnEveryPixel()
    {
        Model model = Trained.Grey;
        using MemoryImage image = Scene.Image;
        float[] margins = XgBoostPeer.Margins(model.ForestBytes.ToArray(), Trained.FeatureRows(model, image), model.Planes);
        byte[] expected = new byte[Scene.Width * Scene.Height];
        for (int i = 0; i < expected.Length; i++)
        {
            ReadOnlySpan<float> pixel = margins.AsSpan(i * 3, 3);
            expected[i] = (byte)(1 + pixel.IndexOf(Math.Max(pixel[0], Math.Max(pixel[1], pixel[2]))));
        }
        byte[] labels = Trained.Labels(model, image);
        Assert.That(labels, Is.EqualTo(expected));
        Assert.That(labels.Distinct().Count(), Is.EqualTo(3), "the scene should show every class");
    }

    [Test]
    public void LabelsDoNotDependOnThreadsOrMemory()
    {
        using MemoryImage image = Scene.Image;
        byte[] one = Trained.Labels(Trained.Grey, image, new ComputeOptions { Threads = 1 });
        Assert.That(Trained.Labels(Trained.Grey, image, new ComputeOptions { Threads = 5 }), Is.EqualTo(one));
        Assert.That(Tight.Run(2, tight => Trained.Labels(Trained.Grey, image, tight)), Is.EqualTo(one));
    }

    [Test]
    public void RegionEqualsTheCropOfTheWhole()
    {
        using MemoryImage image = Scene.Image;
        byte[] whole = Trained.Labels(Trained.Grey, image);
        foreach (Region region in (Region[])[new(0, 0, 1, 1), new(329, 269, 1, 1), new(100, 30, 201, 199), new(250, 250, 80, 20)])
        {
            byte[] part = Trained.Labels(Trained.Grey, image, options: new SegmentOptions { Region = region });
            for (long y = 0; y < region.Height; y++)
            {
                for (long x = 0; x < region.Width; x++)
                {
                    Assert.That(
                        part[(y * region.Width) + x],
                        Is.EqualTo(whole[((region.Y + y) * Scene.Width) + region.X + x]),
                        $"{region} at {x},{y}");
                }
            }
        }
    }

    [Test]
    public void RegionOutsideTheImageIsRefused()
    {
        using MemoryImage image = Scene.Image;
        foreach (Region region in (Region[])[new(0, 0, 331, 1), new(-1, 0, 5, 5), new(0, 0, 0, 5), new(0, long.MaxValue - 1, 5, 5)])
        {
            FastSegException? e = Assert.Catch<FastSegException>(() =>
                Trained.Labels(Trained.Grey, image, options: new SegmentOptions { Region = region }));
            Assert.That(e!.Message, Does.Contain("region").And.Contain("330 x 270"));
        }
    }

    [Test]
    public void MaskedPixelsAreUnlabelledAndNotCounted()
    {
        using MemoryImage image = Scene.Image;
        byte[] whole = Trained.Labels(Trained.GreyByType, image);
        byte[] mask = new byte[whole.Length];
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = (byte)(i % Scene.Width < 200 && i / Scene.Width > 40 ? 255 : 0);
        }
        using MemoryImage maskImage = MemoryImage.FromMemory<byte>(mask, Scene.Width, Scene.Height);
        var options = new SegmentOptions { Mask = maskImage };
        (byte[] labels, float[] probabilities, RunResult result) = Everything(Trained.GreyByType, image, options);
        for (int i = 0; i < labels.Length; i++)
        {
            Assert.That(labels[i], Is.EqualTo(mask[i] == 0 ? 0 : whole[i]));
            Assert.That(probabilities[i] == 0, Is.EqualTo(mask[i] == 0));
        }
        Assert.That(result.ClassPixels.Sum(), Is.EqualTo(mask.Count(m => m != 0)));
    }

    [Test]
    public void ProbabilitiesEqualXgboostsAndConfidenceIsTheLargest()
    {
        using MemoryImage image = Scene.Image;
        Model model = Trained.Grey;
        float[] expected = XgBoostPeer.Probabilities(model.ForestBytes.ToArray(), Trained.FeatureRows(model, image), model.Planes);
        int pixels = Scene.Width * Scene.Height;
        float[] probabilities = new float[3 * pixels], confidence = new float[pixels];
        byte[] rounded = new byte[3 * pixels];
        var segmenter = new Segmenter(model);
        segmenter.Segment(image, new SegmentOutputs
        {
            Probabilities = MemoryWriter.Into<float>(segmenter.ProbabilityLayout(image.Info, SampleType.Float32), probabilities),
            Confidence = MemoryWriter.Into<float>(segmenter.ConfidenceLayout(image.Info), confidence),
        });
        segmenter.Segment(image, new SegmentOutputs
        {
            Probabilities = MemoryWriter.Into<byte>(segmenter.ProbabilityLayout(image.Info, SampleType.UInt8), rounded),
        });
        for (int i = 0; i < pixels; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                float p = probabilities[(c * pixels) + i];
                Assert.That(p, Is.EqualTo(expected[(i * 3) + c]).Within(1e-6));
                Assert.That(rounded[(c * pixels) + i], Is.EqualTo((byte)Math.Round(p * 255.0, MidpointRounding.AwayFromZero)));
            }
            Assert.That(confidence[i], Is.EqualTo(Enumerable.Range(0, 3).Max(c => probabilities[(c * pixels) + i])));
        }
    }

    [Test]
    public void KeptValuesAreTheLabelsOwn()
    {
        using MemoryImage image = Scene.Image;
        byte[] numbered = Trained.Labels(Trained.Grey, image);
        byte[] kept = Trained.Labels(Trained.Grey, image, options: new SegmentOptions { KeepValues = true });
        int[] values = [1, 2, 7];
        Assert.That(kept, Is.EqualTo(numbered.Select(label => (byte)values[label - 1])));
    }

    [Test]
    public void KeptValuesAbove255AreWide()
    {
        ushort[] labels = [.. Scene.Labels.Select(label => (ushort)(label * 1000))];
        using MemoryImage image = Scene.Image;
        using MemoryImage labelImage = MemoryImage.FromMemory<ushort>(labels, Scene.Width, Scene.Height);
        Model model = Segmenter.Train([new TrainingImage(image, labelImage)], training: Trained.Quick).Model;
        Assert.That(model.Classes.Select(c => c.Value), Is.EqualTo(new[] { 1000, 2000, 7000 }));
        var segmenter = new Segmenter(model);
        var options = new SegmentOptions { KeepValues = true };
        ushort[] wide = new ushort[labels.Length];
        using MemoryWriter writer = MemoryWriter.Into<ushort>(segmenter.LabelLayout(image.Info, options), wide);
        segmenter.Segment(image, new SegmentOutputs { Labels = writer }, options);
        byte[] numbered = Trained.Labels(model, image);
        Assert.That(wide, Is.EqualTo(numbered.Select(label => (ushort)(label == 3 ? 7000 : label * 1000))));
    }

    [Test]
    public void GreyModelTakesEqualRgbAndRefusesColourAtItsFirstPixel()
    {
        byte[] rgb = [.. Scene.Pixels.SelectMany(p => new[] { p, p, p })];
        using MemoryImage grey = Scene.Image;
        using MemoryImage equal = MemoryImage.FromMemory<byte>(rgb, Scene.Width, Scene.Height, 3);
        Assert.That(Trained.Labels(Trained.Grey, equal), Is.EqualTo(Trained.Labels(Trained.Grey, grey)));
        foreach (int at in (int[])[(250 * 330) + 7, (201 * 330) + 329, (201 * 330) + 5])
        {
            rgb[(at * 3) + 2] ^= 1;
        }
        FastSegException? e = Assert.Catch<FastSegException>(() => Trained.Labels(Trained.Grey, equal));
        Assert.That(e!.Message, Does.Contain("x 5, y 201").And.Contain("grey"));
    }

    [Test]
    public void ColourModelRepeatsGrey()
    {
        byte[] rgb = [.. Scene.Pixels.SelectMany(p => new[] { p, p, p })];
        using MemoryImage grey = Scene.Image;
        using MemoryImage repeated = MemoryImage.FromMemory<byte>(rgb, Scene.Width, Scene.Height, 3);
        Assert.That(Trained.Colour.Channels, Is.EqualTo(3));
        Assert.That(Trained.Labels(Trained.Colour, grey), Is.EqualTo(Trained.Labels(Trained.Colour, repeated)));
    }

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "infinite")]
    [TestCase(float.NegativeInfinity, "minus infinite")]
    public void NotFiniteIsRefusedWithItsFirstPosition(float bad, string name)
    {
        float[] pixels = [.. Scene.Pixels.Select(p => p / 255f)];
        pixels[(260 * 330) + 1] = bad;
        pixels[(100 * 330) + 300] = bad;
        pixels[(100 * 330) + 20] = bad;
        using MemoryImage image = MemoryImage.FromMemory<float>(pixels, Scene.Width, Scene.Height);
        FastSegException? e = Assert.Catch<FastSegException>(() => Trained.Labels(Trained.Grey, image, new ComputeOptions { Threads = 3 }));
        Assert.That(e!.Message, Does.Contain($"x 20, y 100 is {name};"));
    }

    [Test]
    public void CancellationStops()
    {
        using MemoryImage image = Scene.Image;
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(
            () => Trained.Labels(Trained.Grey, image, new ComputeOptions { Cancellation = source.Token }),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void ProgressEndsAtOne()
    {
        using MemoryImage image = Scene.Image;
        var progress = new Recorder();
        Trained.Labels(Trained.Grey, image, new ComputeOptions { Threads = 1, Progress = progress });
        Assert.That(progress.Values, Is.Ordered.And.Not.Empty);
        Assert.That(progress.Values[^1], Is.EqualTo(1));
    }

    [Test]
    public void APlanCountsEveryBufferAndNothingStaysBehind()
    {
        using MemoryImage image = Scene.Image;
        Trained.Labels(Trained.Grey, image);
        // A collection first: the buffers of other tests' models, which nobody holds any more, must not count as live.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = HostBuffer.LiveBytes;
        var segmenter = new Segmenter(Trained.Grey);
        foreach (bool everything in (bool[])[false, true])
        {
            HostBuffer.ResetPeak();
            Plan plan;
            if (everything)
            {
                (_, _, RunResult result) = Everything(Trained.Grey, image, new SegmentOptions());
                plan = segmenter.Plan(image, EveryOutput(segmenter, image, new float[3 * 330 * 270]), null, null);
                Assert.That(result.PlannedPeakBytes, Is.GreaterThan(plan.BufferBytes));
            }
            else
            {
                Trained.Labels(Trained.Grey, image);
                using MemoryWriter labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[330 * 270]);
                plan = segmenter.Plan(image, new SegmentOutputs { Labels = labels });
            }
            Assert.That(HostBuffer.PeakBytes - before, Is.EqualTo(plan.BufferBytes));
            Assert.That(HostBuffer.LiveBytes, Is.EqualTo(before));
        }
    }

    [Test]
    public void ATileAllocatesNothing()
    {
        // Four times as many tiles must allocate hardly more managed bytes: threads and results allocate, tiles do not.
        long Allocated(int copies)
        {
            byte[] pixels = new byte[256 * 256 * copies];
            new Random(3).NextBytes(pixels);
            using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, 256, 256 * copies);
            byte[] labels = new byte[pixels.Length];
            var segmenter = new Segmenter(Trained.Grey);
            using MemoryWriter writer = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels);
            var options = new ComputeOptions { Threads = 1, Memory = 0 };
            segmenter.Segment(image, new SegmentOutputs { Labels = writer }, null, options);
            // The least of several runs, because what the rest of the process allocates meanwhile is counted too.
            return Enumerable.Range(0, 5).Min(_ =>
            {
                long before = GC.GetTotalAllocatedBytes(precise: true), buffers = HostBuffer.Allocations;
                segmenter.Segment(image, new SegmentOutputs { Labels = writer }, null, options);
                LastBuffers = HostBuffer.Allocations - buffers;
                return GC.GetTotalAllocatedBytes(precise: true) - before;
            });
        }

        long few = Allocated(8);
        long fewBuffers = LastBuffers;
        long many = Allocated(32);
        Assert.That(LastBuffers, Is.EqualTo(fewBuffers));
        Assert.That(many, Is.LessThan(few + 4096));
    }

    [Test]
    public void TooLittleMemorySaysTheLeast()
    {
        using MemoryImage image = Scene.Image;
        FastSegException? e = Assert.Catch<FastSegException>(() =>
            Trained.Labels(Trained.Grey, image, new ComputeOptions { Memory = 1 << 20 }));
        Assert.That(e!.Message, Does.Match(@"a memory limit of 1MiB is not enough .* the least that would do is \d+MiB\."));
    }

    /// <summary>Buffers that the last run of <see cref="ATileAllocatesNothing"/> allocated.</summary>
    private static long LastBuffers { get; set; }

    /// <summary>Writers into arrays for all three outputs; the probabilities go into the caller's array.</summary>
    private static SegmentOutputs EveryOutput(Segmenter segmenter, ImageReader image, float[] probabilities) => new()
    {
        Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[image.Info.Bounds.Pixels]),
        Probabilities = MemoryWriter.Into<float>(segmenter.ProbabilityLayout(image.Info, SampleType.Float32), probabilities),
        Confidence = MemoryWriter.Into<float>(segmenter.ConfidenceLayout(image.Info), new float[image.Info.Bounds.Pixels]),
    };

    /// <summary>Segments into all three outputs. The probabilities are classes x height x width.</summary>
    private static (byte[] Labels, float[] Probabilities, RunResult Result) Everything(
        Model model, ImageReader image, SegmentOptions options)
    {
        var segmenter = new Segmenter(model);
        float[] probabilities = new float[model.Classes.Count * image.Info.Bounds.Pixels];
        byte[] labels = new byte[image.Info.Bounds.Pixels];
        SegmentOutputs outputs = EveryOutput(segmenter, image, probabilities) with
        {
            Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels),
        };
        RunResult result = segmenter.Segment(image, outputs, options);
        return (labels, probabilities, result);
    }

    /// <summary>Keeps every report of progress.</summary>
    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
