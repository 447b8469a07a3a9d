using FastSeg.Common;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using FastSeg.Tests.Features;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>Runs the GPU's filters over an image on the simulated device, tile by tile, and compares their planes with the CPU's.</summary>
internal static class FilterRun
{
    /// <summary>Values of NaN (bins of 255) between the planes and behind the last one; they must stay as they are.</summary>
    private const int Guard = 5;

    private static readonly Lazy<GpuDevice> LazyDevice = new(GpuDevice.OpenSimulated);

    /// <summary>The simulated device.</summary>
    public static GpuDevice Device => LazyDevice.Value;

    /// <summary>Every plane has the bits of the CPU's.</summary>
    public static void EqualsTheCpu(
        FeatureSpec spec, ImageReader reader, int tileWidth = 1024, int tileHeight = 1024, SampleMap map = default)
    {
        float[][] expected = BankRun.Planes(spec, reader, map: map), actual = Planes(spec, reader, tileWidth, tileHeight, map: map);
        IReadOnlyList<string> names = spec.PlaneNames(reader.Info.Channels);
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        var differing = new List<string>();
        for (int plane = 0; plane < expected.Length; plane++)
        {
            int[] pixels = [.. Enumerable.Range(0, expected[plane].Length)
                .Where(i => BitConverter.SingleToInt32Bits(expected[plane][i]) != BitConverter.SingleToInt32Bits(actual[plane][i]))];
            if (pixels.Length > 0)
            {
                int first = pixels[0];
                string values = $"{actual[plane][first]:R} for {expected[plane][first]:R}";
                differing.Add($"{names[plane]}: {pixels.Length} pixels, first {first}: {values}");
            }
        }
        Assert.That(differing, Is.Empty);
    }

    /// <summary>Every plane of an image as the GPU computes it.</summary>
    public static float[][] Planes(
        FeatureSpec spec, ImageReader reader, int tileWidth, int tileHeight, int channels = 0, SampleMap map = default)
    {
        ImageInfo info = reader.Info;
        channels = channels == 0 ? info.Channels : channels;
        float[][] planes = [.. Enumerable.Range(0, spec.Names.Count * channels).Select(_ => new float[info.Bounds.Pixels])];
        Tiles(spec, reader, tileWidth, tileHeight, channels, (bank, tile, shape, samples, scratch) =>
        {
            int stride = shape.CorePixels + Guard;
            float[] values = new float[stride * planes.Length];
            Array.Fill(values, float.NaN);
            using MemoryBuffer1D<float, Stride1D.Dense> output = Device.Accelerator.Allocate1D(values);
            var sink = new FloatSink { Planes = output.View.AsContiguous(), PlaneStride = stride };
            bank.Run(Device.Accelerator.DefaultStream, shape, samples, info.Type, info.Channels, scratch, sink, map);
            Device.Accelerator.Synchronize();
            output.CopyToCPU(values);
            for (int plane = 0; plane < planes.Length; plane++)
            {
                Span<float> core = values.AsSpan(plane * stride, stride);
                Assert.That(core[shape.CorePixels..].ToArray(), Is.All.NaN, "nothing is written behind a plane");
                for (int row = 0; row < shape.CoreHeight; row++)
                {
                    core.Slice(row * shape.CoreWidth, shape.CoreWidth)
                        .CopyTo(planes[plane].AsSpan((int)(((tile.Core.Y + row) * info.Width) + tile.Core.X)));
                }
            }
        });
        return planes;
    }

    /// <summary>Every plane of an image that is one tile, as bins of a forest with these thresholds.</summary>
    public static byte[][] Bins(FeatureSpec spec, ImageReader reader, float[][] thresholds)
    {
        ImageInfo info = reader.Info;
        int pixels = (int)info.Bounds.Pixels, stride = pixels + Guard;
        byte[][] bins = [.. thresholds.Select(_ => new byte[pixels])];
        Tiles(spec, reader, (int)info.Width, (int)info.Height, info.Channels, (bank, tile, shape, samples, scratch) =>
        {
            byte[] values = new byte[stride * bins.Length];
            Array.Fill(values, (byte)255);
            var search = new BinSearch(thresholds);
            Accelerator accelerator = Device.Accelerator;
            using MemoryBuffer1D<byte, Stride1D.Dense> output = accelerator.Allocate1D(values);
            using MemoryBuffer1D<BinRange, Stride1D.Dense> features = accelerator.Allocate1D(search.Features);
            using MemoryBuffer1D<BinPlane, Stride1D.Dense> planes = accelerator.Allocate1D(search.Planes);
            using MemoryBuffer1D<BinNode, Stride1D.Dense> nodes = accelerator.Allocate1D(search.Nodes);
            using MemoryBuffer1D<int, Stride1D.Dense> notANumber = accelerator.Allocate1D([0]);
            var sink = new BinSink
            {
                Bins = output.View.AsContiguous(),
                Features = features.View.AsContiguous(),
                Planes = planes.View.AsContiguous(),
                Nodes = nodes.View.AsContiguous(),
                NotANumber = notANumber.View.AsContiguous(),
                PlaneStride = stride,
            };
            bank.Run(accelerator.DefaultStream, shape, samples, info.Type, info.Channels, scratch, sink);
            accelerator.Synchronize();
            Assert.That(notANumber.GetAsArray1D(), Is.EqualTo((int[])[0]));
            output.CopyToCPU(values);
            for (int plane = 0; plane < bins.Length; plane++)
            {
                Assert.That(values.Skip((plane * stride) + pixels).Take(Guard), Is.All.EqualTo(255), "nothing is written behind a plane");
                values.AsSpan(plane * stride, pixels).CopyTo(bins[plane]);
            }
        });
        return bins;
    }

    private delegate void TileRun(FilterBankGpu bank, Tile tile, TileShape shape, ArrayView<byte> samples, ArrayView<byte> scratch);

    private static unsafe void Tiles(FeatureSpec spec, ImageReader reader, int tileWidth, int tileHeight, int channels, TileRun run)
    {
        ImageInfo info = reader.Info;
        var core = new Region(0, 0, Math.Min(tileWidth, info.Width), Math.Min(tileHeight, info.Height));
        using var tile = new Tile(core, spec.Halo, info.Channels, info);
        using var bank = new FilterBankGpu(Device, spec, channels);
        var grid = new TileGrid(info.Bounds, core.Width, core.Height);
        for (long i = 0; i < grid.Count; i++)
        {
            tile.Fill(reader, grid[i]);
            TileShape shape = Shape(tile);
            byte[] bytes = new ReadOnlySpan<byte>(tile.Samples, (int)(tile.Bounds.Pixels * info.PixelBytes)).ToArray();
            using MemoryBuffer1D<byte, Stride1D.Dense> samples = Device.Accelerator.Allocate1D(bytes);
            // What was in the memory before must not matter.
            byte[] junk = new byte[FilterBankGpu.ScratchBytes(spec, shape)];
            Array.Fill(junk, (byte)255);
            using MemoryBuffer1D<byte, Stride1D.Dense> scratch = Device.Accelerator.Allocate1D(junk);
            run(bank, tile, shape, samples.View.AsContiguous(), scratch.View.AsContiguous());
        }
    }

    private static TileShape Shape(Tile tile) => new()
    {
        Width = (int)tile.Bounds.Width,
        Height = (int)tile.Bounds.Height,
        CoreX = (int)(tile.Core.X - tile.Bounds.X),
        CoreY = (int)(tile.Core.Y - tile.Bounds.Y),
        CoreWidth = (int)tile.Core.Width,
        CoreHeight = (int)tile.Core.Height,
    };
}
