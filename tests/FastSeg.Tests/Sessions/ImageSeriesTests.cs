using FastSeg.Sessions;
using NUnit.Framework;

namespace FastSeg.Tests.Sessions;

/// <summary>Images one after another: the results of single runs, and a plan a shape.</summary>
internal sealed class ImageSeriesTests
{
    [TestCase(SmoothingMode.None)]
    [TestCase(SmoothingMode.Guided)]
    [TestCase(SmoothingMode.Safe)]
    public void ImagesOfAnyShapeGiveWhatRunsByThemselvesGive(SmoothingMode mode)
    {
        var options = new SegmentOptions
        {
            Smoothing = mode switch
            {
                SmoothingMode.Guided => Smoothing.Guided(),
                SmoothingMode.Safe => Smoothing.Safe,
                _ => Smoothing.None,
            },
        };
        using var series = new ImageSeries(Trained.Grey, null, new ComputeOptions { Threads = 2 });
        (int Width, int Height)[] shapes = [(200, 150), (90, 310), (200, 150), (200, 150)];
        for (int i = 0; i < shapes.Length; i++)
        {
            ImageReader image = new SyntheticScene(shapes[i].Width, shapes[i].Height, seed: i).Image;
            byte[] labels = new byte[shapes[i].Width * shapes[i].Height];
            using MemoryWriter writer = MemoryWriter.Into<byte>(
                new ImageLayout(shapes[i].Width, shapes[i].Height, SampleType.UInt8), labels);
            RunResult run = series.Segment(image, new SegmentOutputs { Labels = writer }, options);
            Assert.That(labels, Is.EqualTo(Trained.Labels(Trained.Grey, image, options: options)), $"image {i}");
            Assert.That(run.ClassPixels.Sum(), Is.EqualTo(labels.Length));
        }
        Assert.That(series.Plans.Count, Is.EqualTo(2));
    }
}
