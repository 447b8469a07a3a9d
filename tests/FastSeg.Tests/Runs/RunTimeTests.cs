using System.Diagnostics;
using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>The time that a run reports is that of the call, its planning included.</summary>
[TestFixture]
internal sealed class RunTimeTests
{
    private const double Planning = 0.3;

    private static readonly SyntheticScene Scene = new(96, 80, seed: 6);

    [Test]
    public void PlanningCounts()
    {
        var segmenter = new Segmenter(Trained.Grey);
        Counts(image => segmenter.Segment(image).Run);
        Counts(image => segmenter.Features(image).Run);
        Counts(image => Segmenter.Features(image, FeatureSpec.Paper).Run);
        Counts(image => Segmenter.Train([new TrainingImage(image, Scene.LabelImage)], training: Trained.Quick).Run);
    }

    private static void Counts(Func<ImageReader, RunResult> call)
    {
        using var image = new SlowlyPlanned(Scene.Image);
        long start = Stopwatch.GetTimestamp();
        RunResult run = call(image);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.That(run.Seconds, Is.GreaterThan(Planning).And.LessThanOrEqualTo(wall));
    }

    /// <summary>An image whose memory takes a while to count, once.</summary>
    private sealed class SlowlyPlanned(ImageReader inner) : ImageReader
    {
        private bool _asked;

        public override ImageInfo Info => inner.Info;

        public override long HeldBytes(int threads)
        {
            if (!_asked)
            {
                _asked = true;
                Thread.Sleep((int)(1000 * Planning));
            }
            return inner.HeldBytes(threads);
        }

        public override void Read(Region region, Span<byte> destination) => inner.Read(region, destination);

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
