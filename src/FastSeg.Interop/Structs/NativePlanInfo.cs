using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_plan_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativePlanInfo
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_plan_info";

    public nuint Size;
    public int Backend;
    public int Workers;
    public int Planes;
    public int Halo;
    public long Tiles;
    public long TileWidth;
    public long TileHeight;
    public long BufferBytes;
    public long ProcessBytes;
    public long PeakBytes;
    public long DeviceBytes;

    /// <summary>What a caller sees of a plan.</summary>
    public static NativePlanInfo Of(Plan plan, BackendKind backend) => new()
    {
        Backend = (int)backend,
        Workers = plan.Workers,
        Planes = plan.Planes,
        Halo = plan.Halo,
        Tiles = plan.Tiles,
        TileWidth = plan.TileWidth,
        TileHeight = plan.TileHeight,
        BufferBytes = plan.BufferBytes,
        ProcessBytes = plan.ProcessBytes,
        PeakBytes = plan.PeakBytes,
        DeviceBytes = plan.DeviceBytes,
    };
}
