using FastSeg.Common;
using FastSeg.Deep.Tokens;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>Maps of deep features that lie in a file without a name: the same labels, and a plan that counts the file.</summary>
[TestFixture]
internal sealed class MapsOnDiskTests() : DeepFixture(Scene)
{
    private static readonly SyntheticScene Scene = new(333, 171, seed: 6);

    private static readonly ComputeOptions Disk = new() { MostMapBytes = 0 };

    [Test]
    public void LabelsAreThoseOfMapsInMemory(
        [Values(Upsampling.Nearest, Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling, [Values(1, 3)] int threads)
    {
        Model model = Train(new DeepOptions(Backbone) { Channels = 6, Scales = [1, 2], Upsampling = upsampling });
        using MemoryImage image = Scene.Image;
        byte[] expected = Labels(model, image);
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(1));
        foreach ((long, long)? tile in ((long, long)?[])[null, (64, 48)])
        {
            Assert.That(Labels(model, image, Disk with { Threads = threads, Tile = tile }), Is.EqualTo(expected), $"tiles of {tile}");
        }
        byte[] smoothed = Smoothed(model, image, new ComputeOptions());
        Assert.That(Smoothed(model, image, Disk with { Threads = threads }), Is.EqualTo(smoothed));
    }

    /// <summary>The file counts as disk, and what of it is in use counts for each worker; nothing of it for a map that is small.</summary>
    [Test]
    public void ThePlanCountsTheFile()
    {
        Model model = Train(new DeepOptions(Backbone) { Channels = 6 });
        using MemoryImage image = Scene.Image;
        long bytes = 22L * 42 * 6 * sizeof(float);
        Plan Plan(ComputeOptions options)
        {
            var segmenter = new Segmenter(model, Backbone);
            return segmenter.Plan(image, Into(segmenter, image, new byte[image.Info.Bounds.Pixels]), options: options);
        }
        foreach ((long most, bool disk) in ((long, bool)[])[(bytes, false), (bytes - 1, true), (0, true)])
        {
            Plan plan = Plan(new ComputeOptions { MostMapBytes = most, Threads = 2 });
            PlanItem item = plan.Items.Single(item => item.Name == "deep features");
            Assert.That(plan.DiskBytes, Is.EqualTo(disk ? bytes : 0), $"{most}");
            Assert.That((item.Phase, item.Count), Is.EqualTo(disk ? (PlanPhase.Tiles, plan.Workers) : (PlanPhase.Run, 1)), $"{most}");
            Assert.That(item.BytesEach, Is.InRange(1, bytes), $"{most}");
        }
    }

    /// <summary>A page whose features fill more than a tile needs: letting go keeps what was written, and leaves little resident.</summary>
    [Test]
    public unsafe void WhatIsLetGoIsStillThere()
    {
        const int Rows = 512, Columns = 1024, Channels = 16;
        using var map = new LowResolution(Channels, Rows, Columns, 8, onDisk: true);
        for (int i = 0; i < Channels * Rows * Columns; i++)
        {
            map.Plane(0)[i] = i;
        }
        long before = ProcessMemory.Resident();
        map.Drop();
        Assert.That(before - ProcessMemory.Resident(), Is.GreaterThan(16L << 20), "half of the file's 32 MiB");
        for (int channel = 0; channel < Channels; channel++)
        {
            Assert.That(map.Plane(channel)[Columns + 5], Is.EqualTo((channel * Rows * Columns) + Columns + 5));
        }
        Assert.That(() => map.Values, Throws.InvalidOperationException);
    }

    private byte[] Smoothed(Model model, ImageReader image, ComputeOptions options)
    {
        var segmenter = new Segmenter(model, Backbone);
        byte[] labels = new byte[image.Info.Bounds.Pixels];
        segmenter.Segment(image, Into(segmenter, image, labels), new SegmentOptions { Smoothing = Smoothing.Safe }, options);
        return labels;
    }
}
