using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Native;

namespace FastSeg.Sessions;

/// <summary>All that a session holds: its threads, its lanes, and the frames of the present call.</summary>
internal sealed unsafe class FrameWork : IDisposable
{
    private static readonly string[] Names =
        ["frame", "memory for labels", "memory for probabilities", "memory for the confidence", "memory for margins"];

    private static readonly string[] OtherNames =
    [
        "other frame", "memory for another frame's labels", "memory for another frame's probabilities",
        "memory for another frame's confidence", "memory for another frame's margins",
    ];

    private readonly FrameJob _job;
    private readonly FrameOptions _options;
    private readonly Team _team;
    private readonly FrameLane[] _lanes;
    private readonly ComputeOptions _batch;
    private readonly Action<int, long> _segment, _features;
    private readonly long[] _classPixels;
    private FrameMemory[] _frames = [], _planes = [];
    private SegmentTargets[] _targets = [];
    private FrameKinds _kinds;

    /// <summary>Checks, starts the threads and makes the buffers of what the session does first.</summary>
    /// <param name="job">What is computed.</param>
    /// <param name="shape">What frames look like.</param>
    /// <param name="options">Threads, memory, backend, smoothing.</param>
    public FrameWork(FrameJob job, FrameShape shape, FrameOptions options)
    {
        (_job, Shape, _options) = (job, shape, options);
        shape.Check();
        Check(options);
        PlaneNames = job.PlaneNames;
        Backend = BackendChoice.Choose(options.Backend).Kind;
        ComputeOptions compute = options.Compute with { Watch = Watch };
        bool shared = options.Goal == SessionGoal.Latency;
        _team = new Team(compute.WorkerCount, Settle);
        _batch = compute with { Team = _team };
        _lanes = new FrameLane[shared ? 1 : compute.WorkerCount];
        _classPixels = new long[job.Model?.Classes.Count ?? 0];
        (_segment, _features) = (SegmentFrame, FeaturesOfFrame);
        try
        {
            for (int i = 0; i < _lanes.Length; i++)
            {
                // A lane of its own has no thread besides the one that calls it.
                ComputeOptions each = shared ? _batch : compute with { Team = new Team(1), Threads = 1 };
                _lanes[i] = new FrameLane(job, shape, options, each, _lanes.Length);
            }
            Plan = Prepare(FirstKinds);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>What frames look like.</summary>
    public FrameShape Shape { get; }

    /// <summary>Names of the planes.</summary>
    public IReadOnlyList<string> PlaneNames { get; }

    /// <summary>What computes.</summary>
    public BackendKind Backend { get; }

    /// <summary>Tiles and buffers of what the session does first.</summary>
    public Plan Plan { get; }

    /// <summary>Looks after every call.</summary>
    public Watch Watch { get; } = new();

    /// <summary>Pixels of each class in the frames of the last call.</summary>
    public ReadOnlySpan<long> ClassPixels => _classPixels;

    private int Classes => _classPixels.Length;

    /// <summary>What the session does first: labels alone, or features where it has no model.</summary>
    private FrameKinds FirstKinds => _job.Model is null
        ? FrameKinds.FeaturesAlone
        : FrameKinds.Of(new SegmentTargets { Labels = new FrameMemory(1, LabelType) });

    /// <summary>Type of the labels: uint16 where a kept value is above 255.</summary>
    private FrameType LabelType =>
        _options.KeepValues && _job.Model?.Classes[^1].Value > byte.MaxValue ? FrameType.UInt16 : FrameType.UInt8;

    /// <summary>Runs a frame of zeros through every lane, one after another.</summary>
    public void WarmUp()
    {
        long pixels = (long)Shape.Width * Shape.Height;
        using var frame = new HostBuffer(pixels * Shape.Channels * Shape.Type.Bytes());
        using var result = new HostBuffer(pixels * (_job.Model is null ? (long)PlaneNames.Count * sizeof(float) : LabelType.Bytes()));
        NativeMemory.Clear(frame.Pointer, (nuint)frame.Length);
        (int width, int height) = (Shape.Width, Shape.Height);
        var zeros = new FrameMemory((nint)frame.Pointer, FrameTypes.Of(Shape.Type));
        zeros = FrameChecks.Laid(zeros, "frame", width, height, Shape.Channels, interleaved: true);
        var to = new FrameMemory((nint)result.Pointer, _job.Model is null ? FrameType.Float32 : LabelType);
        to = FrameChecks.Laid(to, "result", width, height, _job.Model is null ? PlaneNames.Count : 1, interleaved: false);
        FrameKinds kinds = FirstKinds;
        Watch.Begin(pixels * _lanes.Length);
        foreach (FrameLane lane in _lanes)
        {
            if (_job.Model is null)
            {
                lane.Features(zeros, to);
            }
            else
            {
                lane.Segment(kinds, zeros, new SegmentTargets { Labels = to });
            }
        }
    }

    /// <summary>Segments frames.</summary>
    public void Segment(ReadOnlySpan<FrameMemory> frames, ReadOnlySpan<SegmentTargets> targets)
    {
        SameCount(frames.Length, targets.Length);
        Array.Clear(_classPixels);
        Grow(ref _frames, frames.Length);
        Grow(ref _targets, frames.Length);
        long pixels = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            (_frames[i], _targets[i]) = Lay(frames[i], targets[i]);
            FrameKinds kinds = FrameKinds.Of(targets[i]);
            if (i > 0 && kinds != _kinds)
            {
                throw new FastSegException("The frames of one call must want the same results; segment the others in another call.");
            }
            _kinds = kinds;
            for (int before = 0; before < i; before++)
            {
                ApartFrom(i, before);
                ApartFrom(before, i);
            }
            pixels += (long)_frames[i].Width * _frames[i].Height;
        }
        if (frames.Length == 0)
        {
            return;
        }
        Prepare(_kinds);
        Run(frames.Length, pixels, _segment);
    }

    /// <summary>Computes the planes of frames.</summary>
    public void Features(ReadOnlySpan<FrameMemory> frames, ReadOnlySpan<FrameMemory> planes)
    {
        SameCount(frames.Length, planes.Length);
        Array.Clear(_classPixels);
        Grow(ref _frames, frames.Length);
        Grow(ref _planes, frames.Length);
        long pixels = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            (int width, int height) = FrameChecks.Size(Shape, frames[i]);
            _frames[i] = FrameChecks.Laid(frames[i], "frame", width, height, Shape.Channels, interleaved: true);
            _planes[i] = Result(planes[i], "memory for features", width, height, PlaneNames.Count, FrameType.Float32, FrameType.Float16);
            if (!planes[i].IsGiven)
            {
                throw new FastSegException("The memory for features is a null pointer; give the address of its first value.");
            }
            FrameChecks.Disjoint(_frames[i], Shape.Channels, "frame", _planes[i], PlaneNames.Count, "memory for features");
            for (int before = 0; before < i; before++)
            {
                const string Memory = "memory for features", OtherMemory = "memory for another frame's features";
                FrameChecks.Disjoint(_planes[i], PlaneNames.Count, Memory, _planes[before], PlaneNames.Count, OtherMemory);
                FrameChecks.Disjoint(_planes[i], PlaneNames.Count, Memory, _frames[before], Shape.Channels, "other frame");
                FrameChecks.Disjoint(_planes[before], PlaneNames.Count, Memory, _frames[i], Shape.Channels, "other frame");
            }
            pixels += (long)width * height;
        }
        Prepare(FrameKinds.FeaturesAlone);
        Run(frames.Length, pixels, _features);
    }

    /// <summary>What is known of a frame's samples, from a few of its rows.</summary>
    public ImageData? Look(in FrameMemory frame)
    {
        (int width, int height) = FrameChecks.Size(Shape, frame);
        return _lanes[0].Look(FrameChecks.Laid(frame, "frame", width, height, Shape.Channels, interleaved: true));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsDisposed = true;
        Array.ForEach(_lanes, lane => lane?.Dispose());
        _team.Dispose();
    }

    /// <summary>Refuses options that cannot be.</summary>
    private static void Check(FrameOptions options)
    {
        if (options.Threads < 0 || options.Memory < 0 || options.DeviceMemory < 0)
        {
            throw new FastSegException("Threads and memory are counts from 0 up; 0 leaves the choice to the session.");
        }
        foreach (int core in options.Cores ?? [])
        {
            if (!SystemThread.Has(core))
            {
                throw new FastSegException($"The process cannot run on core {core}; name cores that it has, from 0.");
            }
        }
    }

    private static void SameCount(int frames, int results)
    {
        if (frames != results)
        {
            throw new FastSegException($"There are {frames} frames and memory for {results} results; give each frame its own.");
        }
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
    }

    /// <summary>A frame and its results with all strides said, after they were checked.</summary>
    private (FrameMemory Frame, SegmentTargets Targets) Lay(in FrameMemory frame, in SegmentTargets targets)
    {
        if (!targets.Any)
        {
            throw new FastSegException("No result of the frame is wanted; give memory for labels, probabilities, confidence or margins.");
        }
        (int width, int height) = FrameChecks.Size(Shape, frame);
        FrameMemory laid = FrameChecks.Laid(frame, "frame", width, height, Shape.Channels, interleaved: true);
        int groups = FrameOutputs.Groups(Classes);
        var results = new SegmentTargets
        {
            Labels = Result(targets.Labels, "memory for labels", width, height, 1, LabelType, FrameType.UInt16),
            Probabilities = Result(
                targets.Probabilities, "memory for probabilities", width, height, Classes, FrameType.Float32, FrameType.UInt8),
            Confidence = Result(targets.Confidence, "memory for the confidence", width, height, 1, FrameType.Float32, FrameType.Float32),
            Margins = Result(targets.Margins, "memory for margins", width, height, groups, FrameType.Float32, FrameType.Float32),
        };
        Disjoint(laid, results, groups);
        return (laid, results);
    }

    /// <summary>Refuses results that lie over the frame or each other.</summary>
    private void Disjoint(in FrameMemory frame, in SegmentTargets results, int groups)
    {
        ReadOnlySpan<FrameMemory> all = [frame, results.Labels, results.Probabilities, results.Confidence, results.Margins];
        ReadOnlySpan<int> planes = [Shape.Channels, 1, Classes, 1, groups];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i + 1; j < all.Length; j++)
            {
                FrameChecks.Disjoint(all[i], planes[i], Names[i], all[j], planes[j], Names[j]);
            }
        }
    }

    /// <summary>Refuses results of a frame that lie over another frame or its results.</summary>
    private void ApartFrom(int frame, int other)
    {
        SegmentTargets mine = _targets[frame], theirs = _targets[other];
        ReadOnlySpan<FrameMemory> results = [mine.Labels, mine.Probabilities, mine.Confidence, mine.Margins];
        ReadOnlySpan<FrameMemory> all = [_frames[other], theirs.Labels, theirs.Probabilities, theirs.Confidence, theirs.Margins];
        ReadOnlySpan<int> planes = [Shape.Channels, 1, Classes, 1, FrameOutputs.Groups(Classes)];
        for (int i = 0; i < results.Length; i++)
        {
            for (int j = 0; j < all.Length; j++)
            {
                FrameChecks.Disjoint(results[i], planes[i + 1], Names[i + 1], all[j], planes[j], OtherNames[j]);
            }
        }
    }

    /// <summary>A result's memory with all strides said; the default where it is not wanted.</summary>
    private static FrameMemory Result(
        in FrameMemory memory, string what, int width, int height, int planes, FrameType type, FrameType other)
    {
        if (!memory.IsGiven)
        {
            return default;
        }
        if (memory.Type != type && memory.Type != other)
        {
            throw new FastSegException(
                $"The {what} is {memory.Type.Name()}; it must be {type.Name()}{(type == other ? "" : $" or {other.Name()}")}.");
        }
        return FrameChecks.Laid(memory, what, width, height, planes, interleaved: false);
    }

    /// <summary>Runs the frames: one after another on all threads, or each on a thread of its own.</summary>
    private void Run(int count, long pixels, Action<int, long> step)
    {
        Array.ForEach(_lanes, lane => Array.Clear(lane.ClassPixels));
        Watch.Begin(pixels);
        try
        {
            RunFrames(count, step);
        }
        catch (OperationCanceledException) when (Watch.Thrown is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
        foreach (FrameLane lane in _lanes)
        {
            for (int c = 0; c < _classPixels.Length; c++)
            {
                _classPixels[c] += lane.ClassPixels[c];
            }
        }
    }

    private void RunFrames(int count, Action<int, long> step)
    {
        if (_lanes.Length == 1)
        {
            for (int i = 0; i < count; i++)
            {
                Watch.Look(0);
                step(0, i);
            }
        }
        else
        {
            Workers.Run(_lanes.Length, count, _batch, step);
        }
    }

    private void SegmentFrame(int lane, long frame) => _lanes[lane].Segment(_kinds, _frames[frame], _targets[frame]);

    private void FeaturesOfFrame(int lane, long frame) => _lanes[lane].Features(_frames[frame], _planes[frame]);

    /// <summary>Makes the buffers of a kind of results in every lane, unless they are there. Returns the plan of all of them.</summary>
    private Plan Prepare(FrameKinds kinds)
    {
        Plan plan = _lanes[0].Prepare(kinds, null);
        foreach (FrameLane lane in _lanes.AsSpan(1))
        {
            lane.Prepare(kinds, plan);
        }
        return plan;
    }

    /// <summary>What each of the session's own threads does first.</summary>
    private void Settle(int worker)
    {
        SystemThread.Prefer(_options.Priority);
        if (_options.Cores is { Count: > 0 } cores)
        {
            SystemThread.Pin(cores[(worker - 1) % cores.Count]);
        }
    }
}
