using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using KernelForest = FastSeg.Kernels.Forest;

namespace FastSeg.Forest;

/// <summary>
/// Applies a forest to bins on a GPU. Holds the forest's tables on the device and nothing else; it may serve several streams. All calls
/// come from the device's own thread.
/// </summary>
internal sealed class ForestGpu : IDisposable
{
    private readonly DeviceArena _arena;
    private readonly int _groupSize;
    private readonly ArrayView<BinRange> _features;
    private readonly ArrayView<BinPlane> _planes;
    private readonly ArrayView<BinNode> _nodes;
    private readonly ForestChunks _tables;
    private readonly ForestNodes _largeTables;
    private readonly Action<AcceleratorStream, KernelConfig, ForestChunks, ForestPixels>? _walk;
    private readonly Action<AcceleratorStream, KernelConfig, ForestNodes, ForestPixels>? _walkLarge;

    /// <summary>Uploads the forest's tables and compiles the kernel that walks them.</summary>
    public ForestGpu(GpuDevice device, DecisionForest forest)
    {
        ForestTablesGpu tables = ForestTablesGpu.Of(forest);
        _arena = new DeviceArena(device, tables.Bytes);
        BytePlanes = tables.Bins.Planes;
        Walk = tables.Walk;
        _groupSize = Math.Min(device.GroupSize, ForestTablesGpu.ThreadsOf(Walk));
        try
        {
            _features = Upload(tables.Bins.Search.Features);
            _planes = Upload(tables.Bins.Search.Planes);
            _nodes = Upload(tables.Bins.Search.Nodes);
            ArrayView<float> baseMargins = Upload(forest.BaseMargins);
            if (Walk == ForestWalk.Large)
            {
                _largeTables = new()
                {
                    Nodes = Upload(tables.Words),
                    Roots = Upload(tables.Runs),
                    GroupEnds = Upload(tables.Chunks),
                    BaseMargins = baseMargins,
                };
                device.Load(KernelForest.WalkLarge, out _walkLarge);
                return;
            }
            _tables = new()
            {
                Words = Upload(tables.Words),
                Runs = Upload(tables.Runs),
                Chunks = Upload(tables.Chunks),
                BaseMargins = baseMargins,
                ChunkCount = tables.Chunks.Length / ForestChunks.ChunkFields,
            };
            Action<ForestChunks, ForestPixels> kernel = Walk switch
            {
                ForestWalk.Few => KernelForest.WalkFew,
                ForestWalk.More => KernelForest.WalkMore,
                _ => KernelForest.WalkMost,
            };
            device.Load(kernel, out _walk);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Byte planes of the bins.</summary>
    public int BytePlanes { get; }

    /// <summary>How the trees are walked.</summary>
    public ForestWalk Walk { get; }

    /// <summary>Where filters bin the planes of their features.</summary>
    /// <param name="bins">Receives <see cref="BytePlanes"/> planes of bytes.</param>
    /// <param name="notANumber">One element, 0 before the tile; becomes 1 where a feature is not a number.</param>
    /// <param name="planeStride">Bytes from a byte plane to the next.</param>
    public BinSink Sink(ArrayView<byte> bins, ArrayView<int> notANumber, int planeStride) => new()
    {
        Bins = bins,
        Features = _features,
        Planes = _planes,
        Nodes = _nodes,
        NotANumber = notANumber,
        PlaneStride = planeStride,
    };

    /// <summary>Classes of pixels from their bins, and where wanted their margins; one launch, no scratch memory.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="bins">Byte planes x pixels, written through <see cref="Sink"/>.</param>
    /// <param name="planeStride">Bytes from a byte plane to the next.</param>
    /// <param name="pixels">Pixels.</param>
    /// <param name="labels">Receives a class a pixel, 0 .. classes - 1; see <see cref="Decision.Labels"/>.</param>
    /// <param name="margins">
    /// Receives groups x <paramref name="pixels"/> margins with XGBoost's bits; empty where they are not wanted.
    /// </param>
    public void Run(
        AcceleratorStream stream, ArrayView<byte> bins, int planeStride, int pixels, ArrayView<byte> labels, ArrayView<float> margins)
    {
        if (pixels == 0)
        {
            return;
        }
        var given = new ForestPixels
        {
            Bins = bins,
            Labels = labels,
            Margins = margins,
            PlaneStride = planeStride,
            Planes = BytePlanes,
            Pixels = pixels,
        };
        KernelConfig config = ((pixels + _groupSize - 1) / _groupSize, _groupSize);
        // The constructor compiled one of the two.
        _walk?.Invoke(stream, config, _tables, given);
        _walkLarge?.Invoke(stream, config, _largeTables, given);
    }

    /// <inheritdoc/>
    public void Dispose() => _arena.Dispose();

    private ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        ArrayView<T> view = _arena.Take((long)values.Length * Interop.SizeOf<T>()).Cast<T>();
        if (values.Length > 0)
        {
            view.CopyFromCPU(values);
        }
        return view;
    }
}
