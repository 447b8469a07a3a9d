using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>Rows of labelled pixels: each value where it belongs, and nothing beside them.</summary>
[TestFixture]
internal sealed class GatherTests
{
    private const int PlanePixels = 211;
    private const int FirstRow = 3;

    private GpuDevice _device = null!;
    private GatherGpu _gather = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _device = GpuDevice.OpenSimulated();
        _gather = new GatherGpu(_device);
    }

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void RowsHoldThePixelsFeatures([Values(0, 1, 31, 32, 33, 100)] int count, [Values(1, 31, 32, 33, 58, 70)] int features)
    {
        int[] pixels = Chosen(new Random(count + features), count);
        Check(pixels, [], features, row => row);
    }

    [Test]
    public void RowsMayGoToPlacesOfTheirOwn([Values(1, 45)] int count, [Values(7, 40)] int features)
    {
        var random = new Random(count);
        int[] places = [.. Enumerable.Range(0, 60)];
        random.Shuffle(places);
        Check(Chosen(random, count), places[..count], features, row => places[row]);
    }

    [Test]
    public void PtxIsAsCounted()
    {
        string ptx = KernelHost.Ptx((Action<GatherRows>)Gather.Rows);
        KernelHost.CheckPtx(ptx);
        Assert.That(PtxCheck.SharedBytes(ptx), Is.EqualTo(4 * 32 * 33));
        Assert.That(PtxCheck.Count(ptx, "ld.global.f32"), Is.EqualTo(1));
        Assert.That(PtxCheck.Count(ptx, "st.shared.f32"), Is.EqualTo(1));
        Assert.That(PtxCheck.Count(ptx, "ld.shared.f32"), Is.EqualTo(1));
        Assert.That(PtxCheck.Count(ptx, "st.global.f32"), Is.EqualTo(1));
        Assert.That(PtxCheck.Count(ptx, "bar.sync"), Is.EqualTo(1));
        Assert.That(KernelHost.OpenCl((Action<GatherRows>)Gather.Rows), Does.Contain("barrier"));
    }

    private void Check(int[] pixels, int[] rowOf, int features, Func<int, int> place)
    {
        const int Stride = PlanePixels + 5, Rows = 110;
        float[] planes = new float[features * Stride];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = i % Stride < PlanePixels ? i : float.NaN;
        }
        float[] expected = new float[Rows * features];
        Array.Fill(expected, -1);
        for (int row = 0; row < pixels.Length; row++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                expected[((FirstRow + place(row)) * features) + feature] = planes[(feature * Stride) + pixels[row]];
            }
        }
        Assert.That(Run(planes, Stride, pixels, rowOf, features, Rows), Is.EqualTo(expected));
    }

    private float[] Run(float[] planes, int stride, int[] pixels, int[] rowOf, int features, int rows)
    {
        Accelerator accelerator = _device.Accelerator;
        float[] untouched = new float[rows * features];
        Array.Fill(untouched, -1);
        using MemoryBuffer1D<float, Stride1D.Dense> from = accelerator.Allocate1D(planes), to = accelerator.Allocate1D(untouched);
        using MemoryBuffer1D<int, Stride1D.Dense> chosen = accelerator.Allocate1D((int[])[.. pixels, -1]);
        using MemoryBuffer1D<int, Stride1D.Dense> places = accelerator.Allocate1D((int[])[.. rowOf, -1]);
        using AcceleratorStream stream = accelerator.CreateStream();
        _gather.Run(stream, new GatherRows
        {
            Planes = from.View.AsContiguous(),
            Pixels = chosen.View.AsContiguous(),
            RowOf = places.View.AsContiguous().SubView(0, rowOf.Length),
            Rows = to.View.AsContiguous(),
            FirstRow = FirstRow,
            PlaneStride = stride,
            Features = features,
            Count = pixels.Length,
        });
        stream.Synchronize();
        return to.GetAsArray1D();
    }

    private static int[] Chosen(Random random, int count)
    {
        int[] all = [.. Enumerable.Range(0, PlanePixels)];
        random.Shuffle(all);
        return all[..count];
    }
}
