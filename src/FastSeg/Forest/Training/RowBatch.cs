using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Native;

namespace FastSeg.Forest.Training;

/// <summary>
/// All rows of a training set as the one batch that XGBoost's data iterator gives: XGBoost reads the rows where they lie, in host or
/// device memory, and makes its bins of them. It goes over the batch several times, and asks for rows, labels and weights each time.
/// </summary>
internal sealed unsafe class RowBatch : IDisposable
{
    private readonly Action<DMatrixHandle> _give;
    private readonly DMatrixHandle _proxy;
    private bool _given;
    private Exception? _failure;

    private RowBatch(Action<DMatrixHandle> give)
    {
        _give = give;
        XgBoost.XGProxyDMatrixCreate(out _proxy).ThrowIfFailed("starting to take the rows");
    }

    /// <summary>Makes the matrix of bins that training works on.</summary>
    /// <param name="give">
    /// Sets rows, labels and weights on the proxy that it gets. XGBoost reads them before it asks for the batch again.
    /// </param>
    /// <param name="maxBin">Most bins a feature; the booster must be told the same.</param>
    /// <param name="threads">Threads that make them, where the rows are in host memory.</param>
    /// <exception cref="FastSegException">XGBoost failed, on its device or elsewhere.</exception>
    public static DMatrixHandle Bins(Action<DMatrixHandle> give, int maxBin, int threads)
    {
        using var batch = new RowBatch(give);
        GCHandle self = GCHandle.Alloc(batch);
        try
        {
            string config = $$"""{"missing":NaN,"nthread":{{threads}},"max_bin":{{maxBin}}}""";
            int result = XgBoost.XGQuantileDMatrixCreateFromCallback(
                GCHandle.ToIntPtr(self), batch._proxy, 0, &Reset, &Next, config, out DMatrixHandle matrix);
            if (batch._failure is { } failure)
            {
                // XGBoost's own message would only say that the iterator gave nothing; the failure says why.
                matrix.Dispose();
                throw failure;
            }
            result.ThrowIfFailed("taking the labelled rows");
            return matrix;
        }
        finally
        {
            self.Free();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _proxy.Dispose();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Reset(nint self) => Of(self)._given = false;

    /// <summary>Gives the batch, and at the next call its end. No exception may cross XGBoost's frames.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Next(nint self)
    {
        RowBatch batch = Of(self);
        if (batch._given || batch._failure is not null)
        {
            return 0;
        }
        try
        {
            batch._give(batch._proxy);
            batch._given = true;
            return 1;
        }
        catch (Exception e)
        {
            batch._failure = e;
            return 0;
        }
    }

    private static RowBatch Of(nint self) => (RowBatch)GCHandle.FromIntPtr(self).Target!;
}
