namespace FastSeg;

/// <summary>Which plane of an OME-Zarr image is opened; numbers count from 0, as in Zarr.</summary>
/// <param name="T">The point in time; null for the first.</param>
/// <param name="Z">The slice in depth; null for the first.</param>
/// <param name="C">The channel; null for all of them.</param>
public sealed record PlaneSelection(int? T = null, int? Z = null, int? C = null)
{
    /// <summary>What sentences call it; a program with an option for it says its name instead.</summary>
    internal const string Words = "the plane's choice";
}
