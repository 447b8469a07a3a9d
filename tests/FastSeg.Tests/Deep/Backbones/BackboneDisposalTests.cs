using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>A backbone that is disposed, before a run or in the middle of one: an exception, and never freed memory.</summary>
[TestFixture]
internal sealed class BackboneDisposalTests
{
    private static readonly SyntheticScene Scene = new(120, 90, seed: 3);

    private TinyBackbone _tiny = null!;
    private Model _model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _tiny = new TinyBackbone();
        _tiny.Json["windowTokens"] = 5;
        _tiny.SaveJson();
        using Backbone backbone = Backbone.Open(_tiny.Folder, 1);
        _model = Segmenter.Train(
            [Scene.Training], training: Trained.Quick, deep: new DeepOptions(backbone) { Channels = 4, Scales = [1] }).Model;
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _tiny.Dispose();

    [Test]
    public void ADisposedBackboneIsRefused()
    {
        using MemoryImage image = Scene.Image;
        Backbone backbone = Backbone.Open(_tiny.Folder, 1);
        var segmenter = new Segmenter(_model, backbone);
        byte[] labels = segmenter.Segment(image).Labels;
        backbone.Dispose();
        backbone.Dispose();
        Assert.That(() => segmenter.Segment(image), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => segmenter.Plan(image), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => segmenter.Features(image), Throws.TypeOf<ObjectDisposedException>());
        var deep = new DeepOptions(backbone) { Channels = 4, Scales = [1] };
        Assert.That(
            () => Segmenter.Features(image, FeatureSpec.Paper, deep: deep), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => Segmenter.Train([Scene.Training], deep: deep), Throws.TypeOf<ObjectDisposedException>());
        using Backbone again = Backbone.Open(_tiny.Folder, 1);
        Assert.That(new Segmenter(_model, again).Segment(image).Labels, Is.EqualTo(labels));
    }

    /// <summary>Each run is stopped at another time: while it plans, between windows, within a pass.</summary>
    [Test]
    public void ABackboneThatIsDisposedDuringARunEndsItCleanly([Values(1, 3)] int threads)
    {
        using MemoryImage image = Scene.Image;
        byte[] labels;
        using (Backbone backbone = Backbone.Open(_tiny.Folder, 1))
        {
            labels = new Segmenter(_model, backbone).Segment(image).Labels;
        }
        int refused = 0;
        for (int i = 0; i < 40; i++)
        {
            using Backbone backbone = Backbone.Open(_tiny.Folder, 1);
            int steps = 0, last = i;
            var options = new ComputeOptions
            {
                Threads = threads,
                Progress = new EachReport(() =>
                {
                    if (Interlocked.Increment(ref steps) == last)
                    {
                        var other = new Thread(backbone.Dispose);
                        other.Start();
                        other.Join();
                    }
                }),
            };
            try
            {
                Assert.That(new Segmenter(_model, backbone).Segment(image, options: options).Labels, Is.EqualTo(labels));
            }
            catch (ObjectDisposedException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(2), "windows came after the disposal");
    }

    [Test]
    public void MemoryIsFreedWithTheLastWindow()
    {
        Backbone backbone = Backbone.Open(_tiny.Folder, 1);
        var window = new BackboneWindow(backbone, 3, 4, flipAverage: false);
        backbone.Dispose();
        Assert.That(() => window.Forward(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => new BackboneWindow(backbone, 3, 4, flipAverage: false), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(backbone.Passes.Users, Is.EqualTo(1));
        window.Dispose();
        window.Dispose();
        Assert.That(backbone.Passes.Users, Is.Zero);
    }

    /// <summary>With two threads a pass, passes of several runs follow one another; all give the same tokens.</summary>
    [Test]
    public void RunsThatShareABackboneGetTheirOwnTokens([Values(1, 2)] int threadsOfAPass)
    {
        using Backbone backbone = Backbone.Open(_tiny.Folder, threadsOfAPass);
        float[][] planes = new float[4][];
        var deep = new DeepOptions(backbone) { Channels = 4, Scales = [1] };
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        SyntheticScene[] scenes = [.. Enumerable.Range(0, planes.Length).Select(i => new SyntheticScene(120, 90, seed: i))];
        float[] Of(int scene)
        {
            using MemoryImage image = scenes[scene].Image;
            return [.. Segmenter.Features(image, none, new ComputeOptions { Threads = 2 }, deep).Values];
        }
        Thread[] threads = [.. planes.Select((_, i) => new Thread(() => planes[i] = Of(i)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        for (int i = 0; i < planes.Length; i++)
        {
            Assert.That(planes[i], Is.EqualTo(Of(i)), $"scene {i}");
        }
    }

    [Test]
    public void APassThatMustBeAloneWaitsForTheOthers()
    {
        using Backbone backbone = Backbone.Open(_tiny.Folder, 1);
        BackbonePasses passes = backbone.Passes;
        int running = 0, most = 0, wrong = 0;
        void Pass(bool alone)
        {
            passes.Enter();
            for (int i = 0; i < 200; i++)
            {
                passes.Begin(alone);
                int now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                Thread.Sleep(alone ? 0 : i % 2);
                if (alone && Volatile.Read(ref running) != 1)
                {
                    Interlocked.Increment(ref wrong);
                }
                Interlocked.Decrement(ref running);
                passes.End();
            }
            passes.Leave();
        }
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(i => new Thread(() => Pass(i == 0)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.That(wrong, Is.Zero);
        Assert.That(most, Is.GreaterThan(1), "the others ran at once");
    }

    private sealed class EachReport(Action act) : IProgress<double>
    {
        public void Report(double value) => act();
    }
}
