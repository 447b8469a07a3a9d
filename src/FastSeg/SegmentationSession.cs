using FastSeg.Models;
using FastSeg.Sessions;

namespace FastSeg;

/// <summary>
/// Segments frame after frame from memory, or computes their features. Plan, buffers and threads are made once; after the first frame of a
/// size, with the same results wanted, a call allocates no managed memory and starts no thread. One thread at a time may call; several
/// sessions may run at once, and share a <see cref="Model"/>.
/// </summary>
/// <remarks>
/// Three kinds of models allocate in every call all the same, a few hundred kilobytes at most besides their buffers: those with deep
/// features, those that standardise samples by their neighbourhood, and safe smoothing without class weights.
/// </remarks>
public sealed class SegmentationSession : IDisposable
{
    private const string BarIsSeen =
        "The model leaves data bars out, but a session takes frames as they are; leave the rows of the bar out of the frames.";

    private readonly FrameWork _work;
    private int _inUse;

    /// <summary>Plans for a model and a shape, and makes buffers and threads.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shape">What frames look like.</param>
    /// <param name="options">Threads, memory, backend, smoothing; null for the defaults.</param>
    /// <param name="backbone">
    /// The backbone that the model was trained with; null for a model without deep features. The caller keeps owning it.
    /// </param>
    /// <exception cref="FastSegException">
    /// The shape, an option or the backbone does not fit, the device is not there, or the memory is not enough.
    /// </exception>
    public SegmentationSession(Model model, FrameShape shape, FrameOptions? options = null, Backbone? backbone = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(shape);
        Model = model;
        Options = options ?? new FrameOptions();
        var check = new DataCheck(model, model.Features.Standardise, Options.Samples is not null);
        Warnings = [.. check.OfType("A frame", shape.Type), .. model.Features.DataBar == DataBar.Auto ? (string[])[BarIsSeen] : []];
        _work = new FrameWork(new FrameJob(model, backbone, model.Features, model.ChannelSet), shape, Options);
    }

    private SegmentationSession(FeatureSpec features, FrameShape shape, FrameOptions? options)
    {
        Options = options ?? new FrameOptions();
        _work = new FrameWork(new FrameJob(null, null, features, shape.Read(null)), shape, Options);
    }

    /// <summary>The model that is applied; null where only features are computed.</summary>
    public Model? Model { get; }

    /// <summary>
    /// What makes results for all frames of this shape doubtful, a sentence each, as in <see cref="RunResult.Warnings"/>. Before the first
    /// frame only the type is known; <see cref="WarningsOf"/> looks at a frame.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; } = [];

    /// <summary>What frames look like.</summary>
    public FrameShape Shape => _work.Shape;

    /// <summary>How the session works.</summary>
    public FrameOptions Options { get; }

    /// <summary>Names of the feature planes, in their order.</summary>
    public IReadOnlyList<string> PlaneNames => _work.PlaneNames;

    /// <summary>What computes; never auto.</summary>
    public BackendKind Backend => _work.Backend;

    /// <summary>Tiles, buffers and peak memory of what the session does first: labels alone, or features where it has no model.</summary>
    public Plan Plan => _work.Plan;

    /// <summary>
    /// Receives the fraction of the call that is done, 0 to 1, and returns whether to go on. It is called on the calling thread only, at
    /// least every 50 ms while the processor computes. Null where nobody asks.
    /// </summary>
    public Func<double, bool>? Progress { get; set; }

    /// <summary>Pixels of each class in the frame, or in all frames, of the last call; in the order of the model's classes.</summary>
    public ReadOnlySpan<long> ClassPixels => _work.ClassPixels;

    /// <summary>A session that computes features without a model. Frames of several channels give the planes of each.</summary>
    /// <param name="features">Which features.</param>
    /// <param name="shape">What frames look like.</param>
    /// <param name="options">Threads, memory, backend; null for the defaults.</param>
    /// <exception cref="FastSegException">
    /// The shape or an option does not fit, the device is not there, or the memory is not enough.
    /// </exception>
    public static SegmentationSession OfFeatures(FeatureSpec features, FrameShape shape, FrameOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(shape);
        return new SegmentationSession(features, shape, options);
    }

    /// <summary>
    /// Runs one frame of zeros, so that the code of all loops is compiled and all memory touched before the first real frame comes.
    /// </summary>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public void WarmUp()
    {
        using Entry entry = Enter(default);
        _work.WarmUp();
    }

    /// <summary>
    /// Compares a frame with what the model was trained on, as a run over an image does, from a few rows of it: its type and range where
    /// samples reach the filters as they are stored or by <see cref="FrameOptions.Samples"/>, and otherwise whether it is clipped, constant
    /// or has samples far out. Segmenting looks at nothing of this, so that no frame pays for it; a caller asks as often as he likes.
    /// </summary>
    /// <param name="frame">The frame; only read.</param>
    /// <returns>A sentence each; none where nothing is doubtful, or there is no model.</returns>
    /// <exception cref="FastSegException">The frame does not fit the session, or a sample is not finite or too large.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public IReadOnlyList<string> WarningsOf(in FrameMemory frame)
    {
        using Entry entry = Enter(default);
        return Model is not { } model || _work.Look(frame) is not { } found
            ? []
            : new DataCheck(model, model.Features.Standardise, Options.Samples is not null).Of("The frame", found).Sentences;
    }

    /// <summary>Labels every pixel of a frame.</summary>
    /// <param name="frame">The frame; only read.</param>
    /// <param name="labels">Receives the labels: uint8, or uint16 for kept values above 255.</param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">
    /// Frame or labels do not fit the session, they overlap, or a sample is not finite or too large; nothing is promised of the labels
    /// then.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public void Segment(in FrameMemory frame, in FrameMemory labels, CancellationToken cancellation = default) =>
        Segment([frame], [new SegmentTargets { Labels = labels }], cancellation);

    /// <summary>Segments a frame into any of labels, probabilities, confidence and margins.</summary>
    /// <param name="frame">The frame; only read.</param>
    /// <param name="targets">Receives the results.</param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">As for labels alone.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public void Segment(in FrameMemory frame, in SegmentTargets targets, CancellationToken cancellation = default) =>
        Segment([frame], [targets], cancellation);

    /// <summary>Segments several frames.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="targets">Receives the results, as many as there are frames; the same kinds for each.</param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">As for one frame.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public void Segment(
        ReadOnlySpan<FrameMemory> frames, ReadOnlySpan<SegmentTargets> targets, CancellationToken cancellation = default)
    {
        using Entry entry = Enter(cancellation);
        _work.Segment(frames, targets);
    }

    /// <summary>Labels every pixel of a frame whose rows have no padding.</summary>
    /// <typeparam name="T">byte, ushort, short or float, as the session's shape says.</typeparam>
    /// <param name="frame">Height x Width x Channels samples.</param>
    /// <param name="labels">Receives Height x Width labels.</param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">As for memory behind a pointer; also where a span is too short.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public unsafe void Segment<T>(ReadOnlySpan<T> frame, Span<byte> labels, CancellationToken cancellation = default) where T : unmanaged
    {
        FrameChecks.Length("frame", frame.Length, (long)Shape.Width * Shape.Height * Shape.Channels);
        FrameChecks.Length("memory for labels", labels.Length, (long)Shape.Width * Shape.Height);
        fixed (T* from = frame)
        fixed (byte* to = labels)
        {
            Segment(new FrameMemory((nint)from, FrameTypes.Of<T>()), new FrameMemory((nint)to, FrameType.UInt8), cancellation);
        }
    }

    /// <summary>Computes the feature planes of a frame, straight into the caller's memory.</summary>
    /// <param name="frame">The frame; only read.</param>
    /// <param name="planes">
    /// Receives a plane for each of <see cref="PlaneNames"/>: float32 or float16, planes one after the other or, by its strides,
    /// interleaved.
    /// </param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">As for labels.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public void Features(in FrameMemory frame, in FrameMemory planes, CancellationToken cancellation = default) =>
        Features([frame], [planes], cancellation);

    /// <summary>Computes the feature planes of several frames.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="planes">Receives the planes, as many stacks as there are frames.</param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">As for labels.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public void Features(ReadOnlySpan<FrameMemory> frames, ReadOnlySpan<FrameMemory> planes, CancellationToken cancellation = default)
    {
        using Entry entry = Enter(cancellation);
        _work.Features(frames, planes);
    }

    /// <summary>Computes the feature planes of a frame whose rows have no padding, one plane after the other.</summary>
    /// <typeparam name="T">byte, ushort, short or float, as the session's shape says.</typeparam>
    /// <param name="frame">Height x Width x Channels samples.</param>
    /// <param name="planes">Receives planes x Height x Width values.</param>
    /// <param name="cancellation">Stops the call within a band of 16 rows.</param>
    /// <exception cref="FastSegException">As for memory behind a pointer; also where a span is too short.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SessionBusyException">Another call is in the session.</exception>
    public unsafe void Features<T>(ReadOnlySpan<T> frame, Span<float> planes, CancellationToken cancellation = default) where T : unmanaged
    {
        FrameChecks.Length("frame", frame.Length, (long)Shape.Width * Shape.Height * Shape.Channels);
        FrameChecks.Length("memory for planes", planes.Length, (long)Shape.Width * Shape.Height * PlaneNames.Count);
        fixed (T* from = frame)
        fixed (float* to = planes)
        {
            Features(new FrameMemory((nint)from, FrameTypes.Of<T>()), new FrameMemory((nint)to, FrameType.Float32), cancellation);
        }
    }

    /// <summary>Frees buffers and ends the threads.</summary>
    /// <exception cref="SessionBusyException">Another call is in the session; it goes on.</exception>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _inUse, 1, 0) != 0)
        {
            throw new SessionBusyException();
        }
        try
        {
            _work.Dispose();
        }
        finally
        {
            Volatile.Write(ref _inUse, 0);
        }
    }

    private Entry Enter(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref _inUse, 1, 0) != 0)
        {
            throw new SessionBusyException();
        }
        if (_work.IsDisposed)
        {
            Volatile.Write(ref _inUse, 0);
            throw new ObjectDisposedException(nameof(SegmentationSession));
        }
        (_work.Watch.Cancellation, _work.Watch.Progress) = (cancellation, Progress);
        return new Entry(this);
    }

    /// <summary>A call that is in the session.</summary>
    private readonly ref struct Entry(SegmentationSession session)
    {
        public void Dispose() => Volatile.Write(ref session._inUse, 0);
    }
}
