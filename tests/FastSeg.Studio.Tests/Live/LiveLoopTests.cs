using FastSeg.Studio.Exports;
using FastSeg.Studio.Live;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Live;

/// <summary>Strokes are followed by labels: those that the model of the same strokes gives, and no older ones.</summary>
[TestFixture]
internal sealed class LiveLoopTests
{
    private const int Width = 700, Height = 500;

    /// <summary>The transformer takes its time.</summary>
    private static readonly Region Small = new(0, 0, 160, 120);

    private TemporaryFolder _folder = null!;
    private Project _project = null!;
    private LiveLoop _loop = null!;
    private StatusLog _log = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        for (int i = 1; i <= 2; i++)
        {
            Write($"scene{i}.png", Width, Height, i);
        }
        Write("small.png", (int)Small.Width, (int)Small.Height, 3);
        string[] images = [_folder.File("scene1.png"), _folder.File("scene2.png"), _folder.File("small.png")];
        _project = Project.Open(_folder.File("project"), new ProjectSeed { Images = images });
        var pages = new LivePages(_project);
        var trainer = new LiveTrainer(_project, pages, new Backbones(_project), 1 << 20);
        var work = new LiveWork(_project, pages, trainer, new LiveOverlays(1 << 26), 2);
        _loop = new LiveLoop(_project, work);
        _log = new StatusLog(_loop);
    }

    [TearDown]
    public void Close()
    {
        _loop.Dispose();
        _project.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void WhatIsMissingIsSaid()
    {
        _loop.Look(View("i1"));
        Draw("i1", 1, 100, 100);
        Assert.That(_log.Wait(LiveState.Needs, _project.Version).Text, Does.Contain("second class"));
        Assert.That(Overlay("i1", out int model), Has.All.Zero);
        Assert.That(model, Is.Zero);
    }

    [Test]
    public void WhatIsMissingIsSaidAgainWhenThePageIsMeasured()
    {
        _loop.Look(View("i1"));
        _log.Wait(LiveState.Measuring, 0);
        Assert.That(Wait(() => _loop.Now.State, state => state == LiveState.Needs), Is.EqualTo(LiveState.Needs));
    }

    [Test]
    public void AfterADamagedImageAnotherOneCanBeLookedAt()
    {
        string damaged = _folder.File("scene2.png");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..2000]);
        _loop.Look(View("i2"));
        _log.Wait(LiveState.Failed, 0);
        Assert.That(() => _loop.Look(View("i1")), Throws.Nothing);
        _log.Wait(LiveState.Measuring, 0);
    }

    [Test]
    public void TheOverlayIsWhatTheModelOfTheStrokesGives()
    {
        _loop.Look(View("i1"));
        DrawBoth();
        LiveStatus status = _log.Wait(LiveState.Segmented, _project.Version);
        byte[] overlay = Overlay("i1", out int model);
        Assert.That(model, Is.EqualTo(status.Model).And.GreaterThan(0));
        Assert.That(overlay, Is.EqualTo(Expected("i1")));
    }

    [Test]
    public void StrokesOnSeveralImagesTrainOneModel()
    {
        _loop.Look(View("i2"));
        DrawBoth();
        Draw("i2", 1, 300, 40);
        _log.Wait(LiveState.Segmented, _project.Version);
        Assert.That(Overlay("i2", out _), Is.EqualTo(Expected("i2")));
    }

    [Test]
    public void TheNewestOfManyStrokesWins()
    {
        _loop.Look(View("i1"));
        for (int i = 0; i < 12; i++)
        {
            DrawBoth(i * 9);
            Thread.Sleep(7 * i);
        }
        _log.Wait(LiveState.Segmented, _project.Version);
        Assert.That(Overlay("i1", out int model), Is.EqualTo(Expected("i1")));
        Assert.That(model, Is.LessThanOrEqualTo(24), "no training may be queued");
    }

    [Test]
    public void UndoneStrokesLeaveNothing()
    {
        _loop.Look(View("i1"));
        DrawBoth();
        _log.Wait(LiveState.Segmented, _project.Version);
        _project.Undo(Guid.NewGuid().ToString());
        _log.Wait(LiveState.Needs, _project.Version);
        Assert.That(Overlay("i1", out int model), Has.All.Zero);
        Assert.That(model, Is.Zero);
    }

    [Test]
    public void AMovedViewIsSegmentedWithTheSameModel()
    {
        _loop.Look(new View("i1", 1, new Region(0, 0, 128, 128)));
        DrawBoth();
        int model = _log.Wait(LiveState.Segmented, _project.Version).Model;
        _log.Clear();
        _loop.Look(new View("i2", 1, new Region(300, 200, 400, 300)));
        LiveStatus status = _log.Wait(LiveState.Segmented, _project.Version);
        Assert.That((status.Model, status.Image), Is.EqualTo((model, "i2")));
        Assert.That(Overlay("i2", out _, new Region(300, 200, 400, 300)), Is.EqualTo(Expected("i2", new Region(300, 200, 400, 300))));
    }

    [Test]
    public void ANewNameOfAClassNeedsNoNewModel()
    {
        _loop.Look(View("i1"));
        DrawBoth();
        int model = _log.Wait(LiveState.Segmented, _project.Version).Model;
        _project.Apply(new Operation.ClassChange { Id = "rename", Value = 1, Name = "matrix" });
        Assert.That(_log.Wait(LiveState.Segmented, _project.Version).Model, Is.EqualTo(model));
    }

    [Test]
    public void WhatWasKeptStaysBesideTheNewResult()
    {
        _loop.Look(View("i1") with { Compare = true });
        DrawBoth();
        _log.Wait(LiveState.Segmented, _project.Version);
        byte[] before = Overlay("i1", out int first);
        _loop.Keep();
        Draw("i1", 2, 350, 260);
        _log.Wait(LiveState.Segmented, _project.Version);
        byte[] kept = new byte[Width * Height];
        int model = _loop.Overlays.Read(Which.Before, false, "i1", 1, new Region(0, 0, Width, Height), 0, kept);
        Assert.That(model, Is.EqualTo(first));
        Assert.That(kept, Is.EqualTo(before));
        Assert.That(Overlay("i1", out _), Is.EqualTo(Expected("i1")));
    }

    [Test]
    public void UncertaintyIsOneMinusTheConfidence()
    {
        _loop.Look(View("i1") with { Uncertainty = true });
        DrawBoth();
        _log.Wait(LiveState.Segmented, _project.Version);
        byte[] read = new byte[Width * Height];
        _loop.Overlays.Read(Which.Live, true, "i1", 1, new Region(0, 0, Width, Height), 0, read);
        float[] confidence = new float[Width * Height];
        Segment("i1", new byte[Width * Height], confidence);
        for (int i = 0; i < read.Length; i++)
        {
            // With two classes the least confidence is 0.5.
            Assert.That(read[i], Is.EqualTo(1 + (254 * 2 * (1 - (double)confidence[i]))).Within(0.51));
        }
        Assert.That(Overlay("i1", out _), Is.EqualTo(Expected("i1")));
    }

    [Test]
    public void PagesAreRankedByTheirUncertainty()
    {
        Assert.That(_loop.Uncertain().Result, Is.Empty, "there is no model yet");
        DrawBoth();
        _log.Wait(LiveState.Idle, 0);
        IReadOnlyList<UncertainPage> pages = Wait(() => _loop.Uncertain().Result, pages => pages.Count == 3);
        foreach (UncertainPage page in pages)
        {
            float[] confidence = new float[Bounds(page.Image).Pixels];
            Segment(page.Image, new byte[confidence.Length], confidence);
            Assert.That(page.Uncertainty, Is.EqualTo(1 - confidence.Average(value => (double)value)).Within(1e-9));
        }
        Assert.That(pages[0].Uncertainty, Is.GreaterThanOrEqualTo(pages[1].Uncertainty));
    }

    [Test]
    public void AnImageThatIsWrittenAnewIsSegmentedAnew()
    {
        _loop.Look(View("i1"));
        DrawBoth();
        _log.Wait(LiveState.Segmented, _project.Version);
        byte[] old = Overlay("i1", out int model);
        Write("scene1.png", Width, Height, 9);
        _log.Clear();
        _loop.Look(View("i1") with { Region = new Region(0, 0, Width, Height - 1) });
        Assert.That(_log.Wait(LiveState.Segmented, _project.Version).Model, Is.GreaterThan(model));
        Assert.That(Overlay("i1", out _, new Region(0, 0, Width, 400)), Is.EqualTo(Expected("i1", new Region(0, 0, Width, 400))));
        Assert.That(Overlay("i1", out _), Is.Not.EqualTo(old));
    }

    [Test]
    public void AMeasuredPageIsNotMeasuredAgain()
    {
        _loop.Look(View("i1"));
        DrawBoth();
        _log.Wait(LiveState.Segmented, _project.Version);
        Assert.That(Directory.GetFiles(Path.Combine(_project.CacheFolder, "samples")), Has.Length.EqualTo(1));
        using var pages = new LivePages(_project);
        Assert.That(pages.Get("i1", 1).Samples, Is.Not.Null);
        Assert.That(pages.Get("i2", 1).Samples, Is.Null);
    }

    [Test]
    public void DeepFeaturesAreComputedOnceForAPage()
    {
        string folder = TestData.File("models", "fastseg-vit-tiny-8");
        _project.Set(_project.Settings with { Deep = folder, Upsampler = "bilinear" });
        _loop.Look(new View("i3", 1, Small));
        Draw("i3", 1, 10, 15);
        Draw("i3", 2, 36, 60);
        _log.Wait(LiveState.Segmented, _project.Version);
        using Backbone backbone = Backbone.Open(folder, 1);
        DeepOptions deep = _project.Settings.DeepOptions(backbone);
        Assert.That(deep.ChooseProjection().Stored, Is.Null, "this backbone has no projection, so that one is fitted and kept");
        deep = deep with { Projection = ProjectionFile.Load(FittedProjection.Of(_project.Folder, _project.Settings)!) };
        FileInfo maps = new DirectoryInfo(Path.Combine(_project.CacheFolder, "deep")).GetFiles().Single();
        DateTime written = maps.LastWriteTimeUtc;
        Draw("i3", 2, 50, 40);
        _log.Wait(LiveState.Segmented, _project.Version);
        maps.Refresh();
        Assert.That(maps.LastWriteTimeUtc, Is.EqualTo(written));
        Assert.That(Overlay("i3", out _, Small), Is.EqualTo(Expected("i3", Small, deep)));
        Assert.That(CommandLine.Of(_project.Snapshot(), _project.Folder), Does.Contain($"--projection {_project.Folder}/projection-"));
        Assert.That(ProjectModel.Deep(_project.Settings, _project.Folder, backbone).Projection, Is.Not.Null, "the exported model has it");
    }

    private void Write(string name, int width, int height, int seed)
    {
        using var writer = ImageFile.Create(_folder.File(name), new ImageLayout(width, height, SampleType.UInt8));
        writer.Write(new Region(0, 0, width, height), new SyntheticScene(width, height, seed).Pixels);
        writer.Commit();
    }

    private static View View(string image) => new(image, 1, new Region(0, 0, Width, Height));

    private static T Wait<T>(Func<T> make, Predicate<T> good)
    {
        T made = make();
        for (int i = 0; i < 200 && !good(made); i++, made = make())
        {
            Thread.Sleep(50);
        }
        return made;
    }

    private void DrawBoth(int shift = 0)
    {
        Draw("i1", 1, 20 + shift, 15);
        Draw("i1", 2, 36 + shift, 60);
    }

    private void Draw(string image, byte value, int x, int y) => _project.Apply(new Operation.Stroke
    {
        Id = Guid.NewGuid().ToString(),
        Image = image,
        Page = 1,
        Class = value,
        Radius = 48,
        Points = [x * 16, y * 16, (x + 90) * 16, (y + 30) * 16],
    });

    private byte[] Overlay(string image, out int model, Region? part = null)
    {
        Region region = part ?? new Region(0, 0, Width, Height);
        byte[] read = new byte[region.Pixels];
        model = _loop.Overlays.Read(Which.Live, false, image, 1, region, 0, read);
        return read;
    }

    private byte[] Expected(string image, Region? part = null, DeepOptions? deep = null)
    {
        Region all = Bounds(image), region = part ?? all;
        byte[] labels = new byte[all.Pixels];
        Segment(image, labels, null, deep);
        return [.. from y in Enumerable.Range((int)region.Y, (int)region.Height)
                   from x in Enumerable.Range((int)region.X, (int)region.Width)
                   select labels[(y * all.Width) + x]];
    }

    private Region Bounds(string image)
    {
        ProjectImage known = _project.Images.Single(known => known.Id == image);
        return new Region(0, 0, known.Width, known.Height);
    }

    /// <summary>Segments an image with a model that is trained on all labels of the project, by the library's plain calls.</summary>
    private void Segment(string image, byte[] labels, float[]? confidence, DeepOptions? deep = null)
    {
        TrainingImage[] images = [.. _project.Labelled.Select(page => new TrainingImage(
            ImageFile.Open(_project.Images.Single(known => known.Id == page.Image).Path),
            _project.Labels(page.Image, page.Page).Reader("labels")))];
        Model model = Segmenter.Train(images, deep: deep).Model;
        using ImageReader reader = ImageFile.Open(_project.Images.Single(known => known.Id == image).Path);
        var segmenter = new Segmenter(model, deep?.Backbone);
        segmenter.Segment(reader, new SegmentOptions { KeepValues = true }).Labels.CopyTo(labels, 0);
        if (confidence is not null)
        {
            using var page = new PreparedImage(reader, "test");
            segmenter.Segment(page, reader.Info.Bounds, labels, confidence, new SegmentOptions { KeepValues = true });
        }
        foreach (TrainingImage training in images)
        {
            training.Image.Dispose();
        }
    }
}
