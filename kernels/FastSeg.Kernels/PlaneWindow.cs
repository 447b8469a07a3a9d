using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// A plane of floats over a rectangle of a tile, row-major without padding. Coordinates are the tile's: pixel 0, 0 is the first that was
/// read. Outside of the rectangle the nearest value counts. At the image's edge that is what filters want; elsewhere none looks there.
/// </summary>
public struct PlaneWindow
{
    /// <summary>At least <see cref="Width"/> x <see cref="Height"/> floats.</summary>
    public ArrayView<float> Values;

    /// <summary>First column.</summary>
    public int X;

    /// <summary>First row.</summary>
    public int Y;

    /// <summary>Columns.</summary>
    public int Width;

    /// <summary>Rows.</summary>
    public int Height;

    /// <summary>The value of a pixel, or of the nearest one in the rectangle.</summary>
    public readonly float At(int x, int y) => Values[Index(x, y)];

    /// <summary>Index in <see cref="Values"/> of a pixel, or of the nearest one in the rectangle.</summary>
    public readonly int Index(int x, int y) =>
        (Math.Max(Math.Min(y - Y, Height - 1), 0) * Width) + Math.Max(Math.Min(x - X, Width - 1), 0);

    /// <summary>Whether a pixel lies in the rectangle.</summary>
    public readonly bool Holds(int x, int y) => x >= X && y >= Y && x < X + Width && y < Y + Height;

    /// <summary>Writes the value of a pixel; does nothing where it lies outside of the rectangle.</summary>
    public readonly void Put(int x, int y, float value)
    {
        if (Holds(x, y))
        {
            Values[((y - Y) * Width) + x - X] = value;
        }
    }
}
