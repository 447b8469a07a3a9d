using FastSeg.Native;
using NUnit.Framework;
using static FastSeg.Tests.Sessions.SessionFrames;

namespace FastSeg.Tests.Sessions;

/// <summary>Sessions of models whose frames need buffers of their own, and sessions on a device.</summary>
[TestFixture]
internal sealed class SessionModelTests
{
    private const int Width = 180, Height = 130;

    private static readonly SyntheticScene Scene = new(Width, Height, seed: 41);

    private static readonly FrameShape Bytes = new(Width, Height, SampleType.UInt8);

    [Test]
    public void SamplesStandardisedByTheirNeighbourhood()
    {
        FeatureSpec local = FeatureSpec.Paper with { Standardise = Standardisation.Local, StandardiseSigma = 20, Sigmas = [1, 4] };
        Model model = Segmenter.Train([Scene.Training], local, Trained.Quick).Model;
        using var session = new SegmentationSession(model, Bytes with { UpTo = true }, new FrameOptions { Threads = 2 });
        CheckWholeAndPart(session, image => new Segmenter(model).Segment(image).Labels);
        CheckFeatures(session, image => new Segmenter(model).Features(image).Values);
    }

    [Test]
    public void DeepFeatures()
    {
        string folder = TestData.File("models", "fastseg-vit-tiny-8-int8");
        using Backbone backbone = Backbone.Open(folder, 1);
        Model model = Segmenter.Train([Scene.Training], FeatureSpec.Paper, Trained.Quick, deep: new DeepOptions(backbone)).Model;
        Assert.That(
            () => new SegmentationSession(model, Bytes), Throws.InstanceOf<FastSegException>().With.Message.Contains("backbone"));
        using var session = new SegmentationSession(model, Bytes with { UpTo = true }, new FrameOptions { Threads = 2 }, backbone);
        var told = new List<double>();
        session.Progress = done =>
        {
            told.Add(done);
            return true;
        };
        CheckWholeAndPart(session, image => new Segmenter(model, backbone).Segment(image).Labels);
        CheckFeatures(session, image => new Segmenter(model, backbone).Features(image).Values);
        Assert.That(told, Is.Not.Empty.And.All.InRange(0, 1));

        // Stopped at different windows: none of the others may wait for one that never comes.
        byte[] labels = new byte[Width * Height];
        for (int after = 0; after < 3; after++)
        {
            int calls = 0;
            session.Progress = _ =>
            {
                Thread.Sleep(30);
                return calls++ < after;
            };
            Assert.That(
                () => session.Segment<byte>(Scene.Pixels, labels), Throws.InstanceOf<OperationCanceledException>(), $"after {after}");
        }
    }

    [Test]
    public void ADeviceGivesTheSameLabels()
    {
        foreach (SessionGoal goal in (SessionGoal[])[SessionGoal.Latency, SessionGoal.Throughput])
        {
            foreach (Smoothing smoothing in (Smoothing[])[Smoothing.None, Smoothing.Guided(4)])
            {
                var options = new FrameOptions { Threads = 2, Goal = goal, Backend = BackendKind.Simulated, Smoothing = smoothing };
                using var session = new SegmentationSession(SmallModel.Value, new FrameShape(96, 70, SampleType.UInt8), options);
                SyntheticScene[] scenes = [new(96, 70, seed: 1), new(96, 70, seed: 2), new(96, 70, seed: 3)];
                HostBuffer[] frames = [.. scenes.Select(scene => Copy<byte>(scene.Pixels))];
                HostBuffer[] labels = [.. scenes.Select(_ => Empty(96 * 70))];
                session.Segment([.. frames.Select(x => Of(x))], [.. labels.Select(x => new SegmentTargets { Labels = Of(x) })]);
                for (int i = 0; i < scenes.Length; i++)
                {
                    byte[] expected = Expected(SmallModel.Value, scenes[i].Image, smoothing);
                    Assert.That(Read<byte>(labels[i]), Is.EqualTo(expected), $"{goal}, {smoothing.Mode}, frame {i}");
                }
                Array.ForEach([.. frames, .. labels], buffer => buffer.Dispose());
            }
        }
    }

    private static readonly Lazy<Model> SmallModel = new(() => Segmenter.Train(
        [new SyntheticScene(120, 90).Training], FeatureSpec.Paper with { Sigmas = [1, 2] }, Trained.Quick).Model);

    /// <summary>A frame of the session's size, a smaller one, and the first again.</summary>
    private static void CheckWholeAndPart(SegmentationSession session, Func<ImageReader, byte[]> expected)
    {
        foreach ((int width, int height) in ((int, int)[])[(Width, Height), (100, 64), (Width, Height)])
        {
            byte[] part = Part(width, height);
            using HostBuffer frame = Copy<byte>(part), labels = Empty(part.Length);
            session.Segment(Of(frame) with { Width = width, Height = height }, Of(labels));
            using var image = MemoryImage.FromMemory<byte>(part, width, height);
            Assert.That(Read<byte>(labels), Is.EqualTo(expected(image)), $"{width} x {height}");
        }
    }

    private static void CheckFeatures(SegmentationSession session, Func<ImageReader, float[]> expected)
    {
        float[] planes = new float[session.PlaneNames.Count * Width * Height];
        session.Features<byte>(Scene.Pixels, planes);
        using MemoryImage image = Scene.Image;
        Assert.That(planes, Is.EqualTo(expected(image)));
    }

    private static byte[] Part(int width, int height)
    {
        byte[] part = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            Scene.Pixels.AsSpan(y * Width, width).CopyTo(part.AsSpan(y * width));
        }
        return part;
    }
}
