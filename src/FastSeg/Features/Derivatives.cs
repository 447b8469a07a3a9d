namespace FastSeg.Features;

/// <summary>
/// Where the planes derived from one blur go; null where a family is off. With T = up + 2 mid + down and U = down - up along y, the
/// derivatives times 8 are gx = T(x + 1) - T(x - 1) and gy = U(x - 1) + 2 U + U(x + 1), and the second ones times 64 are a = gx(gx),
/// b = gy(gx), d = gy(gy) by the same two formulas. Every 2 m + n is one fused multiply-add of 2, m and the sum n of the outer two.
/// </summary>
/// <remarks>
/// The powers of two are taken out at the end, where they are exact:
/// sobel = sqrt(fma(gx, gx, gy * gy)) / 8; trace = (a + d) / 64; det = fma(a, d, -(b * b)) / 4096;
/// mod = sqrt(fma(a, a, fma(d, d, b * b))) / 64; with s = sqrt(fma(a - d, a - d, (2 b) * (2 b))), eig1 = (a + d + s) / 128 and
/// eig2 = (a + d - s) / 128. A difference of squares never appears under a root, so nothing cancels there.
/// </remarks>
internal unsafe struct DerivedPlanes
{
    /// <summary>The blur itself.</summary>
    public float* Gaussian;

    /// <summary>Gradient magnitude.</summary>
    public float* Sobel;

    /// <summary>Larger eigenvalue; the four planes after it are the hessian's other features.</summary>
    public float* Eig1;

    /// <summary>Trace of the second derivatives.</summary>
    public float* Laplacian;

    /// <summary>Floats from a plane to the next.</summary>
    public int PlaneStride;

    /// <summary>Floats from a row to the next.</summary>
    public int RowStride;
}

/// <summary>Which part of a window is wanted, and where the image ends in it; indices are rows of the window.</summary>
/// <param name="First">First row wanted.</param>
/// <param name="Rows">Rows wanted.</param>
/// <param name="Width">Columns wanted.</param>
/// <param name="Top">First row of the window that is in the image; rows above it repeat it.</param>
/// <param name="Bottom">Last row of the window that is in the image; rows below it repeat it.</param>
/// <param name="LeftEdge">Column 0 is the image's first.</param>
/// <param name="RightEdge">The last column is the image's last.</param>
internal readonly record struct WindowRows(int First, int Rows, int Width, int Top, int Bottom, bool LeftEdge, bool RightEdge)
{
    /// <summary>The row that stands for <paramref name="row"/>.</summary>
    public int Clamp(int row) => Math.Clamp(row, Top, Bottom);
}
