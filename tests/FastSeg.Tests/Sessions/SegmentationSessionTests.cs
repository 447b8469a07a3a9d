using FastSeg.Native;
using NUnit.Framework;
using static FastSeg.Tests.Sessions.SessionFrames;

namespace FastSeg.Tests.Sessions;

/// <summary>What a session gives for a frame is what a segmenter gives for the same image, however the memory lies.</summary>
[TestFixture]
internal sealed class SegmentationSessionTests
{
    private const int Width = 301, Height = 210;

    private static readonly SyntheticScene Scene = new(Width, Height, seed: 21), Next = new(Width, Height, seed: 22);

    private static readonly FrameShape Bytes = new(Width, Height, SampleType.UInt8);

    private static readonly double[] Weights = [1, 3, 0.5];

    private static IEnumerable<TestCaseData> Smoothings() =>
    [
        new TestCaseData(Smoothing.None, null).SetArgDisplayNames("none"),
        new TestCaseData(Smoothing.Guided(5), null).SetArgDisplayNames("guided"),
        new TestCaseData(Smoothing.Safe, null).SetArgDisplayNames("safe"),
        new TestCaseData(Smoothing.Safe, Weights).SetArgDisplayNames("weights"),
    ];

    [TestCaseSource(nameof(Smoothings))]
    public void FramesHaveASegmentersLabels(Smoothing smoothing, double[]? weights)
    {
        foreach ((int threads, SessionGoal goal) in ((int, SessionGoal)[])
            [(1, SessionGoal.Latency), (3, SessionGoal.Latency), (2, SessionGoal.Throughput)])
        {
            var options = new FrameOptions { Threads = threads, Goal = goal, Smoothing = smoothing, ClassWeights = weights };
            using var session = new SegmentationSession(Trained.Grey, Bytes, options);
            byte[] labels = new byte[Width * Height];
            foreach (SyntheticScene scene in (SyntheticScene[])[Scene, Next, Scene])
            {
                session.Segment<byte>(scene.Pixels, labels);
                byte[] expected = Expected(Trained.Grey, scene.Image, smoothing, weights);
                Assert.That(labels, Is.EqualTo(expected), $"{threads} threads, {goal}");
                Assert.That(session.ClassPixels.ToArray(), Is.EqualTo(Enumerable.Range(1, 3).Select(c => expected.LongCount(x => x == c))));
            }
        }
    }

    [Test]
    public void EverySampleTypeIsTaken()
    {
        void Check<T>(SampleType type, Func<byte, T> convert, FeatureSpec features) where T : unmanaged
        {
            Model model = features == Trained.ByType ? Trained.GreyByType : Trained.Grey;
            T[] frame = [.. Scene.Pixels.Select(convert)];
            using var session = new SegmentationSession(model, new FrameShape(Width, Height, type));
            byte[] labels = new byte[Width * Height];
            session.Segment<T>(frame, labels);
            Assert.That(labels, Is.EqualTo(Expected(model, MemoryImage.FromMemory<T>(frame, Width, Height))), $"{type}");
        }
        foreach (FeatureSpec features in (FeatureSpec[])[FeatureSpec.Paper, Trained.ByType])
        {
            Check(SampleType.UInt8, x => x, features);
            Check(SampleType.UInt16, x => (ushort)(x * 257), features);
            Check(SampleType.Int16, x => (short)((x * 200) - 20000), features);
            Check(SampleType.Float32, x => x / 255f, features);
            Check(SampleType.Int8, x => (sbyte)(x - 128), features);
            Check(SampleType.Int32, x => (x - 100) * 70001, features);
            Check(SampleType.UInt32, x => x * 7_000_001u, features);
            Check(SampleType.Int64, x => (x - 90L) << 40, features);
            Check(SampleType.UInt64, x => (ulong)x << 45, features);
            Check(SampleType.Float16, x => (Half)(x / 7f), features);
            Check(SampleType.Float64, x => x * 1.234567890123, features);
        }
    }

    [Test]
    public void StridesMayBeAnyThatKeepValuesApart()
    {
        using var session = new SegmentationSession(Trained.Grey, Bytes);
        byte[] expected = Expected(Trained.Grey, Scene.Image);

        // Rows with padding, and from the last row to the first.
        const int Stride = Width + 13;
        byte[] padded = new byte[Stride * Height], upside = new byte[Stride * Height];
        // Columns before rows, as in an array of Fortran's order.
        byte[] turned = new byte[Width * Height];
        for (int y = 0; y < Height; y++)
        {
            Scene.Pixels.AsSpan(y * Width, Width).CopyTo(padded.AsSpan(y * Stride));
            Scene.Pixels.AsSpan(y * Width, Width).CopyTo(upside.AsSpan((Height - 1 - y) * Stride));
            for (int x = 0; x < Width; x++)
            {
                turned[(x * Height) + y] = Scene.Pixels[(y * Width) + x];
            }
        }
        foreach ((byte[] frame, int offset, long row, long pixel) in ((byte[], int, long, long)[])
            [(padded, 0, Stride, 0), (upside, (Height - 1) * Stride, -Stride, 0), (turned, 0, 1, Height)])
        {
            using HostBuffer memory = Copy<byte>(frame), labels = Empty(frame.Length);
            FrameMemory from = Of(memory) with { Pointer = Of(memory).Pointer + offset, RowStride = row, PixelStride = pixel };
            FrameMemory to = Of(labels) with { Pointer = Of(labels).Pointer + offset, RowStride = row, PixelStride = pixel };
            session.Segment(from, to);
            byte[] found = Read<byte>(labels);
            long step = pixel == 0 ? 1 : pixel;
            byte[] picked = new byte[Width * Height];
            for (int i = 0; i < picked.Length; i++)
            {
                picked[i] = found[offset + (i / Width * row) + (i % Width * step)];
            }
            Assert.That(picked, Is.EqualTo(expected), $"row stride {row}, pixel stride {pixel}");
            Assert.That(found.Count(x => x == 0xAB), Is.EqualTo(found.Length - picked.Length), "nothing is written between the rows");
        }
    }

    [Test]
    public void ColoursAreInterleavedOrPlanar()
    {
        var colours = new SyntheticScene(150, 100, seed: 3, channels: 3);
        byte[] expected = Expected(Trained.Colour, colours.Image);
        byte[] planar = new byte[colours.Pixels.Length], withAlpha = new byte[150 * 100 * 4];
        for (int i = 0; i < 150 * 100; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                planar[(c * 150 * 100) + i] = withAlpha[(i * 4) + c] = colours.Pixels[(i * 3) + c];
            }
            withAlpha[(i * 4) + 3] = (byte)i;
        }
        byte[] Segment(byte[] frame, int channels, long pixel, long plane)
        {
            using var session = new SegmentationSession(Trained.Colour, new FrameShape(150, 100, SampleType.UInt8, channels));
            using HostBuffer memory = Copy<byte>(frame), labels = Empty(150 * 100);
            session.Segment(Of(memory) with { PixelStride = pixel, PlaneStride = plane }, Of(labels));
            return Read<byte>(labels);
        }
        Assert.That(Segment(colours.Pixels, 3, 0, 0), Is.EqualTo(expected));
        Assert.That(Segment(withAlpha, 4, 0, 0), Is.EqualTo(expected));
        Assert.That(Segment(planar, 3, 1, 150 * 100), Is.EqualTo(expected));
    }

    [Test]
    public void AllResultsAreThoseOfASegmenter()
    {
        Model model = Trained.Grey;
        foreach (Smoothing smoothing in (Smoothing[])[Smoothing.None, Smoothing.Guided(5)])
        {
            float[] probabilities = new float[3 * Width * Height], confidence = new float[Width * Height];
            var segmenter = new Segmenter(model);
            using (MemoryImage image = Scene.Image)
            {
                using var p = MemoryWriter.Into<float>(segmenter.ProbabilityLayout(image.Info, SampleType.Float32), probabilities);
                using var c = MemoryWriter.Into<float>(segmenter.ConfidenceLayout(image.Info), confidence);
                segmenter.Segment(
                    image, new SegmentOutputs { Probabilities = p, Confidence = c }, new SegmentOptions { Smoothing = smoothing });
            }
            using var session = new SegmentationSession(model, Bytes, new FrameOptions { Smoothing = smoothing, Threads = 2 });
            using HostBuffer frame = Copy<byte>(Scene.Pixels), labels = Empty(2 * Width * Height), planes = Empty(12 * Width * Height),
                sure = Empty(4 * Width * Height), margins = Empty(12 * Width * Height);
            session.Segment(Of(frame), new SegmentTargets
            {
                Labels = Of(labels, FrameType.UInt16),
                Probabilities = Of(planes, FrameType.Float32) with { PixelStride = 12, PlaneStride = 4 },
                Confidence = Of(sure, FrameType.Float32),
                Margins = Of(margins, FrameType.Float32),
            });
            Assert.That(Read<ushort>(labels), Is.EqualTo(Expected(model, Scene.Image, smoothing)));
            Assert.That(Read<float>(sure), Is.EqualTo(confidence));
            float[] interleaved = Read<float>(planes), found = Read<float>(margins);
            for (int i = 0; i < Width * Height; i++)
            {
                double[] powers = [.. Enumerable.Range(0, 3).Select(c => Math.Exp(found[(c * Width * Height) + i]))];
                for (int c = 0; c < 3; c++)
                {
                    Assert.That(interleaved[(i * 3) + c], Is.EqualTo(probabilities[(c * Width * Height) + i]));
                    if (smoothing.Mode == SmoothingMode.None)
                    {
                        Assert.That(powers[c] / powers.Sum(), Is.EqualTo(interleaved[(i * 3) + c]).Within(1e-5));
                    }
                }
            }
        }
    }

    [Test]
    public void FeaturesGoStraightToWhereTheCallerWantsThem()
    {
        using MemoryImage image = Scene.Image;
        float[] expected = Segmenter.Features(image, FeatureSpec.Paper).Values;
        int planes = FeatureSpec.Paper.Names.Count, pixels = Width * Height;
        foreach (int threads in (int[])[1, 2])
        {
            using var session = SegmentationSession.OfFeatures(FeatureSpec.Paper, Bytes, new FrameOptions { Threads = threads });
            float[] found = new float[expected.Length];
            session.Features<byte>(Scene.Pixels, found);
            Assert.That(found, Is.EqualTo(expected));

            using HostBuffer frame = Copy<byte>(Scene.Pixels), turned = Empty(4L * found.Length), halves = Empty(2L * found.Length),
                turnedHalves = Empty(2L * found.Length), spread = Empty(8L * found.Length);
            session.Features(Of(frame), Of(turned, FrameType.Float32) with { PixelStride = 4 * planes });
            session.Features(Of(frame), Of(halves, FrameType.Float16));
            session.Features(Of(frame), Of(turnedHalves, FrameType.Float16) with { PixelStride = 2 * planes });
            session.Features(Of(frame), Of(spread, FrameType.Float32) with { PixelStride = 8 });
            float[] interleaved = Read<float>(turned), apart = Read<float>(spread);
            Half[] half = Read<Half>(halves), interleavedHalf = Read<Half>(turnedHalves);
            for (int plane = 0; plane < planes; plane++)
            {
                for (int i = 0; i < pixels; i++)
                {
                    float value = expected[(plane * pixels) + i];
                    bool same = interleaved[(i * planes) + plane] == value && apart[2 * ((plane * pixels) + i)] == value
                        && half[(plane * pixels) + i] == (Half)value && interleavedHalf[(i * planes) + plane] == (Half)value;
                    Assert.That(same, $"plane {plane}, pixel {i}");
                }
            }
        }
    }

    [Test]
    public void SmallerFramesAreThemselves()
    {
        using var session = new SegmentationSession(Trained.Grey, Bytes with { UpTo = true }, new FrameOptions
        {
            Threads = 2,
            Smoothing = Smoothing.Guided(5),
        });
        foreach ((int width, int height) in ((int, int)[])[(Width, Height), (100, 70), (1, 1), (200, 3), (Width, Height), (100, 70)])
        {
            byte[] part = new byte[width * height];
            for (int y = 0; y < height; y++)
            {
                Scene.Pixels.AsSpan(y * Width, width).CopyTo(part.AsSpan(y * width));
            }
            using HostBuffer frame = Copy<byte>(part), labels = Empty(part.Length);
            FrameMemory size = new FrameMemory { Width = width, Height = height };
            session.Segment(size with { Pointer = Of(frame).Pointer }, size with { Pointer = Of(labels).Pointer });
            byte[] expected = Expected(
                Trained.Grey, MemoryImage.FromMemory<byte>(part, width, height), Smoothing.Guided(5));
            Assert.That(Read<byte>(labels), Is.EqualTo(expected), $"{width} x {height}");
        }
    }

    [Test]
    public void SeveralFramesInOneCall()
    {
        foreach (SessionGoal goal in (SessionGoal[])[SessionGoal.Latency, SessionGoal.Throughput])
        {
            using var session = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = 2, Goal = goal });
            session.WarmUp();
            SyntheticScene[] scenes = [Scene, Next, Scene, Next, Next];
            HostBuffer[] frames = [.. scenes.Select(scene => Copy<byte>(scene.Pixels))];
            HostBuffer[] labels = [.. scenes.Select(_ => Empty(Width * Height))];
            session.Segment([.. frames.Select(x => Of(x))], [.. labels.Select(x => new SegmentTargets { Labels = Of(x) })]);
            for (int i = 0; i < scenes.Length; i++)
            {
                Assert.That(Read<byte>(labels[i]), Is.EqualTo(Expected(Trained.Grey, scenes[i].Image)), $"frame {i}, {goal}");
            }
            Assert.That(session.ClassPixels.ToArray().Sum(), Is.EqualTo(5L * Width * Height));
            Array.ForEach([.. frames, .. labels], buffer => buffer.Dispose());
        }
    }

    [Test]
    public void FixedSamplesMakeAPixelDependOnItsSurroundingsAlone()
    {
        Model model = Trained.Grey;
        var options = new FrameOptions { Samples = model.Samples };
        using var session = new SegmentationSession(model, Bytes, options);
        byte[] whole = new byte[Width * Height];
        session.Segment<byte>(Scene.Pixels, whole);
        // The left half alone, as a frame of its own: equal but for what filters see across the cut.
        const int Left = 200;
        byte[] half = new byte[Left * Height], found = new byte[Left * Height];
        for (int y = 0; y < Height; y++)
        {
            Scene.Pixels.AsSpan(y * Width, Left).CopyTo(half.AsSpan(y * Left));
        }
        using var part = new SegmentationSession(model, new FrameShape(Left, Height, SampleType.UInt8), options);
        part.Segment<byte>(half, found);
        int reach = model.Features.FilterHalo;
        for (int y = 0; y < Height; y++)
        {
            Assert.That(
                found.AsSpan(y * Left, Left - reach).ToArray(), Is.EqualTo(whole.AsSpan(y * Width, Left - reach).ToArray()), $"row {y}");
        }
        Assert.That(found.Distinct().Count(), Is.GreaterThan(1));
    }
}
