using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Common;
using FastSeg.Native;

namespace FastSeg.Forest.Growing;

/// <summary>The rows as trees grow on them: a column of bins for each feature, a byte a row, and the cuts between its bins.</summary>
internal sealed unsafe class BinnedRows : IDisposable
{
    /// <summary>Features whose columns are taken out of the rows together: a quarter of a cache line of each row.</summary>
    private const int Together = 4;

    /// <summary>Entries of the table that a value is looked up in; cuts, and infinity behind them.</summary>
    private const int Table = 256;

    private readonly HostBuffer _bins;
    private readonly float[][] _cuts;

    /// <summary>Finds the cuts of every feature and the bin of every value.</summary>
    /// <param name="rows">Row-major, finite.</param>
    /// <param name="count">Rows.</param>
    /// <param name="features">Features of a row.</param>
    /// <param name="maxBin">Most bins of a feature, 2 to 256.</param>
    /// <param name="options">Threads (on which nothing depends) and cancellation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public BinnedRows(float* rows, int count, int features, int maxBin, ComputeOptions options)
    {
        Count = count;
        _cuts = new float[features][];
        _bins = new HostBuffer((long)count * features);
        int groups = (features + Together - 1) / Together, workers = Math.Min(options.WorkerCount, groups);
        using var scratch = new HostBuffer(ScratchBytes(count, workers));
        float* spare = (float*)scratch.Pointer;
        try
        {
            Workers.Run(workers, groups, options with { Progress = null }, (worker, group) =>
                Bin(rows, features, (int)group * Together, maxBin, spare + ((long)worker * (Together + 2) * count)));
        }
        catch
        {
            _bins.Dispose();
            throw;
        }
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Features of a row.</summary>
    public int Features => _cuts.Length;

    /// <summary>Most bytes that are held, while the bins are found or after.</summary>
    public static long Bytes(long count, int features, int workers) => (count * features) + ScratchBytes(count, workers);

    /// <summary>The bins of a feature, row after row.</summary>
    public byte* Column(int feature) => _bins.Pointer + ((long)feature * Count);

    /// <summary>The cuts of a feature: bin b holds values from cut b - 1 up to, but not with, cut b.</summary>
    public float[] Cuts(int feature) => _cuts[feature];

    /// <inheritdoc/>
    public void Dispose() => _bins.Dispose();

    private static long ScratchBytes(long count, int workers) => count * workers * (Together + 2) * sizeof(float);

    /// <summary>Finds cuts and bins of neighbouring features.</summary>
    /// <param name="rows">Row 0.</param>
    /// <param name="stride">Features of a row.</param>
    /// <param name="first">The first of the features.</param>
    /// <param name="maxBin">Most bins.</param>
    /// <param name="scratch">Columns of the features, one that is sorted and a spare one.</param>
    private void Bin(float* rows, int stride, int first, int maxBin, float* scratch)
    {
        int features = Math.Min(Together, stride - first);
        TakeColumns(rows + first, stride, features, scratch);
        float* sorted = scratch + ((long)Together * Count), spare = sorted + Count;
        for (int i = 0; i < features; i++)
        {
            float* column = scratch + ((long)i * Count);
            new ReadOnlySpan<float>(column, Count).CopyTo(new Span<float>(sorted, Count));
            FloatSort.Sort(sorted, spare, Count);
            float[] cuts = FeatureCuts.Of(new ReadOnlySpan<float>(sorted, Count), maxBin);
            _cuts[first + i] = cuts;
            LookUp(column, cuts, Column(first + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeColumns(float* rows, int stride, int features, float* columns)
    {
        for (int row = 0; row < Count; row++)
        {
            for (int i = 0; i < features; i++)
            {
                columns[((long)i * Count) + row] = rows[((long)row * stride) + i];
            }
        }
    }

    /// <summary>
    /// The bin of each value: how many cuts are not above it, found by halves, for eight values at once. One value after the other takes
    /// three times as long, since which half it lies in cannot be guessed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LookUp(float* column, float[] cuts, byte* bins)
    {
        float* table = stackalloc float[Table];
        new Span<float>(table, Table).Fill(float.PositiveInfinity);
        cuts.CopyTo(new Span<float>(table, Table));
        int half = (int)BitOperations.RoundUpToPowerOf2((uint)cuts.Length + 1) / 2, row = 0;
        for (; row <= Count - Vector256<float>.Count; row += Vector256<float>.Count)
        {
            Vector256<float> value = Vector256.Load(column + row);
            Vector256<int> bin = Vector256<int>.Zero;
            for (int step = half; step > 0; step /= 2)
            {
                Vector256<float> cut = Avx2.GatherVector256(table + step - 1, bin, sizeof(float));
                bin += Vector256.LessThanOrEqual(cut, value).AsInt32() & Vector256.Create(step);
            }
            Vector128<ushort> narrow = Vector128.Narrow(bin.GetLower().AsUInt32(), bin.GetUpper().AsUInt32());
            *(ulong*)(bins + row) = Vector128.Narrow(narrow, narrow).AsUInt64()[0];
        }
        for (; row < Count; row++)
        {
            int bin = 0;
            for (int step = half; step > 0; step /= 2)
            {
                bin += table[bin + step - 1] <= column[row] ? step : 0;
            }
            bins[row] = (byte)bin;
        }
    }
}
