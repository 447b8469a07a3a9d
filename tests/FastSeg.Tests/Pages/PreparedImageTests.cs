using NUnit.Framework;

namespace FastSeg.Tests.Pages;

/// <summary>A prepared image gives what its reader gives, and what is known of it is not found out again.</summary>
[TestFixture]
internal sealed class PreparedImageTests
{
    private static readonly SyntheticScene Scene = new(300, 280, seed: 9);

    private static readonly Region Part = new(40, 60, 130, 90);

    [Test]
    public void LabelsAreThoseOfTheReader()
    {
        foreach (Model model in (Model[])[Trained.Grey, Trained.GreyByType])
        {
            using MemoryImage image = Scene.Image;
            using var page = new PreparedImage(image, "scene");
            var segmenter = new Segmenter(model);
            foreach (Region? region in (Region?[])[null, Part, new Region(299, 279, 1, 1)])
            {
                foreach (Smoothing smoothing in (Smoothing[])[Smoothing.None, Smoothing.Guided(3), Smoothing.Safe])
                {
                    var how = new SegmentOptions { Region = region, Smoothing = smoothing };
                    LabelMap expected = segmenter.Segment(image, how), found = segmenter.Segment(page, how);
                    Assert.That(found.Labels, Is.EqualTo(expected.Labels), $"{region} {smoothing.Mode}");
                    Assert.That(found.Area, Is.EqualTo(expected.Area));
                    Assert.That(found.Run.ClassPixels, Is.EqualTo(expected.Run.ClassPixels));
                    Assert.That(found.Run.Samples, Is.EqualTo(expected.Run.Samples));
                }
            }
        }
    }

    [Test]
    public void LabelsAndConfidenceGoIntoTheCallersMemory()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        var segmenter = new Segmenter(Trained.Grey);
        var how = new SegmentOptions { Region = Part, KeepValues = true };
        byte[] labels = new byte[Part.Pixels], expected = new byte[Part.Pixels];
        float[] sure = new float[Part.Pixels + 5], expectedSure = new float[Part.Pixels];
        sure.AsSpan().Fill(7);
        using (MemoryWriter writer = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info, how), expected))
        using (MemoryWriter sureWriter = MemoryWriter.Into<float>(segmenter.ConfidenceLayout(image.Info, how), expectedSure))
        {
            segmenter.Segment(image, new SegmentOutputs { Labels = writer, Confidence = sureWriter }, how);
        }
        segmenter.Segment(page, Part, labels, sure, how with { Region = null });
        Assert.That(labels, Is.EqualTo(expected));
        Assert.That(sure[..^5], Is.EqualTo(expectedSure));
        Assert.That(sure[^5..], Is.All.EqualTo(7));
        labels.AsSpan().Clear();
        segmenter.Segment(page, Part, labels, segment: how);
        Assert.That(labels, Is.EqualTo(expected), "without confidence");
        Assert.That(
            () => segmenter.Segment(page, Part, labels.AsSpan(1)),
            Throws.TypeOf<FastSegException>().With.Message.Contains("too short"));
        Assert.That(
            () => segmenter.Segment(page, Part, labels, sure.AsSpan(6)),
            Throws.TypeOf<FastSegException>().With.Message.Contains("too short"));
    }

    [Test]
    public void AMaskCountsAsItDoesForTheReader()
    {
        byte[] kept = [.. Enumerable.Range(0, 300 * 280).Select(i => i % 300 < 100 ? (byte)1 : (byte)0)];
        using MemoryImage image = Scene.Image, mask = MemoryImage.FromMemory<byte>(kept, 300, 280);
        using var page = new PreparedImage(image, "scene");
        page.Measure();
        var how = new SegmentOptions { Mask = mask };
        var segmenter = new Segmenter(Trained.Grey);
        LabelMap expected = segmenter.Segment(image, how), found = segmenter.Segment(page, how);
        Assert.That(found.Labels, Is.EqualTo(expected.Labels));
        Assert.That(found.Run.Samples, Is.EqualTo(expected.Run.Samples).And.Not.EqualTo(segmenter.Segment(page).Run.Samples));
    }

    [Test]
    public void OnlyTheRegionIsReadOfAMeasuredPage()
    {
        using var image = new Watched(Scene.Image);
        using var page = new PreparedImage(image, "scene");
        PageSamples samples = page.Measure();
        Assert.That(image.Touched, Is.EqualTo(image.Info.Bounds));
        image.Forget();
        Assert.That(page.Measure(), Is.SameAs(samples));
        Assert.That(image.Reads, Is.Empty);
        using var again = new PreparedImage(image, "scene", samples);
        new Segmenter(Trained.Grey).Segment(again, new SegmentOptions { Region = Part });
        Assert.That(image.Touched, Is.EqualTo(Part.Inflate(Trained.Grey.Features.Halo).Intersect(image.Info.Bounds)));
    }

    [Test]
    public void SamplesOfAnotherImageAreRefused()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        PageSamples samples = page.Measure();
        Assert.That(() => new PreparedImage(image, "scene", samples with { Count = 5 }), Throws.ArgumentException);
        Assert.That(() => new PreparedImage(image, "scene", samples with { Mean = double.NaN }), Throws.ArgumentException);
        Assert.That(() => new PreparedImage(image, " "), Throws.ArgumentException);
    }

    [Test]
    public void AFloatPagesRangeIsFoundAndAnUnfitSampleNamed()
    {
        float[] samples = [.. Enumerable.Range(0, 60 * 50).Select(i => (i % 97) - 3.5f)];
        (samples[1234], samples[59]) = (-1000, 500.5f);
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, 60, 50);
        using var page = new PreparedImage(image, "floats");
        PageSamples found = page.Measure(new ComputeOptions { Threads = 3 });
        Assert.That((found.Least, found.Most, found.IsGrey), Is.EqualTo((-1000f, 500.5f, true)));
        Assert.That(found.Mean, Is.EqualTo(samples.Average(sample => (double)sample)).Within(1e-9));
        samples[90] = float.NaN;
        using var broken = new PreparedImage(image, "floats");
        string sentence = Assert.Catch<FastSegException>(() => broken.Measure())!.Message;
        Assert.That(sentence, Does.Contain("x 30, y 1").And.Contain("NaN"));
        Assert.That(Assert.Catch<FastSegException>(() => new Segmenter(Trained.Grey).Segment(image))!.Message, Is.EqualTo(sentence));
    }

    [Test]
    public void WhoWaitsCanBeCancelled()
    {
        using MemoryImage image = Scene.Image;
        using var page = new PreparedImage(image, "scene");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var cancelled = new ComputeOptions { Cancellation = stop.Token };
        Assert.That(() => page.Measure(cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            () => new Segmenter(Trained.Grey).Segment(page, options: cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(page.Samples, Is.Null);
        Assert.That(page.Measure().IsGrey);
    }
}
