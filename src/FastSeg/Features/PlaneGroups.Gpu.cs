using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Features;

/// <summary>The groups that cover a plane, and rectangles around a tile's core: what the filters' launches have in common.</summary>
internal static class PlaneGroups
{
    /// <summary>Covers a plane with groups of 32 x <paramref name="groupRows"/> threads.</summary>
    /// <param name="width">Columns of the plane.</param>
    /// <param name="height">Rows of the plane.</param>
    /// <param name="groupRows">Rows of threads in a group.</param>
    /// <param name="columns">Columns that a group computes.</param>
    /// <param name="threadRows">Rows that a thread computes.</param>
    public static KernelConfig Over(int width, int height, int groupRows, int columns, int threadRows = 1)
    {
        int rows = groupRows * threadRows;
        return new KernelConfig(
            new Index3D((width + columns - 1) / columns, (height + rows - 1) / rows, 1),
            new Index3D(GpuDevice.GroupColumns, groupRows, 1));
    }

    /// <summary>Covers a plane with groups of the device's size, one pixel a thread.</summary>
    public static KernelConfig Over(int width, int height, GpuDevice device) =>
        Over(width, height, device.GroupRows, GpuDevice.GroupColumns);

    /// <summary>The core, grown on every side by so many columns and rows, as far as pixels were read.</summary>
    public static PlaneWindow Around(TileShape shape, int columns, int rows, ArrayView<float> values)
    {
        int x = Math.Max(shape.CoreX - columns, 0), y = Math.Max(shape.CoreY - rows, 0);
        return new PlaneWindow
        {
            Values = values,
            X = x,
            Y = y,
            Width = Math.Min(shape.CoreX + shape.CoreWidth + columns, shape.Width) - x,
            Height = Math.Min(shape.CoreY + shape.CoreHeight + rows, shape.Height) - y,
        };
    }
}
