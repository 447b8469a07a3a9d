using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>A DMatrix (rows, labels, weights), whose memory libxgboost owns.</summary>
internal sealed partial class DMatrixHandle : SafeHandle
{
    /// <summary>Makes an empty handle, which the call that creates the matrix fills in.</summary>
    public DMatrixHandle() : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => XGDMatrixFree(handle) == 0;

    // Imported here and not in XgBoost: nothing but the handle may free a matrix.
    [LibraryImport(XgBoostLibrary.Name)]
    private static partial int XGDMatrixFree(nint matrix);
}
