using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// What the upsampler does between its convolutions: pools two by two, pools or resizes the guidance image, normalises the cells.
/// </summary>
/// <remarks>
/// One thread a pixel of the result, grid z its channels. Counts: 16 bytes read and 4 written a pixel and channel when pooling, 4 and 4
/// otherwise; 3 comparisons, no product but the image's one fused multiply-add. Memory is the bound, by prediction 20 bytes at 3.35 TB/s:
/// 170 Gpx/s of one channel on an H100, 30 on an A10; a pixel of the image has 35 channels on a quarter, sixteenth and so on of the
/// pixels, some 12 channel-pixels. Groups of 32 x 8 threads, no shared memory.
/// </remarks>
public static class Pyramid
{
    /// <summary>Takes the largest of two by two samples. On a side of one sample, that sample stands in for the second.</summary>
    /// <param name="shape">The region of the result.</param>
    /// <param name="source">What is pooled; its mapping is not looked at.</param>
    /// <param name="sink">Takes the source's channels.</param>
    public static void Pool(ConvolutionShape shape, ConvolutionSource source, FloatSink sink)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, channel = Grid.IdxZ;
        if (column < shape.Width && row < shape.Height)
        {
            int x = 2 * (shape.X + column), y = 2 * (shape.Y + row);
            int left = Math.Min(x, source.WholeWidth - 1) - source.X, right = Math.Min(x + 1, source.WholeWidth - 1) - source.X;
            int upper = (channel * source.PlaneStride) + ((Math.Min(y, source.WholeHeight - 1) - source.Y) * source.Width);
            int lower = (channel * source.PlaneStride) + ((Math.Min(y + 1, source.WholeHeight - 1) - source.Y) * source.Width);
            float above = MathF.Max(source.Planes[upper + left], source.Planes[upper + right]);
            float below = MathF.Max(source.Planes[lower + left], source.Planes[lower + right]);
            sink.Store(channel, (row * shape.Width) + column, MathF.Max(above, below));
        }
    }

    /// <summary>The image's largest of two by two samples, normalised; grid z: three colours.</summary>
    /// <param name="shape">The region of the result.</param>
    /// <param name="image">The image's part.</param>
    /// <param name="wholeWidth">Columns of the whole image, filled up to whole patches.</param>
    /// <param name="wholeHeight">Rows of it.</param>
    /// <param name="scale">The normalisation.</param>
    /// <param name="sink">Takes three planes.</param>
    public static void PoolImage(
        ConvolutionShape shape, GuidancePart image, int wholeWidth, int wholeHeight, GuidanceScale scale, FloatSink sink)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, colour = Grid.IdxZ;
        if (column < shape.Width && row < shape.Height)
        {
            int x = 2 * (shape.X + column), y = 2 * (shape.Y + row);
            int left = Math.Min(x, wholeWidth - 1), right = Math.Min(x + 1, wholeWidth - 1);
            int upper = Math.Min(y, wholeHeight - 1), lower = Math.Min(y + 1, wholeHeight - 1);
            float above = MathF.Max(image.Sample(colour, left, upper), image.Sample(colour, right, upper));
            float below = MathF.Max(image.Sample(colour, left, lower), image.Sample(colour, right, lower));
            sink.Store(colour, (row * shape.Width) + column, scale.Of(colour, MathF.Max(above, below)));
        }
    }

    /// <summary>The image's nearest samples at a layer's size, normalised; grid z: three colours.</summary>
    /// <param name="shape">The region of the result.</param>
    /// <param name="image">The image's part.</param>
    /// <param name="wholeWidth">Columns of the whole image.</param>
    /// <param name="wholeHeight">Rows of it.</param>
    /// <param name="scale">The normalisation.</param>
    /// <param name="sink">Takes three planes.</param>
    /// <param name="firstPlane">The first of them.</param>
    public static void ResizeImage(
        ConvolutionShape shape, GuidancePart image, int wholeWidth, int wholeHeight, GuidanceScale scale, FloatSink sink, int firstPlane)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, colour = Grid.IdxZ;
        if (column < shape.Width && row < shape.Height)
        {
            // The ratio and the product are float32, as PyTorch has them.
            float ratioX = (float)wholeWidth / shape.WholeWidth, ratioY = (float)wholeHeight / shape.WholeHeight;
            int x = Math.Min((int)((shape.X + column) * ratioX), wholeWidth - 1);
            int y = Math.Min((int)((shape.Y + row) * ratioY), wholeHeight - 1);
            sink.Store(firstPlane + colour, (row * shape.Width) + column, scale.Of(colour, image.Sample(colour, x, y)));
        }
    }

    /// <summary>A region of the cells, each divided by the sum of its channels' magnitudes where that is asked for.</summary>
    /// <param name="map">The cells; patch 1, so that the core counts in cells.</param>
    /// <param name="normalise">1 to divide.</param>
    /// <param name="sink">Takes the channels.</param>
    public static void Cells(CellMap map, int normalise, FloatSink sink)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < map.Width && row < map.Height)
        {
            long cell = ((long)(map.Y + row) * map.Columns) + map.X + column, stride = (long)map.Rows * map.Columns;
            float divisor = 1;
            if (normalise != 0)
            {
                float sum = 0;
                for (int channel = 0; channel < map.Channels; channel++)
                {
                    sum += MathF.Abs(map.Cells[cell + (channel * stride)]);
                }
                divisor = MathF.Max(sum, 1e-12f);
            }
            for (int channel = 0; channel < map.Channels; channel++)
            {
                sink.Store(channel, (row * map.Width) + column, map.Cells[cell + (channel * stride)] / divisor);
            }
        }
    }

    /// <summary>A stored layer's nearest samples at the image's size; grid z: channels.</summary>
    /// <param name="shape">The region of the result.</param>
    /// <param name="source">The layer, with its mapping.</param>
    /// <param name="sink">Takes the channels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public static void ResizeLayer<TSink>(ConvolutionShape shape, ConvolutionSource source, TSink sink, int firstPlane)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, channel = Grid.IdxZ;
        if (column < shape.Width && row < shape.Height)
        {
            SourcePlace place = source.Place(shape.X + column, shape.Y + row);
            sink.Store(firstPlane + channel, (row * shape.Width) + column, source.Load(place, channel));
        }
    }
}

/// <summary>A part of a guidance image on the device: samples in 0..1. Pixels outside of the part repeat its edge.</summary>
public struct GuidancePart
{
    /// <summary>One plane or three.</summary>
    public ArrayView<float> Planes;

    /// <summary>Floats from a plane to the next; 0 shows a grey image in all three.</summary>
    public int PlaneStride;

    /// <summary>The part's first column in the image.</summary>
    public int X;

    /// <summary>The part's first row in the image.</summary>
    public int Y;

    /// <summary>Columns of the part.</summary>
    public int Width;

    /// <summary>Rows of the part.</summary>
    public int Height;

    /// <summary>A colour's sample at a column and a row of the image.</summary>
    public readonly float Sample(int colour, int x, int y) =>
        Planes[(colour * PlaneStride) + (Math.Max(0, Math.Min(y - Y, Height - 1)) * Width) + Math.Max(0, Math.Min(x - X, Width - 1))];
}

/// <summary>How the guidance image's colours are normalised: gain x + shift.</summary>
public struct GuidanceScale
{
    /// <summary>Gains of the three colours.</summary>
    public float Gain0, Gain1, Gain2;

    /// <summary>Shifts of the three colours.</summary>
    public float Shift0, Shift1, Shift2;

    /// <summary>A colour's sample, normalised.</summary>
    public readonly float Of(int colour, float sample) =>
        Fma.Of(sample, colour == 0 ? Gain0 : colour == 1 ? Gain1 : Gain2, colour == 0 ? Shift0 : colour == 1 ? Shift1 : Shift2);
}
