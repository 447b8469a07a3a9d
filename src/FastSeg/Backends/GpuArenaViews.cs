using FastSeg.Gpu;
using ILGPU;

namespace FastSeg.Backends;

/// <summary>
/// Views of one slot of the arena, which holds everything that one tile needs on the device. They are valid as long as the arena. Each view
/// has the size of the largest tile; a smaller tile uses its beginning.
/// </summary>
internal sealed class GpuArenaViews
{
    /// <summary>Takes one slot from the arena, buffer after buffer in the order of the layout.</summary>
    public GpuArenaViews(DeviceArena arena, GpuArenaLayout layout)
    {
        Samples = arena.Take(layout.Samples);
        Scratch = arena.Take(layout.Scratch);
        Planes = arena.Take(layout.Planes).Cast<float>();
        Bins = arena.Take(layout.Bins);
        Labels = arena.Take(layout.Labels);
        Margins = arena.Take(layout.Margins).Cast<float>();
        Flag = arena.Take(GpuArenaLayout.Flag).SubView(0, sizeof(int)).Cast<int>();
        Mask = arena.Take(layout.Mask);
        Probabilities = arena.Take(layout.Probabilities).Cast<float>();
        Guide = arena.Take(layout.Guide).Cast<float>();
        Smoothed = arena.Take(layout.Smoothed).Cast<float>();
        Chosen = arena.Take(layout.Chosen).Cast<ushort>();
        Guidance = arena.Take(layout.Guidance);
        Upsampling = arena.Take(layout.Upsampling);
        Positions = arena.Take(layout.Positions).Cast<int>();
        Rows = arena.Take(layout.Rows).Cast<float>();
    }

    /// <summary>The tile's samples: the image's type, the model's channels.</summary>
    public ArrayView<byte> Samples { get; }

    /// <summary>What the filters work in.</summary>
    public ArrayView<byte> Scratch { get; }

    /// <summary>Float planes: planes x pixels of the core.</summary>
    public ArrayView<float> Planes { get; }

    /// <summary>Byte planes of the forest: planes x pixels of the core.</summary>
    public ArrayView<byte> Bins { get; }

    /// <summary>The class of each pixel of the core.</summary>
    public ArrayView<byte> Labels { get; }

    /// <summary>Margins of the trees: groups x pixels of the core.</summary>
    public ArrayView<float> Margins { get; }

    /// <summary>One element, which the kernels set to 1 where a feature is not a number.</summary>
    public ArrayView<int> Flag { get; }

    /// <summary>The mask: one byte a pixel.</summary>
    public ArrayView<byte> Mask { get; }

    /// <summary>Probabilities that are smoothed: classes x pixels.</summary>
    public ArrayView<float> Probabilities { get; }

    /// <summary>The guided filter's guide.</summary>
    public ArrayView<float> Guide { get; }

    /// <summary>Smoothed probabilities: classes x pixels of the wanted core.</summary>
    public ArrayView<float> Smoothed { get; }

    /// <summary>What safe smoothing makes of them: classes x pixels of the wanted core.</summary>
    public ArrayView<ushort> Chosen { get; }

    /// <summary>Samples of the image that a learned upsampler looks at.</summary>
    public ArrayView<byte> Guidance { get; }

    /// <summary>What the learned upsampler works in.</summary>
    public ArrayView<byte> Upsampling { get; }

    /// <summary>Offsets of the labelled pixels in the core and, behind them, their ranks where the rows stay on the device.</summary>
    public ArrayView<int> Positions { get; }

    /// <summary>Rows of the labelled pixels: pixels x features.</summary>
    public ArrayView<float> Rows { get; }
}
