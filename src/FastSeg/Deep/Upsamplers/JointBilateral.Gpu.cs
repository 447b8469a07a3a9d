using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using Kernel = FastSeg.Kernels.JointBilateral;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Launches joint bilateral upsampling of one map after the other; each tile's means go into the same scratch.</summary>
internal sealed class JointBilateralGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, JointGuidance, int, float> _means;
    private readonly Action<AcceleratorStream, KernelConfig, CellMap, JointGuidance, TSink, int> _run;

    /// <summary>Compiles the kernels.</summary>
    public JointBilateralGpu(GpuDevice device)
    {
        _device = device;
        device.Load(Kernel.Means, out _means);
        device.Load(Kernel.Run<TSink>, out _run);
    }

    /// <summary>Computes a tile's core.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="map">The features of the whole image; its core is set here.</param>
    /// <param name="image">The image around the core.</param>
    /// <param name="colours">Colours of the image, 1 or 3.</param>
    /// <param name="core">What to compute, in pixels of the image.</param>
    /// <param name="sink">Takes the core's pixels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    /// <param name="means">Scratch for the cells' mean colours; in use until the stream has passed the tile.</param>
    public void Run(
        AcceleratorStream stream, CellMap map, GuidancePart image, int colours, Region core, TSink sink, int firstPlane,
        ArrayView<float> means)
    {
        (map.X, map.Y, map.Width, map.Height) = checked(((int)core.X, (int)core.Y, (int)core.Width, (int)core.Height));
        Region cells = JointBilateral.Cells(core, map.Patch, map.Rows, map.Columns);
        var joint = new JointGuidance
        {
            Image = image,
            Means = means,
            Colours = colours,
            FirstRow = (int)cells.Y,
            FirstColumn = (int)cells.X,
            CellRows = (int)cells.Height,
            CellColumns = (int)cells.Width,
            PerColour = JointBilateral.PerColour(colours),
            PerSquare = JointBilateral.PerSquare(map.Patch),
        };
        _means(
            stream, _device.Cover(joint.CellColumns, joint.CellRows, colours), joint, map.Patch, 1f / (map.Patch * map.Patch));
        _run(stream, _device.Cover(map.Width, map.Height, 1), map, joint, sink, firstPlane);
    }
}
