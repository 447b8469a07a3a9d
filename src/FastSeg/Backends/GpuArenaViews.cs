using FastSeg.Gpu;
using ILGPU;

namespace FastSeg.Backends;

/// <summary>Views of one half of the arena: one tile's way over the device.</summary>
internal sealed class GpuArenaViews
{
    /// <summary>Carves the rooms in their order.</summary>
    public GpuArenaViews(DeviceArena arena, GpuArenaLayout rooms)
    {
        Samples = arena.Take(rooms.Samples);
        Scratch = arena.Take(rooms.Scratch);
        Planes = arena.Take(rooms.Planes).Cast<float>();
        Bins = arena.Take(rooms.Bins);
        Labels = arena.Take(rooms.Labels);
        Margins = arena.Take(rooms.Margins).Cast<float>();
        Flag = arena.Take(GpuArenaLayout.Flag).SubView(0, sizeof(int)).Cast<int>();
        Guidance = arena.Take(rooms.Guidance);
        Upsampling = arena.Take(rooms.Upsampling);
        Positions = arena.Take(rooms.Positions).Cast<int>();
        Rows = arena.Take(rooms.Rows).Cast<float>();
    }

    /// <summary>The tile's samples.</summary>
    public ArrayView<byte> Samples { get; }

    /// <summary>What the filters work in.</summary>
    public ArrayView<byte> Scratch { get; }

    /// <summary>Float planes.</summary>
    public ArrayView<float> Planes { get; }

    /// <summary>Byte planes.</summary>
    public ArrayView<byte> Bins { get; }

    /// <summary>Classes.</summary>
    public ArrayView<byte> Labels { get; }

    /// <summary>Margins.</summary>
    public ArrayView<float> Margins { get; }

    /// <summary>1 where a feature is not a number.</summary>
    public ArrayView<int> Flag { get; }

    /// <summary>Samples that a learned upsampler looks at.</summary>
    public ArrayView<byte> Guidance { get; }

    /// <summary>What it works in.</summary>
    public ArrayView<byte> Upsampling { get; }

    /// <summary>Labelled pixels.</summary>
    public ArrayView<int> Positions { get; }

    /// <summary>Their rows.</summary>
    public ArrayView<float> Rows { get; }
}
