using FastSeg.Checks;
using FastSeg.Common;
using FastSeg.Gpu;
using FastSeg.Kernels;
using FastSeg.Probabilities;
using ILGPU;
using ILGPU.Runtime;
using GuidedFilter = FastSeg.Probabilities.GuidedFilter;

namespace FastSeg.Tests.Probabilities;

/// <summary>A guide, probabilities and a mask of a small page, and the guided filter over it, tile by tile.</summary>
internal sealed class SmoothingScene
{
    /// <summary>Makes a page of random probabilities; the guide has flat parts, edges and some noise.</summary>
    public SmoothingScene(int width, int height, int classes, int seed, bool masked = false)
    {
        (Width, Height, Classes) = (width, height, classes);
        var random = new Random(seed);
        Guide = new float[width * height];
        P = new float[classes * width * height];
        Mask = masked ? new byte[width * height] : null;
        float[] likely = new float[classes];
        for (int i = 0; i < Guide.Length; i++)
        {
            (int x, int y) = (i % width, i / width);
            Guide[i] = ((x / 9) + (y / 7)) % 3 == 0 ? -2.5f : 1.5f + (0.3f * random.NextSingle());
            for (int c = 0; c < classes; c++)
            {
                likely[c] = MathF.Pow(random.NextSingle(), 3) + (((x / 9) + c) % classes == 0 ? 1 : 0);
            }
            float sum = likely.Sum();
            for (int c = 0; c < classes; c++)
            {
                P[(c * Guide.Length) + i] = likely[c] / sum;
            }
            if (Mask is not null)
            {
                // Holes of single pixels, and a part that is left out as a whole.
                Mask[i] = (byte)(random.Next(5) == 0 || (x > width / 2 && y > height / 2) ? 0 : 1 + random.Next(255));
            }
        }
    }

    public int Width { get; }

    public int Height { get; }

    public int Classes { get; }

    public float[] Guide { get; }

    public float[] P { get; }

    public byte[]? Mask { get; }

    private Region Page => new(0, 0, Width, Height);

    /// <summary>The filter's result: classes x pixels, from tiles laid from a corner of the area; NaN outside of the area.</summary>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="epsilon">The filter's epsilon.</param>
    /// <param name="bits">Width of the vectors.</param>
    /// <param name="tileWidth">Columns of a tile.</param>
    /// <param name="tileHeight">Rows of a tile.</param>
    /// <param name="area">What is smoothed; null is the page.</param>
    /// <param name="sideBySide">Whether the planes lie side by side in each row, where the filter reads them in place.</param>
    /// <param name="windows">
    /// Whether rows come little by little, as many as a generator of this seed says; those that will not be read any more become NaN.
    /// </param>
    public unsafe float[] Smooth(
        int radius,
        double epsilon,
        int bits,
        int tileWidth,
        int tileHeight,
        Region? area = null,
        bool sideBySide = false,
        int? windows = null)
    {
        float[] result = [.. Enumerable.Repeat(float.NaN, P.Length)];
        using var filter = new GuidedFilterCpu(Classes, radius, epsilon, bits);
        var grid = new TileGrid(area ?? Page, tileWidth, tileHeight);
        for (long i = 0; i < grid.Count; i++)
        {
            Region core = grid[i], outer = core.Inflate(GuidedFilter.Halo(radius)).Intersect(Page);
            float[] guide = Cut(Guide, outer), p = Cut(P, outer);
            byte[] mask = Mask is null ? [] : Cut(Mask, outer);
            fixed (float* guidePointer = guide, pPointer = p, to = result)
            {
                fixed (byte* maskPointer = mask)
                {
                    GuidedTileCpu tile = GuidedTileCpu.Whole(core, outer, pPointer, guidePointer, maskPointer);
                    var rows = new Rows { To = to, Width = Width, Pixels = Guide.Length, Classes = Classes };
                    nint stride = GuidedFilterCpu.PlaneStride(radius);
                    fixed (float* planes = sideBySide ? SideBySide(guide, p, (int)outer.Width, (int)stride) : [])
                    {
                        tile = planes == null ? tile : SideBySide(tile, planes, stride);
                        if (windows is { } seed)
                        {
                            Continue(filter, tile, new Random(seed), ref rows);
                        }
                        else
                        {
                            filter.Run(tile, ref rows);
                        }
                    }
                }
            }
        }
        return result;
    }

    private unsafe void Continue(GuidedFilterCpu filter, in GuidedTileCpu tile, Random random, ref Rows rows)
    {
        filter.Start(tile);
        for (long bottom = tile.Outer.Y, top = bottom; bottom < tile.Outer.Bottom;)
        {
            bottom = Math.Min(bottom + random.Next(1, 40), tile.Outer.Bottom);
            filter.Continue(tile, bottom, ref rows);
            for (; top < Math.Min(filter.FirstRead, bottom); top++)
            {
                for (int plane = -1; plane < Classes; plane++)
                {
                    float* first = plane < 0 ? tile.Guide : tile.Probabilities + (plane * tile.PlaneStride);
                    new Span<float>(first + tile.At(tile.First.X, top), (int)tile.Outer.Width).Fill(float.NaN);
                }
            }
        }
    }

    /// <summary>Puts the planes of a tile side by side in each row; what is behind a plane's columns is NaN.</summary>
    private float[] SideBySide(float[] guide, float[] p, int width, int stride)
    {
        int height = guide.Length / width;
        float[] rows = [.. Enumerable.Repeat(float.NaN, height * (Classes + 1) * stride)];
        for (int row = 0; row < height; row++)
        {
            for (int plane = 0; plane <= Classes; plane++)
            {
                ReadOnlySpan<float> from = plane == 0 ? guide : p.AsSpan((plane - 1) * guide.Length, guide.Length);
                from.Slice(row * width, width).CopyTo(rows.AsSpan(((row * (Classes + 1)) + plane) * stride));
            }
        }
        return rows;
    }

    private unsafe GuidedTileCpu SideBySide(in GuidedTileCpu tile, float* planes, nint stride) => new()
    {
        Core = tile.Core,
        Outer = tile.Outer,
        First = tile.First,
        RowStride = (Classes + 1) * stride,
        PlaneStride = stride,
        Guide = planes,
        Probabilities = planes + stride,
        Mask = tile.Mask,
    };

    /// <summary>The same from a device.</summary>
    public float[] SmoothOnDevice(GpuDevice device, int radius, double epsilon, int tileWidth, int tileHeight)
    {
        float[] result = [.. Enumerable.Repeat(float.NaN, P.Length)];
        var filter = new GuidedFilterGpu(device, Classes, radius, epsilon);
        var grid = new TileGrid(Page, tileWidth, tileHeight);
        for (long i = 0; i < grid.Count; i++)
        {
            Region core = grid[i], outer = core.Inflate(GuidedFilter.Halo(radius)).Intersect(Page);
            using var guide = new DeviceTable<float>(device, Cut(Guide, outer));
            using var p = new DeviceTable<float>(device, Cut(P, outer));
            using var mask = new DeviceTable<byte>(device, Mask is null ? [] : Cut(Mask, outer));
            using var smoothed = new DeviceTable<float>(device, new float[Classes * core.Pixels]);
            // What was in the memory before must not matter.
            byte[] junk = new byte[GuidedFilterGpu.ScratchBytes(Classes, radius, core, Mask is not null)];
            Array.Fill(junk, (byte)255);
            using var scratch = new DeviceTable<byte>(device, junk);
            var planes = new GuidedPlanes { Probabilities = p.View, Guide = guide.View, Mask = mask.View, Smoothed = smoothed.View };
            filter.Run(device.Accelerator.DefaultStream, filter.Shape(core, outer, Mask is not null), ref planes, scratch.View);
            device.Accelerator.Synchronize();
            float[] found = smoothed.View.GetAsArray();
            for (int row = 0; row < Classes * core.Height; row++)
            {
                long at = (row / core.Height * Guide.Length) + ((core.Y + (row % core.Height)) * Width) + core.X;
                found.AsSpan(row * (int)core.Width, (int)core.Width).CopyTo(result.AsSpan((int)at));
            }
        }
        return result;
    }

    /// <summary>The reference: classes x pixels.</summary>
    public double[] Reference(int radius, double epsilon)
    {
        bool[]? mask = Mask is null ? null : [.. Mask.Select(value => value != 0)];
        ReferenceImage guide = Image(Guide);
        return [.. Enumerable.Range(0, Classes).SelectMany(
            c => SmoothingReference.Guided(guide, Image(P.AsSpan(c * Guide.Length, Guide.Length)), mask, radius, epsilon).Values)];
    }

    private ReferenceImage Image(ReadOnlySpan<float> values)
    {
        var image = new ReferenceImage(Width, Height);
        for (int i = 0; i < values.Length; i++)
        {
            image.Values[i] = values[i];
        }
        return image;
    }

    /// <summary>A rectangle of one or more planes.</summary>
    private T[] Cut<T>(T[] planes, Region region)
    {
        var cut = new List<T>();
        for (int plane = 0; plane < planes.Length / Guide.Length; plane++)
        {
            for (long y = region.Y; y < region.Bottom; y++)
            {
                cut.AddRange(planes.AsSpan((int)((plane * Guide.Length) + (y * Width) + region.X), (int)region.Width));
            }
        }
        return [.. cut];
    }

    private unsafe struct Rows : ISmoothedRows
    {
        public float* To;
        public int Width;
        public int Pixels;
        public int Classes;

        public readonly void Take(long x, long y, int width, float* smoothed, nint classStride)
        {
            for (int c = 0; c < Classes; c++)
            {
                var to = new Span<float>(To + ((long)c * Pixels) + (y * Width) + x, width);
                // Every pixel comes once.
                NUnit.Framework.Assert.That(float.IsNaN(to[0]) && float.IsNaN(to[^1]));
                new ReadOnlySpan<float>(smoothed + (c * classStride), width).CopyTo(to);
            }
        }
    }
}
