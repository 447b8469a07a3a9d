using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Calls;

/// <summary>A checked fs_array: rows, columns, planes, and a stride in bytes for each.</summary>
/// <param name="Data">Element [0][0][0].</param>
/// <param name="Dtype">Its type.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Planes">Channels, planes or classes; 1 where the array has two axes.</param>
/// <param name="RowStride">Bytes from a row to the next.</param>
/// <param name="ColumnStride">Bytes from a column to the next.</param>
/// <param name="PlaneStride">Bytes from a plane to the next.</param>
internal readonly record struct ArrayLayout(
    nint Data, DType Dtype, int Rows, int Columns, int Planes, long RowStride, long ColumnStride, long PlaneStride)
{
    /// <summary>Bytes of a sample.</summary>
    public int SampleBytes => Bytes(Dtype);

    /// <summary>Whether samples of a pixel, and pixels of a row, follow each other without a gap.</summary>
    public bool HasPackedRows =>
        (Planes == 1 || PlaneStride == SampleBytes) && (Columns == 1 || ColumnStride == (long)SampleBytes * Planes);

    /// <summary>Reads and checks what a caller gave.</summary>
    /// <param name="array">The caller's array.</param>
    /// <param name="what">What a sentence calls it, as its subject: "The frame".</param>
    /// <exception cref="CallException">Something is NULL, negative, or none of the known numbers.</exception>
    public static unsafe ArrayLayout Of(in NativeArray array, string what)
    {
        if (array.Data is null)
        {
            throw CallException.Argument($"{what} has data NULL; give the address of its first sample.");
        }
        if (array.Dtype is < (int)DType.UInt8 or > (int)DType.Float64)
        {
            throw CallException.Argument($"{what} has the dtype {array.Dtype}; it must be FS_UINT8 (1) to FS_FLOAT64 (11).");
        }
        if (array.Ndim is not (2 or 3))
        {
            throw CallException.Argument($"{what} has {array.Ndim} axes; it must have 2 (rows, columns) or 3 (rows, columns, planes).");
        }
        for (int axis = 0; axis < array.Ndim; axis++)
        {
            if (array.Shape[axis] is < 1 or > int.MaxValue)
            {
                throw CallException.Argument($"{what} has {array.Shape[axis]} {Axis(axis)}; it must have 1 to {int.MaxValue}.");
            }
        }
        return Strided(array, array.Ndim == 3 ? (int)array.Shape[2] : 1, what);
    }

    private static unsafe ArrayLayout Strided(in NativeArray array, int planes, string what)
    {
        int bytes = Bytes((DType)array.Dtype), rows = (int)array.Shape[0], columns = (int)array.Shape[1];
        long row = array.Strides[0], column = array.Strides[1], plane = array.Ndim == 3 ? array.Strides[2] : bytes;
        if (row == 0 && column == 0 && (array.Ndim == 2 || plane == 0))
        {
            long pixel = checked((long)bytes * planes);
            (row, column, plane) = (checked(pixel * columns), pixel, bytes);
        }
        // A stride of 0 along an axis would lay its elements upon each other; along an axis of one element it says nothing.
        CheckStride(row, rows, 0, what);
        CheckStride(column, columns, 1, what);
        CheckStride(plane, planes, 2, what);
        return new ArrayLayout((nint)array.Data, (DType)array.Dtype, rows, columns, planes, row, column, plane);
    }

    private static void CheckStride(long stride, int count, int axis, string what)
    {
        if (stride == 0 && count > 1)
        {
            throw CallException.Argument(
                $"{what} has a stride of 0 along its {Axis(axis)}, but others that are not 0; give all strides in bytes, or none.");
        }
    }

    private static string Axis(int axis) => axis switch
    {
        0 => "rows",
        1 => "columns",
        _ => "planes",
    };

    private static int Bytes(DType type) => type switch
    {
        DType.UInt8 or DType.Int8 => 1,
        DType.UInt16 or DType.Int16 or DType.Float16 => 2,
        DType.Float32 or DType.Int32 or DType.UInt32 => 4,
        _ => 8,
    };
}
