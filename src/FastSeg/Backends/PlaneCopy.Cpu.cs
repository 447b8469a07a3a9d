using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Images;
using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>Copies the planes of bands to where the caller wants them.</summary>
internal static unsafe class PlaneCopyCpu
{
    /// <summary>Pixels that are brought from planes to interleaved values at a time, and planes likewise: the lanes of a vector.</summary>
    private const int Block = 16;

    private const int Line = 64;

    /// <summary>Copies all planes of a band. Only memory of the band's own pixels is written.</summary>
    public static void Run(in Band band, in PlaneTarget target)
    {
        for (int row = 0; row < band.Height; row++)
        {
            if (target.PixelStride == target.ValueBytes)
            {
                Planes(band, row, target);
            }
            else if (target.PlaneStride == target.ValueBytes)
            {
                Interleaved(band, row, target);
            }
            else
            {
                Values(band, row, target, 0, band.Width, 0, band.Planes);
            }
        }
    }

    /// <summary>Ends a piece of work: what was written past the caches becomes visible to other threads.</summary>
    public static void Fence() => Sse.StoreFence();

    private static void Planes(in Band band, int row, in PlaneTarget target)
    {
        for (int plane = 0; plane < band.Planes; plane++)
        {
            float* from = band.Row(plane, row);
            nint to = target.At(plane, band.X, band.Y + row);
            if (target.IsHalf)
            {
                Narrow(from, (Half*)to, band.Width);
            }
            else
            {
                Stream(from, (float*)to, band.Width);
            }
        }
    }

    /// <summary>
    /// Whole blocks are turned in registers; what is left of pixels and planes is copied one by one, so that nothing is written past the
    /// band.
    /// </summary>
    private static void Interleaved(in Band band, int row, in PlaneTarget target)
    {
        float* turned = stackalloc float[Block * Block];
        int columns = band.Width / Block * Block, planes = band.Planes / Block * Block;
        nint stride = (nint)(target.PixelStride / sizeof(float));
        for (int column = 0; column < columns; column += Block)
        {
            for (int plane = 0; plane < planes; plane += Block)
            {
                float* from = band.Row(plane, row) + column;
                nint to = target.At(plane, band.X + column, band.Y + row);
                if (!target.IsHalf && target.PixelStride % sizeof(float) == 0)
                {
                    Turn(from, band.PlaneStride, (float*)to, stride);
                    continue;
                }
                Turn(from, band.PlaneStride, turned, Block);
                for (int pixel = 0; pixel < Block; pixel++)
                {
                    byte* place = (byte*)to + (pixel * target.PixelStride);
                    if (target.IsHalf)
                    {
                        Narrow(turned + (pixel * Block), (Half*)place, Block);
                    }
                    else
                    {
                        Buffer.MemoryCopy(turned + (pixel * Block), place, Block * sizeof(float), Block * sizeof(float));
                    }
                }
            }
        }
        Values(band, row, target, 0, columns, planes, band.Planes);
        Values(band, row, target, columns, band.Width, 0, band.Planes);
    }

    /// <summary>Copies one by one.</summary>
    private static void Values(in Band band, int row, in PlaneTarget target, int firstColumn, int endColumn, int firstPlane, int endPlane)
    {
        for (int plane = firstPlane; plane < endPlane; plane++)
        {
            float* from = band.Row(plane, row);
            byte* to = (byte*)target.At(plane, band.X, band.Y + row);
            for (int column = firstColumn; column < endColumn; column++)
            {
                byte* place = to + (column * target.PixelStride);
                if (target.IsHalf)
                {
                    *(Half*)place = (Half)from[column];
                }
                else
                {
                    *(float*)place = from[column];
                }
            }
        }
    }

    /// <summary>Transposes a block of 16 x 16.</summary>
    private static void Turn(float* from, nint stride, float* to, nint step)
    {
        if (VectorPath.Bits == 512)
        {
            Transposition.Turn16(from, stride, to, step);
            return;
        }
        const int Half = Block / 2;
        for (int pixel = 0; pixel < Block; pixel += Half)
        {
            for (int plane = 0; plane < Block; plane += Half)
            {
                Transposition.Turn8(from + (plane * stride) + pixel, stride, to + (pixel * step) + plane, step);
            }
        }
    }

    /// <summary>
    /// Copies floats past the caches: a stack of planes is far larger than these, and a line that is written as a whole need not be read
    /// from memory first.
    /// </summary>
    private static void Stream(float* from, float* to, int count)
    {
        int i = 0;
        if ((nint)to % sizeof(float) == 0)
        {
            int before = (int)Math.Min((Line - ((nint)to & (Line - 1))) % Line / sizeof(float), count);
            for (; i < before; i++)
            {
                to[i] = from[i];
            }
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256.Load(from + i).StoreAlignedNonTemporal(to + i);
            }
        }
        new ReadOnlySpan<float>(from + i, count - i).CopyTo(new Span<float>(to + i, count - i));
    }

    private static void Narrow(float* from, Half* to, int count) =>
        TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(from, count), new Span<Half>(to, count));
}
