using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using StructureKernels = FastSeg.Kernels.Structure;

namespace FastSeg.Features;

/// <summary>Launches the structure tensor of one sigma: a blur, the products of its derivatives, their blurs, the eigenvalues.</summary>
internal sealed class StructureGpu<TSink> where TSink : struct, IPlaneSink
{
    private const int Products = 3;

    private readonly GpuDevice _device;
    private readonly GaussianGpu _gaussian;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, PlaneWindow, int> _products;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, int, TileShape, int, TSink> _eigenvalues;

    /// <summary>Compiles the kernels.</summary>
    public StructureGpu(GpuDevice device, GaussianGpu gaussian)
    {
        _device = device;
        _gaussian = gaussian;
        device.Load(StructureKernels.Products, out _products);
        device.Load(StructureKernels.Eigenvalues<TSink>, out _eigenvalues);
    }

    /// <summary>Stores the planes of both eigenvalues.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="pixels">The image.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="scratch">The tile's buffers.</param>
    /// <param name="taps">Taps from the centre outwards.</param>
    /// <param name="radius">Index of the last tap.</param>
    /// <param name="plane">Plane of the larger eigenvalue; the smaller one follows.</param>
    /// <param name="sink">Where the planes go.</param>
    public void Run(
        AcceleratorStream stream, PlaneWindow pixels, TileShape shape, in FilterScratch scratch, ArrayView<float> taps, int radius,
        int plane, TSink sink)
    {
        PlaneWindow blur = PlaneGroups.Around(shape, radius + 1, radius + 1, scratch.Blurs);
        _gaussian.Run(stream, pixels, scratch.Rows, blur, taps, radius);
        PlaneWindow products = PlaneGroups.Around(shape, radius, radius, scratch.Products);
        int stride = scratch.ProductStride;
        _products(stream, PlaneGroups.Over(products.Width, products.Height, _device), blur, products, stride);
        // Nobody needs the image's blur any more: the products' blurs take its place and the two behind it.
        PlaneWindow smooth = PlaneGroups.Around(shape, 0, 0, scratch.Blurs);
        for (int i = 0; i < Products; i++)
        {
            PlaneWindow from = products with { Values = scratch.Products.SubView((long)i * stride) };
            PlaneWindow to = smooth with { Values = scratch.Blurs.SubView((long)i * stride) };
            _gaussian.Run(stream, from, scratch.Rows, to, taps, radius);
        }
        _eigenvalues(stream, PlaneGroups.Over(shape.CoreWidth, shape.CoreHeight, _device), smooth, stride, shape, plane, sink);
    }
}
