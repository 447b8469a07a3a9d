using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>Interactive trainings that are cancelled, limited, or given what they cannot take.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class InteractiveLimitTests
{
    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2] };

    [Test]
    public void RowsStayWithinTheLimitAndAllAreFreed([Values(0, 20_000_000)] long limit)
    {
        long before = Held();
        using (DrawnPage page = Page().Draw(5, 5, 100, 30, 1).Draw(300, 50, 60, 60, 2))
        using (var training = new InteractiveTraining(limit, Small, Trained.Quick))
        {
            byte[] model = training.Train([page.Labelled]).Model.ToBytes();
            Assert.That(training.KeptRows, Is.EqualTo(limit == 0 ? 0 : page.Count));
            Assert.That(training.KeptBytes, Is.LessThanOrEqualTo(limit));
            page.Draw(5, 5, 100, 20, 0);
            training.Train([page.Labelled]);
            Assert.That(training.KeptRows, limit == 0 ? Is.Zero : Is.GreaterThan(page.Count), "erased ones stay where they may");
            page.Draw(5, 5, 100, 20, 1);
            Assert.That(training.Train([page.Labelled]).Model.ToBytes(), Is.EqualTo(model));
            training.Forget(page.Page.Key);
            Assert.That(training.KeptRows, Is.Zero);
            Assert.That(training.Train([page.Labelled]).Model.ToBytes(), Is.EqualTo(model));
        }
        Assert.That(Held(), Is.EqualTo(before));
    }

    /// <summary>Progress above 0.45 comes from the trees, below from measuring and gathering.</summary>
    [TestCase(0.05, 0)]
    [TestCase(0.5, 6600)]
    public void ACancelledTrainingKeepsWhatWasGathered(double share, int kept)
    {
        using DrawnPage page = Page().Draw(5, 5, 100, 30, 1).Draw(300, 50, 60, 60, 2);
        using var training = new InteractiveTraining(1 << 28, Small, Trained.Quick);
        using var stop = new StopAt(share);
        Assert.That(
            () => training.Train([page.Labelled], options: stop.Options(2)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(training.KeptRows, Is.EqualTo(kept));
        Assert.That(
            training.Train([page.Labelled]).Model.ToBytes(),
            Is.EqualTo(Segmenter.Train([page.Training], Small, Trained.Quick).Model.ToBytes()));
    }

    [Test]
    public void GatheringStopsInTheMiddleOfATile()
    {
        using DrawnPage page = Page().Draw(5, 5, 100, 30, 1).Draw(300, 300, 60, 60, 2);
        page.Page.Measure();
        using var stop = new CancellationTokenSource();
        using var image = new Cancelling(page.Image, stop);
        using var prepared = new PreparedImage(image, "page", page.Page.Samples);
        using var training = new InteractiveTraining(1 << 28, Small, Trained.Quick);
        LabelledPage labelled = page.Labelled with { Image = prepared };
        var options = new ComputeOptions { Threads = 1, Cancellation = stop.Token };
        RunResult? run = null;
        Assert.That(() => run = training.Train([labelled], options: options).Run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((run, training.KeptRows, image.Reads), Is.EqualTo(((RunResult?)null, 0L, 1)), "the tile that was read is not finished");
    }

    [Test]
    public void WhatCannotBeTrainedOnGetsItsSentence()
    {
        using DrawnPage page = Page();
        using var training = new InteractiveTraining(1 << 20, Small, Trained.Quick);
        string Refusal(params LabelledPage[] pages) => Assert.Catch<FastSegException>(() => training.Train(pages))!.Message;
        Assert.That(Refusal(), Does.Contain("no training image"));
        Assert.That(Refusal(page.Labelled), Does.Contain("page.tif").And.Contain("no pixel is labelled"));
        Assert.That(Refusal(page.Draw(0, 0, 3, 3, 4).Labelled), Does.Contain("value 4").And.Contain("one class; draw at least two"));
        page.Draw(9, 9, 3, 3, 5);
        LabelledPage good = page.Labelled;
        Assert.That(() => training.Train([good, good]), Throws.ArgumentException.With.Message.Contains("key"));
        Assert.That(() => training.Train([good, null!]), Throws.ArgumentException.With.Message.Contains("Number 1"));
        Assert.That(
            () => training.Train([new(page.Page, (long[])[5, 4], (byte[])[1, 2])]),
            Throws.ArgumentException.With.Message.Contains("ascend"));
        Assert.That(
            () => training.Train([new(page.Page, (long[])[5, 400 * 400], (byte[])[1, 2])]),
            Throws.ArgumentException.With.Message.Contains("inside"));
        Assert.That(
            () => training.Train([new(page.Page, (long[])[5, 6], (byte[])[1, 0])]),
            Throws.ArgumentException.With.Message.Contains("not 0"));
        Assert.That(() => training.Train([new(page.Page, (long[])[5, 6], (byte[])[1])]), Throws.ArgumentException);
        var little = new ComputeOptions { Memory = 1 };
        Assert.That(() => training.Train([good], options: little), Throws.TypeOf<FastSegException>().With.Message.Contains("memory limit"));
        training.Train([good]);
    }

    [Test]
    public void AnUnfitSampleFarFromAllLabelsIsRefusedAsInAPlainTraining()
    {
        foreach (Standardisation mode in Enum.GetValues<Standardisation>())
        {
            FeatureSpec features = Small with { Families = Families.Gaussian | Families.Structure, Standardise = mode };
            float[] samples = [.. Enumerable.Range(0, 200 * 200).Select(i => i % 200 / 200f)];
            samples[^5] = 2e10f;
            using var page = new DrawnPage(MemoryImage.FromMemory<float>(samples, 200, 200, name: "floats"), "floats");
            page.Draw(2, 2, 5, 5, 1).Draw(90, 2, 5, 5, 2);
            using var training = new InteractiveTraining(1 << 20, features, Trained.Quick);
            string? Message(Action train)
            {
                try
                {
                    train();
                    return null;
                }
                catch (FastSegException e)
                {
                    return e.Message;
                }
            }

            string? expected = Message(() => Segmenter.Train([page.Training], features, Trained.Quick));
            Assert.That(Message(() => training.Train([page.Labelled])), Is.EqualTo(expected), $"{mode}");
            Assert.That(expected is null, Is.EqualTo(mode == Standardisation.Image), $"{mode}: {expected}");
        }
    }

    /// <summary>Bytes that somebody holds; what models hold is freed by the collector.</summary>
    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return HostBuffer.LiveBytes;
    }

    private static DrawnPage Page() => DrawnPage.Of("page", 400, 400, 1, value => (byte)(value * 255));

    /// <summary>An image that cancels when it was read.</summary>
    private sealed class Cancelling(ImageReader inner, CancellationTokenSource stop) : ImageReader
    {
        public int Reads { get; private set; }

        public override ImageInfo Info => inner.Info;

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            Reads++;
            inner.Read(region, destination);
            stop.Cancel();
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
