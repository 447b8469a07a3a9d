using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Planes that a convolution reads, resized in the load so that the resized planes never exist. Coordinates are the whole image's, so a
/// tile reads what the whole image would.
/// </summary>
public struct ConvolutionSource
{
    /// <summary>
    /// Values of <see cref="Mapping"/>: the sample at the same place; the nearest one; bilinear between four.
    /// </summary>
    public const int Same = 0, Nearest = 1, Doubled = 2;

    /// <summary>Channels x <see cref="Height"/> x <see cref="Width"/>, contiguous.</summary>
    public ArrayView<float> Planes;

    /// <summary>Channels; 0 for a source that is not there.</summary>
    public int Channels;

    /// <summary>Column of the whole source that is stored first.</summary>
    public int X;

    /// <summary>Row of the whole source that is stored first.</summary>
    public int Y;

    /// <summary>Columns stored.</summary>
    public int Width;

    /// <summary>Rows stored.</summary>
    public int Height;

    /// <summary>Columns of the whole source.</summary>
    public int WholeWidth;

    /// <summary>Rows of the whole source.</summary>
    public int WholeHeight;

    /// <summary>How it is resized to the size of the convolution's input.</summary>
    public int Mapping;

    /// <summary>
    /// Columns of the source for one of the input, as float32 rounds it. When doubled: (size - 1) / (2 size - 1) where corners meet
    /// corners, 1/2 where pixels have centres.
    /// </summary>
    public float RatioX;

    /// <summary>The same for rows.</summary>
    public float RatioY;

    /// <summary>Where the first column and row of the input lie when doubled: 0, or -1/4, which is then kept within.</summary>
    public float Offset;

    /// <summary>Floats from a plane to the next.</summary>
    public readonly int PlaneStride => Width * Height;

    /// <summary>Where column x and row y of the convolution's input lie; both within the input.</summary>
    public readonly SourcePlace Place(int x, int y)
    {
        var place = new SourcePlace();
        int column = x, row = y;
        if (Mapping == Nearest)
        {
            column = Math.Min((int)(x * RatioX), WholeWidth - 1);
            row = Math.Min((int)(y * RatioY), WholeHeight - 1);
        }
        else if (Mapping == Doubled)
        {
            // Rounded before the whole part is taken off, as on the CPU; a bare product could be fused with that.
            float alongX = MathF.Max(0f, Fma.Of(x, RatioX, Offset)), alongY = MathF.Max(0f, Fma.Of(y, RatioY, Offset));
            column = Math.Min((int)alongX, WholeWidth - 1);
            row = Math.Min((int)alongY, WholeHeight - 1);
            place.Right = column < WholeWidth - 1 ? 1 : 0;
            place.Down = row < WholeHeight - 1 ? Width : 0;
            place.East = alongX - column;
            place.South = alongY - row;
        }
        place.First = ((row - Y) * Width) + column - X;
        return place;
    }

    /// <summary>A channel's value there.</summary>
    public readonly float Load(SourcePlace place, int channel)
    {
        int at = (channel * PlaneStride) + place.First;
        float value = Planes[at];
        if (Mapping == Doubled)
        {
            float right = Planes[at + place.Right], lower = Planes[at + place.Down], last = Planes[at + place.Down + place.Right];
            float above = Fma.Of(place.East, right - value, value), below = Fma.Of(place.East, last - lower, lower);
            value = Fma.Of(place.South, below - above, above);
        }
        return value;
    }
}

/// <summary>
/// Where a source's sample for a column and a row lies: one sample, or the four around it with their weights. Rows and columns count from
/// the first that is stored.
/// </summary>
public struct SourcePlace
{
    /// <summary>Index of the sample within a plane; in a doubled source, of the upper left of the four.</summary>
    public int First;

    /// <summary>From there to the right one: 1, or 0 in the last column.</summary>
    public int Right;

    /// <summary>From there to the lower one: a row, or 0 in the last row.</summary>
    public int Down;

    /// <summary>The right samples' weight.</summary>
    public float East;

    /// <summary>The lower samples' weight.</summary>
    public float South;
}

/// <summary>What a convolution computes: a region of a layer, in coordinates of the whole layer.</summary>
public struct ConvolutionShape
{
    /// <summary>First column.</summary>
    public int X;

    /// <summary>First row.</summary>
    public int Y;

    /// <summary>Columns.</summary>
    public int Width;

    /// <summary>Rows.</summary>
    public int Height;

    /// <summary>Columns of the whole layer, and of its input.</summary>
    public int WholeWidth;

    /// <summary>Rows of the whole layer, and of its input.</summary>
    public int WholeHeight;

    /// <summary>Channels out.</summary>
    public int Outputs;

    /// <summary>Outputs in fours: weights are padded with zeros to 4 x this.</summary>
    public int Quads;

    /// <summary>Fours of outputs that a group computes; at most a group's rows.</summary>
    public int GroupQuads;

    /// <summary>1 where what lies outside of the layer is zero; 0 where its edge is repeated.</summary>
    public int Zeros;

    /// <summary>What negative results are multiplied by, in (0, 1]; 1 leaves them alone.</summary>
    public float Slope;

    /// <summary>Taps a side; 3 for <see cref="Convolution"/>, 5 for <see cref="Doubling"/>.</summary>
    public int Kernel;

    /// <summary>
    /// Where the region's first pixel lies in a plane of the sink of <see cref="Convolution"/> and <see cref="Doubling.Rows"/>.
    /// </summary>
    public int Target;

    /// <summary>Pixels from a row to the next in the sink; <see cref="Width"/> where it holds the region and nothing else.</summary>
    public int TargetWidth;

    /// <summary>Where a pixel of the region lies in a plane of the sink.</summary>
    public readonly int TargetOf(int column, int row) => Target + (row * TargetWidth) + column;

    /// <summary>Whether a pixel lies outside of the layer and counts as zero.</summary>
    public readonly bool IsZero(int x, int y) => Zeros != 0 && (x < 0 || y < 0 || x >= WholeWidth || y >= WholeHeight);

    /// <summary>
    /// The column that is read for column x: within the layer, and no further right than the region's window reaches. A group may stick out
    /// of the region, where the source need not be stored.
    /// </summary>
    public readonly int ReadX(int x) => Math.Max(0, Math.Min(Math.Min(x, X + Width - 1 + (Kernel / 2)), WholeWidth - 1));

    /// <summary>The row that is read for row y.</summary>
    public readonly int ReadY(int y) => Math.Max(0, Math.Min(Math.Min(y, Y + Height - 1 + (Kernel / 2)), WholeHeight - 1));

    /// <summary>The leaky ReLU of a finished sum.</summary>
    public readonly float Activate(float sum) => MathF.Max(sum, sum * Slope);
}
