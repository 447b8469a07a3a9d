using System.Buffers;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Live;

/// <summary>
/// The steps of the live loop: train on the present labels, and segment one part after the other. The loop's thread takes them; only
/// <see cref="Moved"/> may be called from others.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="pages">The pages; disposed with this object.</param>
/// <param name="trainer">What trains; disposed with this object.</param>
/// <param name="overlays">Where the labels go.</param>
/// <param name="threads">Worker threads; 0 takes one for each core.</param>
internal sealed class LiveWork(Project project, LivePages pages, LiveTrainer trainer, LiveOverlays overlays, int threads) : IDisposable
{
    /// <summary>How often progress is told.</summary>
    private const double ProgressSeconds = 0.1;

    /// <summary>Pixels of a page by which it is compared with others.</summary>
    private const long MostScored = 1L << 20;

    /// <summary>
    /// Most bytes of deep features at full resolution that are kept of the page that is looked at: 4 Mpx of 32 channels, all that is
    /// segmented before the status says so. A stroke then costs the trees alone, not the upsampler.
    /// </summary>
    private const long MostKept = LiveLoop.MostOnScreen * 32 * sizeof(float);

    private readonly Lock _lock = new();
    private PreparedImage? _keeping;
    private CancellationTokenSource? _running;
    private (string Image, int Page, Region Region) _part;
    private IReadOnlyList<LabelledSnapshot> _trained = [];
    private ProjectSettings? _settings;
    private long _version;
    private (LiveModel Model, Segmenter Segmenter)? _segmenter;

    /// <summary>Tells what is being done.</summary>
    public event Action<LiveStatus>? Said;

    /// <summary>Tells that a part of a page is segmented.</summary>
    public event Action<OverlayPart>? Segmented;

    /// <summary>Most bytes that the process may use; 0 sets no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Where the labels go.</summary>
    public LiveOverlays Overlays => overlays;

    /// <summary>Trains where labels or settings changed since the last training.</summary>
    /// <param name="stale">What a new stroke cancels.</param>
    /// <param name="end">What the end of the studio cancels.</param>
    /// <returns>Whether there is a model.</returns>
    public bool Train(CancellationToken stale, CancellationToken end)
    {
        long version = project.Version;
        ProjectSettings settings = project.Settings;
        IReadOnlyList<LabelledSnapshot> labels = Labels();
        if (pages.CloseChanged())
        {
            _trained = [];
        }
        if (settings == _settings && labels.SequenceEqual(_trained))
        {
            // A new name or colour is a new version of the project, and the model is up to date with it.
            _version = version;
            return overlays.Model(Which.Live) is not null;
        }
        if (LiveTrainer.Missing(labels) is { } missing)
        {
            (_trained, _settings) = (labels, settings);
            overlays.Take(null);
            Said?.Invoke(new LiveStatus(LiveState.Needs, missing) { Version = version });
            return false;
        }
        LiveStatus training = new(LiveState.Training, "training") { Version = version };
        Said?.Invoke(training);
        void Prepare(PreparedImage page, string image, int number)
        {
            if (PrepareFor(page, image, number, end))
            {
                Said?.Invoke(training);
            }
        }
        LiveModel model = trainer.Train(labels, version, Prepare, Options(stale));
        (_trained, _settings, _version) = (labels, settings, version);
        overlays.Take(model);
        return true;
    }

    /// <summary>Finds out what segmenting a page needs, so that the first strokes do not wait for it.</summary>
    public void Prepare(View view)
    {
        using CancellationTokenSource running = Begin(view, view.Region, default);
        try
        {
            PrepareFor(pages.Get(view.Image, view.Page), view.Image, view.Page, running.Token);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Segments the next part of what is wanted of a page.</summary>
    /// <param name="view">What is looked at.</param>
    /// <param name="wanted">Which part of the page is wanted.</param>
    /// <param name="stale">What a new stroke cancels.</param>
    /// <returns>Whether anything was missing; also where the view moved away while it was computed.</returns>
    /// <exception cref="OperationCanceledException">A new stroke came.</exception>
    public bool Next(View view, Region wanted, CancellationToken stale)
    {
        stale.ThrowIfCancellationRequested();
        return Next(Which.Live, view, wanted, stale) || (view.Compare && Next(Which.Before, view, wanted, stale));
    }

    /// <summary>
    /// How uncertain a model is of the middle of a page, of a megapixel at most; null where the page cannot be read, which the page says
    /// when it is opened.
    /// </summary>
    /// <exception cref="OperationCanceledException">A new stroke came.</exception>
    public double? MeanUncertainty(LiveModel model, string image, int number, CancellationToken stale)
    {
        try
        {
            PreparedImage page = pages.Get(image, number);
            PrepareFor(page, image, number, stale);
            Region middle = LiveLoop.Part(page.Info.Bounds, MostScored);
            float[] confidence = new float[middle.Pixels];
            SegmenterOf(model).Segment(
                page, middle, new byte[middle.Pixels], confidence, new SegmentOptions { Smoothing = model.Smoothing }, Options(stale));
            return 1 - confidence.Average(value => (double)value);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null;
        }
        finally
        {
            pages.Trim(0);
        }
    }

    /// <summary>What the status says when all that is on screen is up to date.</summary>
    public LiveStatus UpToDate(View view)
    {
        LiveModel? model = overlays.Model(Which.Live);
        return new LiveStatus(LiveState.Segmented, "segmented")
        {
            Model = model?.Number ?? 0,
            Version = model is null ? 0 : _version,
            Image = view.Image,
            Page = view.Page,
            Note = model?.Note ?? "",
        };
    }

    /// <summary>Cancels what is computed where it is not looked at any more.</summary>
    public void Moved(View? view)
    {
        lock (_lock)
        {
            bool seen = view is not null && view.Image == _part.Image && view.Page == _part.Page
                && !view.Region.Intersect(_part.Region).IsEmpty;
            if (!seen)
            {
                _running?.Cancel();
            }
        }
    }

    /// <summary>
    /// Trains and segments a small picture, so that the code is compiled and the threads are there when the first stroke comes.
    /// </summary>
    public void WarmUp()
    {
        const int Side = 128;
        byte[] samples = new byte[Side * Side];
        new Random(1).NextBytes(samples);
        using var image = MemoryImage.FromMemory<byte>(samples, Side, Side);
        using var page = new PreparedImage(image, "warm-up");
        using var training = new InteractiveTraining(0, project.Settings.Features(), project.Settings.Training());
        long[] positions = [.. Enumerable.Range(0, 200).Select(i => i * 80L)];
        byte[] values = [.. positions.Select(position => (byte)(1 + (samples[position] >> 7)))];
        Model model = training.Train([new LabelledPage(page, positions, values)]).Model;
        new Segmenter(model).Segment(page, image.Info.Bounds, new byte[Side * Side]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        trainer.Dispose();
        pages.Dispose();
    }

    private IReadOnlyList<LabelledSnapshot> Labels() =>
    [
        .. from page in project.Labelled
           where project.Images.Any(image => image.Id == page.Image && image.Failure is null)
           select new LabelledSnapshot(page.Image, page.Page, project.Labels(page.Image, page.Page)),
    ];

    private bool Next(Which which, View view, Region wanted, CancellationToken stale)
    {
        if (overlays.Model(which) is not { } model)
        {
            return false;
        }
        PreparedImage page = pages.Get(view.Image, view.Page);
        OverlayCanvas labels = overlays.Canvas(which, model, false, view.Image, view.Page, page.Info);
        OverlayCanvas? uncertainty = view.Uncertainty
            ? overlays.Canvas(which, model, true, view.Image, view.Page, page.Info)
            : null;
        if (MissingCells.Next(uncertainty ?? labels, wanted) is not { } part)
        {
            return false;
        }
        using CancellationTokenSource running = Begin(view, part, stale);
        try
        {
            PrepareFor(page, view.Image, view.Page, running.Token);
            if (!view.Region.Intersect(part).IsEmpty)
            {
                Said?.Invoke(new LiveStatus(LiveState.Segmenting, "segmenting")
                {
                    Model = model.Number,
                    Version = model.Version,
                    Image = view.Image,
                    Page = view.Page,
                });
            }
            Segment(model, page, part, labels, uncertainty, KeptOf(page, view.Region, part), running.Token);
        }
        catch (OperationCanceledException) when (!stale.IsCancellationRequested)
        {
            return true;
        }
        finally
        {
            End();
        }
        bool done = MissingCells.Next(uncertainty ?? labels, view.Region) is null;
        Segmented?.Invoke(new OverlayPart(view.Image, view.Page, which, model.Number, part, done));
        return true;
    }

    /// <summary>
    /// Bytes of deep features that may be kept: of the page that is looked at alone, and of what is on screen, since what lies around it
    /// would take its place.
    /// </summary>
    private long KeptOf(PreparedImage page, Region seen, Region part)
    {
        if (seen.Intersect(part).IsEmpty)
        {
            return 0;
        }
        if (_keeping != page)
        {
            _keeping?.ReleaseKept();
            _keeping = page;
        }
        return MostKept;
    }

    private void Segment(
        LiveModel model, PreparedImage page, Region part, OverlayCanvas labels, OverlayCanvas? uncertainty, long kept,
        CancellationToken cancellation)
    {
        int pixels = checked((int)part.Pixels);
        byte[] values = ArrayPool<byte>.Shared.Rent(pixels);
        float[] confidence = uncertainty is null ? [] : ArrayPool<float>.Shared.Rent(pixels);
        try
        {
            var how = new SegmentOptions { KeepValues = true, Smoothing = model.Smoothing, KeepDeepBytes = kept };
            SegmenterOf(model).Segment(
                page, part, values.AsSpan(0, pixels), uncertainty is null ? [] : confidence.AsSpan(0, pixels), how, Options(cancellation));
            labels.Put(part, values.AsSpan(0, pixels));
            if (uncertainty is not null)
            {
                Uncertainty.Of(confidence.AsSpan(0, pixels), model.Model.Classes.Count, values);
                uncertainty.Put(part, values.AsSpan(0, pixels));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(values);
            if (uncertainty is not null)
            {
                ArrayPool<float>.Shared.Return(confidence);
            }
        }
    }

    private Segmenter SegmenterOf(LiveModel model)
    {
        if (_segmenter?.Model != model)
        {
            _segmenter = (model, new Segmenter(model.Model, model.Backbone));
        }
        return _segmenter.Value.Segmenter;
    }

    /// <summary>
    /// Measures a page, and computes its deep features, where these are needed and not known. Returns whether anything was computed.
    /// </summary>
    private bool PrepareFor(PreparedImage page, string image, int number, CancellationToken cancellation)
    {
        bool worked = false;
        Telling Tell(string what) => new(ProgressSeconds, fraction =>
        {
            worked = true;
            Said?.Invoke(new LiveStatus(LiveState.Measuring, what) { Image = image, Page = number, Fraction = fraction });
        });
        ComputeOptions options = Options(cancellation);
        pages.Measure(page, options with { Progress = Tell("measuring the image's mean and deviation") });
        if (trainer.Deep is { } deep)
        {
            deep.ComputeDeep(page, pages.DeepFile(page), options with { Progress = Tell("computing the image's deep features") });
        }
        return worked;
    }

    private CancellationTokenSource Begin(View view, Region part, CancellationToken stale)
    {
        lock (_lock)
        {
            _part = (view.Image, view.Page, part);
            return _running = CancellationTokenSource.CreateLinkedTokenSource(stale);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _running = null;
        }
    }

    private ComputeOptions Options(CancellationToken cancellation) =>
        new() { Threads = threads, Memory = Memory, Cancellation = cancellation };
}
