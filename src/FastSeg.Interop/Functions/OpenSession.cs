using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>A session behind a handle, its backbone, and where it reports.</summary>
internal sealed unsafe class OpenSession : IDisposable
{
    private static readonly DType[] Labels = [DType.UInt8, DType.UInt16], Probabilities = [DType.Float32, DType.UInt8],
        Planes = [DType.Float32, DType.Float16], Sums = [DType.Float32];

    private readonly Backbone? _backbone;
    private readonly DType[] _dtype;
    private readonly int _classes, _planes;
    private readonly Func<double, bool> _report;
    private delegate* unmanaged[Cdecl]<double, void*, int> _progress;
    private void* _user;
    private FrameMemory[] _frames = [], _planesOfFrames = [];
    private SegmentTargets[] _targets = [];

    /// <summary>Takes a session, and owns it and the backbone.</summary>
    public OpenSession(SegmentationSession session, Backbone? backbone)
    {
        (Session, _backbone) = (session, backbone);
        _classes = session.Model?.Classes.Count ?? 0;
        _planes = session.PlaneNames.Count;
        _dtype = [DTypes.Of(session.Shape.Type)];
        _report = done => _progress(done, _user) == 0;
    }

    /// <summary>The session.</summary>
    public SegmentationSession Session { get; }

    /// <summary>Sets where calls report; null for nowhere.</summary>
    public void SetProgress(delegate* unmanaged[Cdecl]<double, void*, int> progress, void* user)
    {
        _progress = progress;
        _user = user;
        Session.Progress = progress is null ? null : _report;
    }

    /// <summary>What makes the result of a frame doubtful.</summary>
    public IReadOnlyList<string> WarningsOf(NativeArray* frame) => Session.WarningsOf(Frame(Sized.Read(frame, NativeArray.Name)));

    /// <summary>Labels a frame.</summary>
    public void Segment(NativeArray* frame, NativeArray* labels)
    {
        RefuseWithoutModel();
        FrameMemory from = Frame(Sized.Read(frame, NativeArray.Name));
        Session.Segment(from, Result(Sized.Read(labels, NativeArray.Name), "The label array", 1, Labels, from));
    }

    /// <summary>Segments several frames.</summary>
    public void Segment(int count, NativeArray* frames, NativeTargets* targets)
    {
        RefuseWithoutModel();
        Room(ref _frames, count);
        Room(ref _targets, count);
        for (int i = 0; i < count; i++)
        {
            _frames[i] = Frame(Sized.Element(frames, i, NativeArray.Name));
            _targets[i] = Targets(Sized.Element(targets, i, NativeTargets.Name), _frames[i]);
        }
        Session.Segment(_frames.AsSpan(0, count), _targets.AsSpan(0, count));
    }

    /// <summary>Computes the planes of a frame.</summary>
    public void Features(NativeArray* frame, NativeArray* planes)
    {
        FrameMemory from = Frame(Sized.Read(frame, NativeArray.Name));
        Session.Features(from, Result(Sized.Read(planes, NativeArray.Name), "The array of planes", _planes, Planes, from));
    }

    /// <summary>Computes the planes of several frames.</summary>
    public void Features(int count, NativeArray* frames, NativeArray* planes)
    {
        Room(ref _frames, count);
        Room(ref _planesOfFrames, count);
        for (int i = 0; i < count; i++)
        {
            _frames[i] = Frame(Sized.Element(frames, i, NativeArray.Name));
            _planesOfFrames[i] = Result(Sized.Element(planes, i, NativeArray.Name), "The array of planes", _planes, Planes, _frames[i]);
        }
        Session.Features(_frames.AsSpan(0, count), _planesOfFrames.AsSpan(0, count));
    }

    /// <summary>How many pixels of the last call got each label.</summary>
    public void ClassPixels(long* pixels, int capacity, int* count)
    {
        RefuseWithoutModel();
        Arguments.Output(count, "the number of classes");
        Arguments.Count(capacity, 0, "classes that there is room for");
        *count = _classes;
        LibraryFunctions.CheckRoom(_classes, capacity, "classes");
        Arguments.Output(pixels, "the pixels of the classes");
        Session.ClassPixels.CopyTo(new Span<long>(pixels, _classes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        _backbone?.Dispose();
    }

    private static void Room<T>(ref T[] list, int count)
    {
        if (list.Length < count)
        {
            list = new T[count];
        }
    }

    private void RefuseWithoutModel()
    {
        if (Session.Model is null)
        {
            throw CallException.Argument("The session has no model, so it computes features only; open one with a model to segment.");
        }
    }

    private SegmentTargets Targets(in NativeTargets targets, in FrameMemory frame) => new()
    {
        Labels = Wanted(targets.Labels, "The label array", 1, Labels, frame),
        Probabilities = Wanted(targets.Probabilities, "The array of probabilities", _classes, Probabilities, frame),
        Confidence = Wanted(targets.Confidence, "The confidence array", 1, Sums, frame),
        Margins = Wanted(targets.Margins, "The array of margins", _classes == 2 ? 1 : _classes, Sums, frame),
    };

    private static FrameMemory Wanted(in NativeArray array, string what, int planes, DType[] types, in FrameMemory frame) =>
        array.Data is null ? default : Result(array, what, planes, types, frame);

    /// <summary>A frame that has the session's type and channels. Whether its size fits, the session checks.</summary>
    private FrameMemory Frame(in NativeArray array) =>
        Memory(ArrayLayout.Of(array, "The frame"), "The frame", Session.Shape.Channels, _dtype);

    /// <summary>Memory for a result of the frame's size.</summary>
    private static FrameMemory Result(in NativeArray array, string what, int planes, DType[] types, in FrameMemory frame)
    {
        ArrayLayout layout = ArrayLayout.Of(array, what);
        if (layout.Rows != frame.Height || layout.Columns != frame.Width)
        {
            throw CallException.Argument(
                $"{what} has {layout.Rows} rows and {layout.Columns} columns, but the frame {frame.Height} and {frame.Width}; "
                + "both must be the same.");
        }
        return Memory(layout, what, planes, types);
    }

    private static FrameMemory Memory(ArrayLayout layout, string what, int planes, DType[] types)
    {
        if (Array.IndexOf(types, layout.Dtype) < 0)
        {
            throw CallException.Argument(
                $"{what} is {layout.Dtype.Name()}; it must be {string.Join(" or ", types.Select(type => type.Name()))}.");
        }
        if (layout.Planes != planes)
        {
            throw CallException.Argument($"{what} has {layout.Planes} planes (its third axis); it must have {planes}.");
        }
        return new FrameMemory(layout.Data, layout.Dtype.ToFrame())
        {
            Width = layout.Columns,
            Height = layout.Rows,
            RowStride = layout.RowStride,
            PixelStride = layout.ColumnStride,
            PlaneStride = layout.PlaneStride,
        };
    }
}
