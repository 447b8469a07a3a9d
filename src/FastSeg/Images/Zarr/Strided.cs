using System.Runtime.CompilerServices;

namespace FastSeg.Images.Zarr;

/// <summary>Samples at equal distances.</summary>
internal static unsafe class Strided
{
    /// <summary>Copies samples that lie at equal distances to places at equal distances.</summary>
    /// <param name="from">The first one.</param>
    /// <param name="fromStep">Bytes to the next one; 0 repeats the first.</param>
    /// <param name="to">Where the first goes.</param>
    /// <param name="toStep">Bytes to the next place.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="size">Bytes of one: 1, 2, 4 or 8.</param>
    public static void Copy(byte* from, long fromStep, byte* to, long toStep, long count, int size)
    {
        if (fromStep == size && toStep == size)
        {
            Buffer.MemoryCopy(from, to, count * size, count * size);
            return;
        }
        switch (size)
        {
            case 1:
                Copy<byte>(from, fromStep, to, toStep, count);
                break;
            case 2:
                Copy<ushort>(from, fromStep, to, toStep, count);
                break;
            case 4:
                Copy<uint>(from, fromStep, to, toStep, count);
                break;
            default:
                Copy<ulong>(from, fromStep, to, toStep, count);
                break;
        }
    }

    private static void Copy<T>(byte* from, long fromStep, byte* to, long toStep, long count) where T : unmanaged
    {
        for (long i = 0; i < count; i++)
        {
            Unsafe.WriteUnaligned(to + (i * toStep), Unsafe.ReadUnaligned<T>(from + (i * fromStep)));
        }
    }
}
