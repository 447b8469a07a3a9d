using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Runs;

namespace FastSeg.Sessions;

/// <summary>
/// One kind of results of one frame after another: the plan, the backend and the workers are made once. Running allocates nothing on the
/// processor.
/// </summary>
internal sealed class FramePass : IFramePass
{
    private readonly FrameReader _reader;
    private readonly ComputeOptions _options;
    private readonly SampleStatistics? _known;
    private readonly SampleStatisticsPass? _statistics;
    private readonly Backend _backend;
    private readonly TileWorker[] _workers;
    private readonly Action<int, long> _step;
    private TileGrid _grid;

    /// <summary>Plans, and allocates all buffers.</summary>
    /// <param name="reader">The frames.</param>
    /// <param name="work">What is computed of a frame.</param>
    /// <param name="options">The team, memory, backend.</param>
    /// <param name="shape">Columns and rows of a tile.</param>
    /// <param name="outputBytes">Bytes of a worker's results, given a tile's core.</param>
    /// <param name="makeWorker">Makes a worker.</param>
    /// <param name="lanes">How many passes like this one the session has; the first one plans for all.</param>
    /// <param name="known">That plan, for the others; null for the first.</param>
    /// <exception cref="FastSegException">The device is not there, or the memory is not enough.</exception>
    public FramePass(
        FrameReader reader, Work work, ComputeOptions options, (long Width, long Height) shape, Func<Region, long> outputBytes,
        Func<Plan, Work, TileWorker> makeWorker, int lanes, Plan? known)
    {
        (_reader, _options, _known) = (reader, options, work.Samples);
        BackendFactory factory = BackendChoice.Choose(options.Backend);
        Plan = known ?? new Planner(work, reader.Info.Bounds, factory, outputBytes, _ => [], null)
        {
            Shape = factory.Kind == BackendKind.Cpu ? shape : null,
            Copies = lanes,
        }.Make(options);
        _step = Step;
        _workers = new TileWorker[Plan.Workers];
        _backend = factory.Create(Plan, work, null);
        try
        {
            for (int i = 0; i < _workers.Length; i++)
            {
                _workers[i] = makeWorker(Plan, work);
            }
            bool takes = work.NeedsSamples && _known is null;
            _statistics = takes ? new SampleStatisticsPass(reader, null, Plan.Workers) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Plan Plan { get; }

    /// <inheritdoc/>
    public void Run(long[] classPixels)
    {
        SampleStatistics? samples = _statistics?.Run(_options).Statistics ?? _known;
        Region area = _reader.Info.Bounds;
        foreach (TileWorker worker in _workers)
        {
            worker.Begin(area, samples);
            // What a call that failed has counted is none of this frame.
            (worker as SegmentWorker)?.ClassPixels.AsSpan().Clear();
        }
        _grid = new TileGrid(area, Plan.TileWidth, Plan.TileHeight);
        Workers.Run(_workers.Length, _grid.Count, _options, _step);
        foreach (TileWorker worker in _workers)
        {
            if (worker is SegmentWorker segment)
            {
                segment.MoveClassPixels(classPixels);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statistics?.Dispose();
        Array.ForEach(_workers, worker => worker?.Dispose());
        _backend.Dispose();
    }

    private void Step(int worker, long index) => _workers[worker].Step(_backend, worker, _grid[index]);
}
