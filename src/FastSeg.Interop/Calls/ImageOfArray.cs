using System.Runtime.InteropServices;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Calls;

/// <summary>
/// An image in the caller's array: read where it lies where its pixels are interleaved without gaps, otherwise from a packed copy.
/// </summary>
internal sealed unsafe class ImageOfArray : IDisposable
{
    private void* _copy;

    /// <summary>Takes a caller's array.</summary>
    /// <param name="array">The array.</param>
    /// <param name="what">What a sentence about the array calls it, as its subject.</param>
    /// <param name="name">What sentences about the image call it.</param>
    public ImageOfArray(in NativeArray array, string what, string name)
    {
        ArrayLayout layout = ArrayLayout.Of(array, what);
        SampleType type = layout.Dtype.ToSample();
        (nint data, long stride) = layout.HasPackedRows ? (layout.Data, layout.RowStride) : (Copied(layout), 0);
        Reader = new MemoryImage(data, layout.Columns, layout.Rows, layout.Planes, layout.Rows == 1 ? 0 : stride, type, name);
    }

    /// <summary>The image.</summary>
    public MemoryImage Reader { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reader.Dispose();
        NativeMemory.Free(_copy);
        _copy = null;
    }

    private nint Copied(ArrayLayout layout)
    {
        int bytes = layout.SampleBytes;
        _copy = NativeMemory.Alloc(checked((nuint)layout.Rows * (nuint)layout.Columns * (nuint)(layout.Planes * bytes)));
        byte* to = (byte*)_copy;
        for (int y = 0; y < layout.Rows; y++)
        {
            for (int x = 0; x < layout.Columns; x++)
            {
                byte* from = (byte*)layout.Data + (y * layout.RowStride) + (x * layout.ColumnStride);
                for (int plane = 0; plane < layout.Planes; plane++, to += bytes, from += layout.PlaneStride)
                {
                    new ReadOnlySpan<byte>(from, bytes).CopyTo(new Span<byte>(to, bytes));
                }
            }
        }
        return (nint)_copy;
    }
}
