using FastSeg.Native;
using NUnit.Framework;
using static FastSeg.Tests.Sessions.SessionFrames;

namespace FastSeg.Tests.Sessions;

/// <summary>What a call to a session costs, how it stops, and what it refuses.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class SessionCallTests
{
    private const int Width = 640, Height = 480;

    private static readonly SyntheticScene Scene = new(Width, Height, seed: 31);

    private static readonly FrameShape Bytes = new(Width, Height, SampleType.UInt8);

    [TestCase(SessionGoal.Latency, SmoothingMode.None)]
    [TestCase(SessionGoal.Latency, SmoothingMode.Guided)]
    [TestCase(SessionGoal.Throughput, SmoothingMode.None)]
    public void AfterTheFirstFrameNothingIsAllocatedAndNoThreadStarts(SessionGoal goal, SmoothingMode smoothing)
    {
        var scene = new SyntheticScene(160, 120);
        var shape = new FrameShape(160, 120, SampleType.UInt8) { UpTo = true };
        var options = new FrameOptions { Threads = 2, Goal = goal, Smoothing = new Smoothing { Mode = smoothing } };
        using var session = new SegmentationSession(Trained.Grey, shape, options);
        using HostBuffer frame = Copy<byte>(scene.Pixels), labels = Empty(scene.Pixels.Length), others = Empty(scene.Pixels.Length),
            planes = Empty(4L * scene.Pixels.Length * session.PlaneNames.Count);
        FrameMemory from = Of(frame), to = Of(labels), features = Of(planes, FrameType.Float32);
        FrameMemory Small(FrameMemory memory) => memory with { Width = 70, Height = 50 };
        void Call()
        {
            session.Segment(from, to);
            session.Features(from, features);
            session.Segment(Small(from), Small(to));
            session.Segment([from, from], [new SegmentTargets { Labels = to }, new SegmentTargets { Labels = Of(others) }]);
        }

        Call();
        Call();
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        // Other threads of the test host allocate now and then, so not every round counts.
        var rounds = new long[40];
        for (int i = 0; i < rounds.Length; i++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            Call();
            rounds[i] = GC.GetTotalAllocatedBytes(true) - before;
        }
        Assert.That(rounds.Min(), Is.Zero, string.Join(" ", rounds));
        Assert.That(Directory.GetDirectories("/proc/self/task").Length, Is.LessThanOrEqualTo(threads));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void ACallStopsWithinAFewBands(int threads)
    {
        var large = new SyntheticScene(2400, 1800);
        var shape = new FrameShape(large.Width, large.Height, SampleType.UInt8);
        using var session = new SegmentationSession(Trained.Grey, shape, new FrameOptions { Threads = threads });
        using var stop = new CancellationTokenSource();
        byte[] labels = new byte[large.Pixels.Length];
        double reached = 0;
        // Progress comes between bands, so the call is in the middle of a tile, of which there is one a thread, when it is cancelled.
        session.Progress = done =>
        {
            reached = done;
            stop.Cancel();
            return true;
        };
        Assert.That(() => session.Segment<byte>(large.Pixels, labels, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(reached, Is.InRange(0, 0.9));
        session.Progress = null;
        session.Segment<byte>(large.Pixels, labels);
        Assert.That(labels, Is.EqualTo(Expected(Trained.Grey, large.Image)), "the session is as good as new");
        Assert.That(session.ClassPixels.ToArray().Sum(), Is.EqualTo(labels.LongLength), "and counts nothing of the call that failed");
    }

    [Test]
    public void ACallThatFailsAfterItsFirstTileIsCountedNowhere()
    {
        // One thread takes two tiles; the call stops in the second.
        var large = new SyntheticScene(2400, 1800);
        var shape = new FrameShape(large.Width, large.Height, SampleType.UInt8);
        using var session = new SegmentationSession(Trained.Grey, shape, new FrameOptions { Threads = 1 });
        byte[] labels = new byte[large.Pixels.Length];
        session.Progress = done => done < 0.6;
        Assert.That(() => session.Segment<byte>(large.Pixels, labels), Throws.InstanceOf<OperationCanceledException>());
        session.Progress = null;
        session.Segment<byte>(large.Pixels, labels);
        Assert.That(session.ClassPixels.ToArray().Sum(), Is.EqualTo(labels.LongLength));
    }

    [Test]
    public void ProgressSaysHowFarAndStops()
    {
        using var session = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = 2 });
        byte[] labels = new byte[Width * Height];
        var told = new List<(double Done, int Thread)>();
        session.Progress = done =>
        {
            told.Add((done, Environment.CurrentManagedThreadId));
            return told.Count < 3;
        };
        Assert.That(
            () => Many(session, labels), Throws.InstanceOf<OperationCanceledException>().With.Message.Contains("progress"));
        Assert.That(told, Has.Count.EqualTo(3));
        Assert.That(told.Select(x => x.Done), Is.Ordered.And.All.InRange(0, 1));
        Assert.That(told.Select(x => x.Thread), Is.All.EqualTo(Environment.CurrentManagedThreadId));
    }

    [Test]
    public void WhatProgressThrowsIsWhatTheCallerGets()
    {
        using var session = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = 3 });
        byte[] labels = new byte[Width * Height];
        session.Progress = _ => throw new NotSupportedException("mine");
        for (int i = 0; i < 5; i++)
        {
            Assert.That(() => Many(session, labels), Throws.InstanceOf<NotSupportedException>().With.Message.EqualTo("mine"));
        }
        session.Progress = null;
        Many(session, labels);
        Assert.That(labels, Is.EqualTo(Expected(Trained.Grey, Scene.Image)));
    }

    [Test]
    public void ASessionThatCannotBeMadeLeavesNoThread()
    {
        static string NameOf(string task)
        {
            try
            {
                return File.ReadAllText($"{task}/comm");
            }
            catch (Exception e) when (e is IOException)
            {
                // A thread of an earlier test has ended meanwhile.
                return "";
            }
        }
        int Workers() => Directory.GetDirectories("/proc/self/task").Count(
            task => NameOf(task).StartsWith("FastSeg worker", StringComparison.Ordinal));
        int before = Workers();
        Assert.That(
            () => new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = 4, Memory = 1 << 20 }),
            Throws.InstanceOf<FastSegException>());
        Assert.That(Workers(), Is.LessThanOrEqualTo(before));
    }

    [Test]
    public void OneCallAtATime()
    {
        using var session = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = 2 });
        byte[] labels = new byte[Width * Height], others = new byte[Width * Height];
        int refused = 0;
        session.Progress = _ =>
        {
            Assert.That(() => session.Segment<byte>(Scene.Pixels, others), Throws.InstanceOf<SessionBusyException>());
            Assert.That(session.Dispose, Throws.InstanceOf<SessionBusyException>());
            refused++;
            return true;
        };
        Many(session, labels);
        Assert.That(refused, Is.GreaterThan(0));
        Assert.That(labels, Is.EqualTo(Expected(Trained.Grey, Scene.Image)));
        session.Progress = null;
        session.Dispose();
        Assert.That(() => session.Segment<byte>(Scene.Pixels, labels), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void TheHalvesOfAPictureDoNotOverlap()
    {
        const int Half = Width / 2;
        using var session = new SegmentationSession(Trained.Grey, new FrameShape(Half, Height, SampleType.UInt8));
        using HostBuffer picture = Copy<byte>(Scene.Pixels), alone = Empty(Half * Height);
        FrameMemory left = Of(picture) with { RowStride = Width }, right = left with { Pointer = left.Pointer + Half };
        session.Segment(left, Of(alone));
        session.Segment(left, right);
        byte[] found = Read<byte>(picture), expected = Read<byte>(alone);
        for (int y = 0; y < Height; y++)
        {
            Assert.That(found.AsSpan((y * Width) + Half, Half).SequenceEqual(expected.AsSpan(y * Half, Half)), $"row {y}");
        }
        Assert.That(
            () => session.Segment(left, right with { Pointer = right.Pointer - 1 }),
            Throws.InstanceOf<FastSegException>().With.Message.Contains("lie over each other"));
    }

    [Test]
    public void AMemoryLimitIsThatOfAllLanes()
    {
        var smoothed = new FrameOptions { Threads = 6, Smoothing = Smoothing.Guided() };
        Plan Planned(SessionGoal goal)
        {
            using var session = new SegmentationSession(Trained.Grey, Bytes, smoothed with { Goal = goal });
            return session.Plan;
        }
        Plan lanes = Planned(SessionGoal.Throughput);
        Assert.That(lanes.Items.Select(item => item.Count), Is.All.EqualTo(6));
        Assert.That(lanes.BufferBytes, Is.GreaterThan(Planned(SessionGoal.Latency).BufferBytes));
        FrameOptions tight = smoothed with { Goal = SessionGoal.Throughput, Memory = lanes.ProcessBytes + (lanes.BufferBytes / 6) };
        Assert.That(
            () => new SegmentationSession(Trained.Grey, Bytes, tight),
            Throws.InstanceOf<FastSegException>().With.Message.Contains("is not enough"));
    }

    [Test]
    public void SeveralSessionsRunAtOnce()
    {
        byte[] expected = Expected(Trained.Grey, Scene.Image);
        Parallel.For(0, 4, _ =>
        {
            using var session = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = 2 });
            byte[] labels = new byte[Width * Height];
            for (int i = 0; i < 3; i++)
            {
                session.Segment<byte>(Scene.Pixels, labels);
                Assert.That(labels, Is.EqualTo(expected));
            }
        });
    }

    [Test]
    public void WhatDoesNotFitIsRefusedInASentence()
    {
        using var session = new SegmentationSession(Trained.Grey, Bytes);
        using HostBuffer frame = Copy<byte>(Scene.Pixels), labels = Empty(Width * Height);
        void Refuses(Action call, string sentence) =>
            Assert.That(call, Throws.InstanceOf<FastSegException>().With.Message.Contains(sentence), sentence);

        Refuses(() => session.Segment(default, Of(labels)), "The frame is a null pointer");
        Refuses(() => session.Segment(Of(frame), default(FrameMemory)), "No result of the frame is wanted");
        Refuses(() => session.Segment(Of(frame, FrameType.UInt16), Of(labels)), "made for frames of uint8");
        Refuses(() => session.Segment(Of(frame) with { Width = 10, Height = 10 }, Of(labels)), "made for 640 x 480");
        Refuses(() => session.Segment(Of(frame), Of(labels) with { Width = 10 }), "the frame has 640 x 480 pixels");
        Refuses(() => session.Segment(Of(frame) with { RowStride = 10 }, Of(labels)), "a stride of 10 bytes where 640 are needed");
        Refuses(() => session.Segment(Of(frame), Of(labels, FrameType.Float32)), "it must be uint8 or uint16");
        Refuses(() => session.Segment(Of(frame), Of(frame)), "lie over each other");
        Refuses(() => session.Segment<byte>(Scene.Pixels, new byte[10]), "has 10 values, but 307200 are needed");
        Refuses(() => session.Segment<decimal>(new decimal[Width * Height], new byte[Width * Height]), "memory of Decimal");
        Refuses(() => session.Segment([Of(frame), Of(frame)], [new SegmentTargets { Labels = Of(labels) }]), "2 frames");
        var target = new SegmentTargets { Labels = Of(labels) };
        Refuses(() => session.Segment([Of(frame), Of(frame)], [target, target]), "memory for another frame's labels lie over each other");
        Refuses(() => session.Segment(Of(frame) with { RowStride = long.MinValue }, Of(labels)), "further than memory reaches");
        Refuses(() => session.Segment(Of(frame) with { RowStride = 1L << 45 }, Of(labels)), "more than memory has");
        Refuses(() => _ = new SegmentationSession(Trained.Grey, new FrameShape(0, 5, SampleType.UInt8)), "0 x 5");
        Refuses(() => _ = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Threads = -1 }), "counts from 0 up");
        Refuses(() => _ = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Cores = [5000] }), "core 5000");
        Refuses(() => _ = new SegmentationSession(Trained.Grey, Bytes, new FrameOptions { Memory = 1 << 20 }), "is not enough");
        using var features = SegmentationSession.OfFeatures(FeatureSpec.Paper, Bytes);
        Refuses(() => features.Segment<byte>(Scene.Pixels, new byte[Width * Height]), "has no model");
        using var keeping = SegmentationSession.OfFeatures(FeatureSpec.Paper, Bytes, new FrameOptions { KeepValues = true });
        Refuses(() => keeping.Segment<byte>(Scene.Pixels, new byte[Width * Height]), "has no model");
        float[] bad = [.. Scene.Pixels.Select(x => (float)x)];
        bad[(7 * Width) + 5] = float.NaN;
        using var floats = new SegmentationSession(Trained.GreyByType, new FrameShape(Width, Height, SampleType.Float32));
        Refuses(() => floats.Segment<float>(bad, new byte[Width * Height]), "the pixel at x 5, y 7 is NaN");
    }

    [Test]
    public void ThreadsRunWhereAndHowTheyAreTold()
    {
        int core = Enumerable.Range(0, 1024).Last(SystemThread.Has);
        var options = new FrameOptions { Threads = 3, Cores = [core], Priority = ThreadPriority.BelowNormal };
        using var session = new SegmentationSession(Trained.Grey, Bytes, options);
        byte[] labels = new byte[Width * Height];
        session.Segment<byte>(Scene.Pixels, labels);
        Assert.That(labels, Is.EqualTo(Expected(Trained.Grey, Scene.Image)));
        string[] cores = [.. Directory.GetDirectories("/proc/self/task")
            .Where(task => File.ReadAllText($"{task}/comm").StartsWith("FastSeg worker", StringComparison.Ordinal))
            .SelectMany(task => File.ReadLines($"{task}/status"))
            .Where(line => line.StartsWith("Cpus_allowed_list", StringComparison.Ordinal))];
        Assert.That(cores.Count(line => line.EndsWith($"\t{core}", StringComparison.Ordinal)), Is.EqualTo(2));
        // The niceness is the 19th number of a thread's line, of which the name in brackets is the second.
        string[] nice = [.. Directory.GetDirectories("/proc/self/task")
            .Select(task => File.ReadAllText($"{task}/stat"))
            .Where(line => line.Contains("(FastSeg worker", StringComparison.Ordinal))
            .Select(line => line[(line.LastIndexOf(')') + 2)..].Split(' ')[16])];
        Assert.That(nice.Count(value => value == "5"), Is.EqualTo(2));
    }

    /// <summary>Segments the scene often enough to take longer than the pause between two reports of progress.</summary>
    private static void Many(SegmentationSession session, byte[] labels)
    {
        const int Frames = 20;
        using HostBuffer frame = Copy<byte>(Scene.Pixels), result = Empty(Frames * Width * Height);
        FrameMemory first = Of(result);
        SegmentTargets Target(int i) => new() { Labels = first with { Pointer = first.Pointer + (i * Width * Height) } };
        session.Segment(
            [.. Enumerable.Repeat(Of(frame), Frames)], [.. Enumerable.Range(0, Frames).Select(Target)]);
        result.Span<byte>((Frames - 1) * Width * Height, Width * Height).CopyTo(labels);
    }
}
