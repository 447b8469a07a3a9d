using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The guided filter in four launches: sums of products down the columns, coefficients from these along the rows, sums of the coefficients
/// down the columns, the result from these along the rows. Sums have the CPU's order: down a column those of the box's rows in the upper
/// block of rows from its end upwards, those in the lower block from its beginning downwards, then both; along a row a tree of doubled
/// sums.
/// </summary>
/// <remarks>
/// Down the columns a thread takes one column of one block of one plane; a warp reads neighbouring columns. Along the rows a thread takes
/// one pixel. No shared memory: of the 2 radius + 1 values of a row that a thread adds, all but one were read for its neighbours, and come
/// from the L1 cache; a block's input and the sums that it stores and reads again come from the L2 cache. With 3 classes and radius 8 that
/// leaves, in bytes a pixel: 48 for the first sums, 56 for the fit, 48 for the second sums, 40 for the result; and 316 flops. By count
/// an H100 makes 8 Gpx/s where an assembler leaves all instructions as they are; where it folds addresses, and on an A10, memory is the
/// bound: 17 and 3 Gpx/s.
/// </remarks>
public static class GuidedFilter
{
    /// <summary>Sums down the columns of I, I², p and I p of each class, and of the mask; the grid's z is the plane.</summary>
    /// <param name="shape">The rectangles.</param>
    /// <param name="planes">The planes.</param>
    public static void ProductSums(GuidedShape shape, GuidedPlanes planes)
    {
        int plane = Grid.IdxZ, x = (Grid.IdxX * Group.DimX) + Group.IdxX;
        // Column among the probabilities; beyond these all values are 0.
        int column = shape.FitX - shape.Radius + x, firstBlock = (shape.FitY + shape.Radius + shape.Phase) / shape.Length;
        int top = ((firstBlock + (Grid.IdxY * Group.DimY) + Group.IdxY) * shape.Length) - shape.Phase;
        if (x >= shape.FitSumsWidth || top - shape.Radius >= shape.FitY + shape.FitHeight)
        {
            return;
        }
        bool holds = column >= 0 && column < shape.Width;
        int length = shape.Length, width = shape.FitSumsWidth;
        // A box whose last row is row i of the block has its middle radius rows higher.
        long at = ((((long)plane * shape.FitHeight) + top - shape.Radius - shape.FitY) * width) + x;
        int first = top - shape.Radius - shape.FitY;
        float sum = 0f;
        for (int i = length - 1; i >= 0; i--)
        {
            if (first + i >= 0 && first + i < shape.FitHeight)
            {
                planes.Sums[at + ((long)i * width)] = sum;
            }
            sum = holds ? AddProduct(shape, planes, plane, column, top - length + i, sum) : sum;
        }
        sum = 0f;
        for (int i = 0; i < length; i++)
        {
            sum = holds ? AddProduct(shape, planes, plane, column, top + i, sum) : sum;
            if (first + i >= 0 && first + i < shape.FitHeight)
            {
                planes.Sums[at + ((long)i * width)] = planes.Sums[at + ((long)i * width)] + sum;
            }
        }
    }

    /// <summary>a and b of every class, from the sums of <see cref="ProductSums"/>; 0 where the mask leaves a pixel out.</summary>
    /// <param name="shape">The rectangles.</param>
    /// <param name="planes">The planes.</param>
    /// <param name="epsilon">Variance of the guide from which on an edge is kept.</param>
    public static void Fit(GuidedShape shape, GuidedPlanes planes, float epsilon)
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x >= shape.FitWidth || y >= shape.FitHeight)
        {
            return;
        }
        long pixels = (long)shape.FitWidth * shape.FitHeight, pixel = ((long)y * shape.FitWidth) + x;
        long at = ((long)y * shape.FitSumsWidth) + x, stride = (long)shape.FitHeight * shape.FitSumsWidth;
        float count = shape.Masked != 0
            ? AlongRow(planes.Sums, at + (((2 * shape.Classes) + 2) * stride), shape.Length)
            : Count(shape, shape.FitX + x, shape.FitY + y);
        float part = 1f / (count > 1f ? count : 1f), mean = AlongRow(planes.Sums, at, shape.Length) * part;
        float minusMean = mean * -1f, meanSquare = AlongRow(planes.Sums, at + stride, shape.Length) * part;
        float variance = Fma.Of(minusMean, mean, meanSquare);
        float inverse = 1f / ((variance > 0f ? variance : 0f) + epsilon);
        bool counts = shape.Masked == 0 || planes.Mask[((long)(shape.FitY + y) * shape.Width) + shape.FitX + x] != 0;
        for (int c = 0; c < shape.Classes; c++)
        {
            long sums = at + (((2 * c) + 2) * stride);
            float p = AlongRow(planes.Sums, sums, shape.Length) * part;
            float slope = Fma.Of(minusMean, p, AlongRow(planes.Sums, sums + stride, shape.Length) * part) * inverse;
            planes.Coefficients[(2 * c * pixels) + pixel] = counts ? slope : 0f;
            planes.Coefficients[(((2 * c) + 1) * pixels) + pixel] = counts ? Fma.Of(slope, minusMean, p) : 0f;
        }
    }

    /// <summary>Sums down the columns of a and b of each class, and of the mask; the grid's z is the plane.</summary>
    /// <param name="shape">The rectangles.</param>
    /// <param name="planes">The planes.</param>
    public static void CoefficientSums(GuidedShape shape, GuidedPlanes planes)
    {
        int plane = Grid.IdxZ, x = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int column = shape.CoreX - shape.Radius + x, firstBlock = (shape.CoreY + shape.Radius + shape.FitPhase) / shape.Length;
        int top = ((firstBlock + (Grid.IdxY * Group.DimY) + Group.IdxY) * shape.Length) - shape.FitPhase;
        if (x >= shape.CoreSumsWidth || top - shape.Radius >= shape.CoreY + shape.CoreHeight)
        {
            return;
        }
        bool holds = column >= shape.FitX && column < shape.FitX + shape.FitWidth;
        int length = shape.Length, width = shape.CoreSumsWidth, first = top - shape.Radius - shape.CoreY;
        long at = ((((long)plane * shape.CoreHeight) + first) * width) + x;
        float sum = 0f;
        for (int i = length - 1; i >= 0; i--)
        {
            if (first + i >= 0 && first + i < shape.CoreHeight)
            {
                planes.Sums[at + ((long)i * width)] = sum;
            }
            sum = holds ? sum + Coefficient(shape, planes, plane, column, top - length + i) : sum;
        }
        sum = 0f;
        for (int i = 0; i < length; i++)
        {
            sum = holds ? sum + Coefficient(shape, planes, plane, column, top + i) : sum;
            if (first + i >= 0 && first + i < shape.CoreHeight)
            {
                planes.Sums[at + ((long)i * width)] = planes.Sums[at + ((long)i * width)] + sum;
            }
        }
    }

    /// <summary>g of every class, from the sums of <see cref="CoefficientSums"/>.</summary>
    /// <param name="shape">The rectangles.</param>
    /// <param name="planes">The planes.</param>
    public static void Result(GuidedShape shape, GuidedPlanes planes)
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x >= shape.CoreWidth || y >= shape.CoreHeight)
        {
            return;
        }
        long pixels = (long)shape.CoreWidth * shape.CoreHeight, pixel = ((long)y * shape.CoreWidth) + x;
        long at = ((long)y * shape.CoreSumsWidth) + x, stride = (long)shape.CoreHeight * shape.CoreSumsWidth;
        float count = shape.Masked != 0
            ? AlongRow(planes.Sums, at + (2 * shape.Classes * stride), shape.Length)
            : Count(shape, shape.CoreX + x, shape.CoreY + y);
        float part = 1f / (count > 1f ? count : 1f), guide = planes.Guide[((long)(shape.CoreY + y) * shape.Width) + shape.CoreX + x];
        for (int c = 0; c < shape.Classes; c++)
        {
            float slope = AlongRow(planes.Sums, at + (2 * c * stride), shape.Length) * part;
            float smoothed = Fma.Of(slope, guide, AlongRow(planes.Sums, at + (((2 * c) + 1) * stride), shape.Length) * part);
            smoothed = smoothed > 0f ? smoothed : 0f;
            planes.Smoothed[(c * pixels) + pixel] = smoothed < 1f ? smoothed : 1f;
        }
    }

    /// <summary>Adds a pixel's value of one plane of products; a pixel that is not there or does not count adds nothing.</summary>
    private static float AddProduct(GuidedShape shape, GuidedPlanes planes, int plane, int column, int row, float sum)
    {
        if (row < 0 || row >= shape.Height)
        {
            return sum;
        }
        long pixel = ((long)row * shape.Width) + column;
        if (shape.Masked != 0 && planes.Mask[pixel] == 0)
        {
            return sum;
        }
        if (plane == (2 * shape.Classes) + 2)
        {
            return sum + 1f;
        }
        // Planes 0 and 1 are of the guide itself, the others two by two of a class; the odd ones are products.
        float guide = planes.Guide[pixel];
        float value = plane < 2 ? guide : planes.Probabilities[((long)((plane / 2) - 1) * shape.Width * shape.Height) + pixel];
        return (plane & 1) == 0 ? sum + value : Fma.Of(value, guide, sum);
    }

    /// <summary>The value of one plane of coefficients, or 1 or 0 of the mask; 0 outside of the coefficients.</summary>
    private static float Coefficient(GuidedShape shape, GuidedPlanes planes, int plane, int column, int row)
    {
        if (row < shape.FitY || row >= shape.FitY + shape.FitHeight)
        {
            return 0f;
        }
        if (plane == 2 * shape.Classes)
        {
            return planes.Mask[((long)row * shape.Width) + column] != 0 ? 1f : 0f;
        }
        return planes.Coefficients[((((long)plane * shape.FitHeight) + row - shape.FitY) * shape.FitWidth) + column - shape.FitX];
    }

    /// <summary>Pixels of the box around a pixel that lie in the image.</summary>
    private static float Count(GuidedShape shape, int x, int y)
    {
        int columns = Math.Min(x + shape.Radius, shape.Width - 1) - Math.Max(x - shape.Radius, 0) + 1;
        int rows = Math.Min(y + shape.Radius, shape.Height - 1) - Math.Max(y - shape.Radius, 0) + 1;
        return columns * rows;
    }

    /// <summary>
    /// The sum of <paramref name="length"/> neighbouring values, as a tree: the last value, then the other powers of two that make up the
    /// length, from the smallest to the largest, each where the larger ones end.
    /// </summary>
    private static float AlongRow(ArrayView<float> values, long first, int length)
    {
        float sum = values[first + length - 1];
        if ((length & 2) != 0)
        {
            sum += Two(values.SubView(first + (length & ~3), 2), 0);
        }
        if ((length & 4) != 0)
        {
            sum += Four(values.SubView(first + (length & ~7), 4), 0);
        }
        if ((length & 8) != 0)
        {
            sum += Eight(values.SubView(first + (length & ~15), 8), 0);
        }
        if ((length & 16) != 0)
        {
            ArrayView<float> sixteen = values.SubView(first + (length & ~31), 16);
            sum += Eight(sixteen, 0) + Eight(sixteen, 8);
        }
        for (int size = 32; size <= length; size *= 2)
        {
            if ((length & size) != 0)
            {
                sum += Large(values, first + (length & ~((2 * size) - 1)), size);
            }
        }
        return sum;
    }

    /// <summary>Two values behind the view's first; <paramref name="at"/> is a constant, which folds into the reads.</summary>
    private static float Two(ArrayView<float> values, int at) => values[at] + values[at + 1];

    private static float Four(ArrayView<float> values, int at) => Two(values, at) + Two(values, at + 2);

    private static float Eight(ArrayView<float> values, int at) => Four(values, at) + Four(values, at + 4);

    /// <summary>
    /// 32, 64 or 128 values. Sums of 32 are added as they come: the second to the first, then the sum of the third and the fourth to that.
    /// </summary>
    private static float Large(ArrayView<float> values, long at, int size)
    {
        float total = 0f, pair = 0f, first = 0f;
        for (int i = 0; i < size; i += 32)
        {
            float sum = 0f;
            for (int j = 0; j < 32; j += 16)
            {
                ArrayView<float> part = values.SubView(at + i + j, 16);
                float sixteen = Eight(part, 0) + Eight(part, 8);
                sum = j == 0 ? sixteen : sum + sixteen;
            }
            // The sum that is the first of a pair waits for the second; pairs likewise.
            if ((i & 32) == 0)
            {
                first = sum;
            }
            else if ((i & 64) == 0)
            {
                pair = first + sum;
            }
            else
            {
                total = pair + (first + sum);
            }
        }
        return size == 32 ? first : size == 64 ? pair : total;
    }
}
