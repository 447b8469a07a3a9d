using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Images.Samples;
using FastSeg.Pages;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// One page of an image, opened for interactive work: what runs over it would find out anew each time is found once and kept. These are
/// mean and deviation of its samples, whether it is grey or has unfit samples, and its deep features at low resolution.
/// </summary>
/// <remarks>
/// The reader stays the caller's, who disposes it behind this. Several runs may use a prepared image at once. Measuring it and computing
/// its deep features are done one at a time; who comes second waits, and then finds them there. Memory for deep features is float32 for
/// each channel and cell, that is 2 bytes a pixel with 32 channels and patches of 8 pixels, and what
/// <see cref="SegmentOptions.KeepDeepBytes"/> allows.
/// </remarks>
public sealed class PreparedImage : IDisposable
{
    private readonly SemaphoreSlim _finding = new(1, 1);
    private readonly Lock _gate = new();
    private volatile PageSamples? _samples;
    private SharedMaps? _maps;
    private bool _disposed;

    /// <summary>Takes a page.</summary>
    /// <param name="image">The page; the caller keeps owning it.</param>
    /// <param name="key">
    /// The page's identity, which the caller chooses: a text that no other page has, and that changes when the page's content does. Kept
    /// feature rows and files of deep features hang on it.
    /// </param>
    /// <param name="samples">What <see cref="Measure"/> returned for the same page earlier; null where it was not measured.</param>
    /// <exception cref="ArgumentException">The samples are of another page, or the key is empty.</exception>
    public PreparedImage(ImageReader image, string key, PageSamples? samples = null)
    {
        (Image, Key) = (NarrowedImage.Of(NotNull(image)), NotNull(key));
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        _samples = samples?.Checked(image.Info);
    }

    /// <summary>The page; one of a wider type than float32 is read as float32 here.</summary>
    public ImageReader Image { get; }

    /// <summary>The page's identity.</summary>
    public string Key { get; }

    /// <summary>Size, type and origin of the page.</summary>
    public ImageInfo Info => Image.Info;

    /// <summary>What is known of all samples; null until the page was measured.</summary>
    public PageSamples? Samples => _samples;

    /// <summary>
    /// Bytes of the deep features that are held, at low resolution and, where <see cref="SegmentOptions.KeepDeepBytes"/> asks for it, at
    /// full resolution.
    /// </summary>
    public long DeepBytes
    {
        get
        {
            lock (_gate)
            {
                return _maps is null ? 0 : _maps.Maps.Maps.Sum(map => map.Values.Length) + _maps.Maps.Kept.Bytes;
            }
        }
    }

    /// <summary>
    /// Reads all samples once, unless they are known. Training needs them, and so does segmenting with a model that standardises the
    /// image or smooths; both measure the page themselves where nobody did.
    /// </summary>
    /// <param name="options">Threads, memory, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">
    /// The file is corrupt, a sample is not finite or too large for any filter, or memory is not enough.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled, also while it waited.</exception>
    public PageSamples Measure(ComputeOptions? options = null)
    {
        ComputeOptions how = options ?? new ComputeOptions();
        return _samples ?? Alone(how, () =>
        {
            if (_samples is null)
            {
                MemoryLimit.Check(PageSamples.Bytes(Image, how), $"to take mean and deviation of {Info.Name}", how);
                _samples = PageSamples.Of(Image, how);
            }
            return _samples;
        });
    }

    /// <summary>
    /// Computes the deep features at low resolution that a model needs, or reads them from a file, and holds them for all runs to come,
    /// until others are computed.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">Its transformer; the caller keeps owning it.</param>
    /// <param name="cache">
    /// A file that keeps them: read where it holds those of this page, backbone and settings, and otherwise written anew. Null for none.
    /// </param>
    /// <param name="options">Threads, memory, progress, cancellation; null for the defaults.</param>
    /// <returns>
    /// What it took. Its pixels are those that the transformer saw, 0 where nothing had to be computed; its note says why the file could
    /// not be written, where it could not.
    /// </returns>
    /// <exception cref="FastSegException">
    /// The backbone is not the model's, memory is not enough, the file of the image is corrupt, or ONNX Runtime failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled, also while it waited.</exception>
    public RunResult ComputeDeep(Model model, Backbone backbone, string? cache = null, ComputeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        if (NotNull(model).Deep is not { } deep)
        {
            throw new ArgumentException("The model has no deep features.", nameof(model));
        }
        ComputeOptions how = options ?? new ComputeOptions();
        var work = new MapsWork(deep, model.Features, model.Channels, backbone) { Cache = cache };
        using SharedMaps maps = Maps(work, how, out RunResult result);
        return result;
    }

    /// <summary>Frees the deep features at full resolution that <see cref="SegmentOptions.KeepDeepBytes"/> kept.</summary>
    public void ReleaseKept()
    {
        lock (_gate)
        {
            _maps?.Maps.Kept.Clear();
        }
    }

    /// <summary>Frees the deep features, as soon as no run uses them any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _maps?.Dispose();
            _maps = null;
        }
        _finding.Dispose();
    }

    /// <summary>Mean and deviation where a page that is standardised so needs them; null elsewhere.</summary>
    internal SampleStatistics? StatisticsFor(Standardisation mode, ComputeOptions options) =>
        mode == Standardisation.Image ? Measure(options).Statistics : null;

    /// <summary>The maps, held for the caller, who disposes them: those that are there, those of a file, or new ones.</summary>
    /// <param name="work">Which, and what computes them.</param>
    /// <param name="options">Threads, memory, progress, cancellation.</param>
    /// <param name="result">What it took.</param>
    internal SharedMaps Maps(MapsWork work, ComputeOptions options, out RunResult result)
    {
        long start = Stopwatch.GetTimestamp();
        SampleStatistics? samples = StatisticsFor(work.Features.Standardise, options with { Progress = null });
        string key = work.Key(Key, Info, samples);
        RunResult? found = null;
        SharedMaps maps = Held(key) ?? Alone(options, () => Held(key) ?? Keep(work.Find(Image, samples, key, options, out found)));
        result = found ?? new RunResult(0, [], [], Stopwatch.GetElapsedTime(start).TotalSeconds, ProcessMemory.Resident());
        return maps;
    }

    /// <summary>Those that are there, if they are the right ones.</summary>
    private SharedMaps? Held(string key)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _maps?.Key == key ? _maps.Hold() : null;
        }
    }

    /// <summary>Keeps new ones instead of the old ones.</summary>
    private SharedMaps Keep(SharedMaps maps)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                maps.Dispose();
                throw new ObjectDisposedException(nameof(PreparedImage));
            }
            _maps?.Dispose();
            _maps = maps;
            return maps.Hold()!;
        }
    }

    /// <summary>Finds something while nobody else does.</summary>
    private T Alone<T>(ComputeOptions options, Func<T> find)
    {
        _finding.Wait(options.Cancellation);
        try
        {
            return find();
        }
        finally
        {
            _finding.Release();
        }
    }
}
