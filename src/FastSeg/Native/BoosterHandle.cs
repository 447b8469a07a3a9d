using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>A booster (parameters and trees), whose memory libxgboost owns.</summary>
internal sealed partial class BoosterHandle : SafeHandle
{
    /// <summary>Makes an empty handle, which the call that creates the booster fills in.</summary>
    public BoosterHandle() : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => XGBoosterFree(handle) == 0;

    // Imported here and not in XgBoost: nothing but the handle may free a booster.
    [LibraryImport(XgBoostLibrary.Name)]
    private static partial int XGBoosterFree(nint booster);
}
