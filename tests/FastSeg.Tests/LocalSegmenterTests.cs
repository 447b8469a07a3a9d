using System.Runtime.InteropServices;
using FastSeg.Features.Local;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Runs whose samples are standardised by their neighbourhood, on both backends.</summary>
public sealed class LocalSegmenterTests
{
    private const double Sigma = 20;

    private static readonly FeatureSpec Local = FeatureSpec.Paper with
    {
        Standardise = Standardisation.Local,
        StandardiseSigma = Sigma,
        Sigmas = [1, 4],
    };

    private static readonly SyntheticScene Scene = new(200, 150);

    private static readonly Lazy<Model> LazyModel = new(() => Segmenter.Train([Scene.Training], Local, Trained.Quick).Model);

    [Test]
    public void FiltersSeeTheStandardisedImage([Values(1, 3)] int channels)
    {
        var scene = new SyntheticScene(130, 90, channels: channels);
        using MemoryImage image = scene.Image;
        using ImageReader local = LocalReader.Of(image, null, Local, channels);
        byte[] samples = new byte[local.Info.Bounds.Pixels * local.Info.PixelBytes];
        local.Read(local.Info.Bounds, samples);
        using MemoryImage standardised =
            MemoryImage.FromMemory<float>(MemoryMarshal.Cast<byte, float>(samples).ToArray(), 130, 90, channels);
        float[] expected = Planes(standardised, Local with { Standardise = Standardisation.None }, channels, new ComputeOptions());
        foreach (BackendKind backend in (BackendKind[])[BackendKind.Cpu, BackendKind.Simulated])
        {
            Assert.That(Planes(image, Local, channels, new ComputeOptions { Backend = backend, Threads = 2 }), Is.EqualTo(expected));
        }
    }

    [Test]
    public void NeitherTilesNorThreadsNorTheBackendMatter()
    {
        using MemoryImage image = new SyntheticScene(560, 300).Image;
        byte[] expected = Trained.Labels(LazyModel.Value, image, new ComputeOptions { Threads = 1 });
        foreach (BackendKind backend in (BackendKind[])[BackendKind.Cpu, BackendKind.Simulated])
        {
            var options = new ComputeOptions { Threads = 3, Backend = backend };
            Assert.That(Trained.Labels(LazyModel.Value, image, options), Is.EqualTo(expected), $"{backend}");
        }
        var area = new Region(130, 70, 277, 160);
        byte[] part = Trained.Labels(LazyModel.Value, image, new ComputeOptions { Threads = 2 }, new SegmentOptions { Region = area });
        Assert.That(part, Is.EqualTo(Images.Scratch.Crop(expected, 560, 1, area)));
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(1));
    }

    [Test]
    public void ASmoothedRunDoesNotDependOnTilesEither()
    {
        using MemoryImage image = new SyntheticScene(560, 300).Image;
        var smoothed = new SegmentOptions { Smoothing = new Smoothing { Mode = SmoothingMode.Guided } };
        byte[] expected = Trained.Labels(LazyModel.Value, image, new ComputeOptions { Threads = 1 }, smoothed);
        var area = new Region(130, 70, 277, 160);
        byte[] part = Trained.Labels(LazyModel.Value, image, new ComputeOptions { Threads = 2 }, smoothed with { Region = area });
        Assert.That(part, Is.EqualTo(Images.Scratch.Crop(expected, 560, 1, area)));
        Assert.That(expected, Is.Not.EqualTo(Trained.Labels(LazyModel.Value, image)));
    }

    /// <summary>Locally standardised images are smoothed on the host, from the margins that a device hands on panel by panel.</summary>
    [Test]
    public void MarginsOfADeviceAreSmoothedAsTheCpus()
    {
        using MemoryImage image = new SyntheticScene(340, 12).Image;
        var smoothed = new SegmentOptions { Smoothing = new Smoothing { Mode = SmoothingMode.Guided } };
        var device = new ComputeOptions { Backend = BackendKind.Simulated };
        byte[] expected = Trained.Labels(LazyModel.Value, image, new ComputeOptions { Backend = BackendKind.Cpu }, smoothed);
        Assert.That(Trained.Labels(LazyModel.Value, image, device, smoothed), Is.EqualTo(expected));
    }

    [Test]
    [NonParallelizable]
    public void ThePlanCountsTheBlocks([Values(1, 2)] int threads, [Values] bool guided)
    {
        using MemoryImage image = new SyntheticScene(700, 500).Image;
        var options = new ComputeOptions { Threads = threads, Backend = BackendKind.Cpu };
        var segment = new SegmentOptions { Smoothing = guided ? new Smoothing { Mode = SmoothingMode.Guided } : Smoothing.None };
        var segmenter = new Segmenter(LazyModel.Value);
        Plan plan = segmenter.Plan(image, segment, options);
        Trained.Labels(LazyModel.Value, image, options, segment);
        HostBuffer.ResetPeak();
        long before = HostBuffer.LiveBytes;
        Trained.Labels(LazyModel.Value, image, options, segment);
        Assert.That(HostBuffer.PeakBytes - before, Is.LessThanOrEqualTo(plan.BufferBytes));
        Assert.That(HostBuffer.LiveBytes, Is.LessThanOrEqualTo(before), "blocks are freed when a run ends");
    }

    [Test]
    public void GainAndOffsetDoNotMatter()
    {
        using MemoryImage image = Scene.Image;
        byte[] samples = Images.Scratch.ReadAll(image), expected = Trained.Labels(LazyModel.Value, image);
        void Same(MemoryImage copy)
        {
            using (copy)
            {
                Assert.That(Shared(Trained.Labels(LazyModel.Value, copy), expected), Is.GreaterThanOrEqualTo(0.999));
                using MemoryImage labels = MemoryImage.FromMemory<byte>(Scene.Labels, Scene.Width, Scene.Height);
                Model own = Segmenter.Train([new TrainingImage(copy, labels)], Local, Trained.Quick).Model;
                Assert.That(Shared(Trained.Labels(own, copy), expected), Is.GreaterThanOrEqualTo(0.999));
            }
        }
        Same(MemoryImage.FromMemory<ushort>(Array.ConvertAll(samples, value => (ushort)((16 * value) + 77)), Scene.Width, Scene.Height));
        Same(MemoryImage.FromMemory<short>(Array.ConvertAll(samples, value => (short)((100 * value) - 9000)), Scene.Width, Scene.Height));
        Same(MemoryImage.FromMemory<float>(Array.ConvertAll(samples, value => (0.31f * value) - 40), Scene.Width, Scene.Height));
    }

    [Test]
    public void AGreyModelSeesEqualChannelsAsGreyAndRefusesColour()
    {
        using MemoryImage image = Scene.Image;
        byte[] colours = [.. Images.Scratch.ReadAll(image).SelectMany(value => new[] { value, value, value })];
        using (MemoryImage rgb = MemoryImage.FromMemory<byte>(colours, Scene.Width, Scene.Height, 3))
        {
            Assert.That(Trained.Labels(LazyModel.Value, rgb), Is.EqualTo(Trained.Labels(LazyModel.Value, image)));
        }
        colours[(3 * ((40 * Scene.Width) + 17)) + 1] ^= 1;
        using MemoryImage coloured = MemoryImage.FromMemory<byte>(colours, Scene.Width, Scene.Height, 3);
        Assert.That(
            () => Trained.Labels(LazyModel.Value, coloured),
            Throws.TypeOf<FastSegException>().With.Message.Contains("x 17, y 40 is coloured"));
    }

    [Test]
    public void ASampleThatIsNoNumberIsNamed()
    {
        float[] samples = new float[Scene.Width * Scene.Height];
        samples[(33 * Scene.Width) + 5] = float.NaN;
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, Scene.Width, Scene.Height);
        Assert.That(
            () => Trained.Labels(LazyModel.Value, image), Throws.TypeOf<FastSegException>().With.Message.Contains("x 5, y 33 is NaN"));
    }

    [Test]
    public void WhatAMaskLeavesOutCountsNowhere()
    {
        using MemoryImage image = Scene.Image;
        byte[] samples = Images.Scratch.ReadAll(image);
        byte[] mask = [.. Enumerable.Range(0, samples.Length).Select(i => (byte)(i / Scene.Width > Scene.Height - 30 ? 0 : 1))];
        ushort[] wide = Array.ConvertAll(mask, value => (ushort)(value << 9));
        using MemoryImage kept = MemoryImage.FromMemory<byte>(mask, Scene.Width, Scene.Height);
        using MemoryImage keptWide = MemoryImage.FromMemory<ushort>(wide, Scene.Width, Scene.Height);
        byte[] masked = Trained.Labels(LazyModel.Value, image, options: new SegmentOptions { Mask = kept });
        Assert.That(Trained.Labels(LazyModel.Value, image, options: new SegmentOptions { Mask = keptWide }), Is.EqualTo(masked));
        byte[] bar = [.. samples.Select((value, i) => mask[i] == 0 ? (byte)255 : value)];
        using MemoryImage barred = MemoryImage.FromMemory<byte>(bar, Scene.Width, Scene.Height);
        byte[] other = Trained.Labels(LazyModel.Value, barred, options: new SegmentOptions { Mask = kept });
        // The filters look 17 pixels around; further up only the standardisation could tell the two apart.
        int far = Scene.Width * (Scene.Height - 30 - Local.FilterHalo);
        Assert.That(other[..far], Is.EqualTo(masked[..far]));
    }

    [Test]
    public void TheModelKeepsItsSigma()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid()}.fastseg");
        LazyModel.Value.Save(path);
        try
        {
            Model loaded = Model.Load(path);
            Assert.That((loaded.Features.Standardise, loaded.Features.StandardiseSigma), Is.EqualTo((Standardisation.Local, Sigma)));
            Assert.That(loaded.Features.Halo, Is.EqualTo(Local.FilterHalo + 80));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase(0.5)]
    [TestCase(257)]
    [TestCase(double.NaN)]
    public void OtherSigmasAreRefused(double sigma) => Assert.That(
        (Local with { StandardiseSigma = sigma }).Check, Throws.TypeOf<FastSegException>().With.Message.Contains("from 1 to 256"));

    private static double Shared(byte[] labels, byte[] expected) =>
        labels.Zip(expected, (a, b) => a == b ? 1.0 : 0).Average();

    private static float[] Planes(ImageReader image, FeatureSpec spec, int channels, ComputeOptions options)
    {
        float[] planes = new float[spec.Names.Count * channels * image.Info.Bounds.Pixels];
        Segmenter.Features(
            image, spec, channels, names => MemoryWriter.Into<float>(
                new ImageLayout(image.Info.Width, image.Info.Height, SampleType.Float32, names.Count), planes), options);
        return planes;
    }
}
