using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Statistics over the responses to oriented lines: sum, mean, std, median, max, min. Additions have the CPU's order: responses
/// k, k + 4, k + 8, ... in four sums, which are added as (0 + 1) + (2 + 3); ranks come from the same comparators.
/// </summary>
/// <remarks>
/// The default geometry (patch 19, 30 angles, thickness 1) has straight-line code. Groups have 32 x 8 threads, a thread computes four rows
/// of pixels, two at a time, one below the other: they share most of what they read. The patch around them lies in shared memory (10,000
/// bytes). A pixel costs 4 bytes read (9.8 with the rim, from the L2 cache), 24 bytes of planes or 6 of bins written; 156 loads of shared
/// memory, 320 additions, about 130 operations for responses and moments, and 274 minima and maxima, which run at half rate: some 1,200
/// issue slots. By count on an H100 issuing is the bound: 24 Gpx/s; on an A10 13.
/// <para>
/// For any other geometry, groups have 32 x 2 threads; responses and stacks lie in shared memory (25,600 bytes), pixels come from the L1
/// cache. A pixel of a line costs some 12 instructions and a comparator 8, on the default geometry 13,000 in all: 2.5 Gpx/s on an H100,
/// 1.2 on an A10.
/// </para>
/// </remarks>
public static class Membrane
{
    /// <summary>Rows that a thread computes (default geometry).</summary>
    public const int ThreadRows = 4;

    /// <summary>Rows of threads in a group (any geometry).</summary>
    public const int AnyGroupRows = 2;

    /// <summary>Most lines.</summary>
    public const int MaxAngles = 90;

    /// <summary>Depth that a line's program may need of its stack; a test goes through geometries.</summary>
    public const int MaxStack = 10;

    /// <summary>Floats from a row of the patch in shared memory to the next (default geometry); the generated code contains it.</summary>
    public const int Stride = Columns + (2 * Margin);

    private const int Columns = 32, Margin = 9, MaxRows = 8 * ThreadRows, AnyThreads = Columns * AnyGroupRows;

    /// <summary>The planes of the default geometry.</summary>
    /// <param name="pixels">The image.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="plane">Plane of the sum; the five others follow.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Default<TSink>(PlaneWindow pixels, TileShape shape, int plane, TSink sink) where TSink : struct, IPlaneSink
    {
        ArrayView<float> patch = SharedMemory.Allocate<float>(Stride * (MaxRows + (2 * Margin)));
        int rows = ThreadRows * Group.DimY, column = Grid.IdxX * Columns, top = Grid.IdxY * rows;
        for (int row = Group.IdxY; row < rows + (2 * Margin); row += Group.DimY)
        {
            for (int i = Group.IdxX; i < Stride; i += Columns)
            {
                patch[(row * Stride) + i] = pixels.At(shape.CoreX + column - Margin + i, shape.CoreY + top - Margin + row);
            }
        }
        GroupBarrier.Wait();
        column += Group.IdxX;
        for (int row = 2 * Group.IdxY; row < rows; row += 2 * Group.DimY)
        {
            if (column < shape.CoreWidth && top + row < shape.CoreHeight)
            {
                int pixel = ((top + row) * shape.CoreWidth) + column;
                int below = top + row + 1 < shape.CoreHeight ? pixel + shape.CoreWidth : -1;
                MembraneDefault.Pixels(patch, ((row + Margin) * Stride) + Group.IdxX + Margin, plane, pixel, below, sink);
            }
        }
    }

    /// <summary>The planes of any geometry; to be launched with groups of 32 x <see cref="AnyGroupRows"/> threads.</summary>
    /// <param name="pixels">The image.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="tables">The lines.</param>
    /// <param name="plane">Plane of the sum; the five others follow.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Any<TSink>(PlaneWindow pixels, TileShape shape, MembraneTables tables, int plane, TSink sink)
        where TSink : struct, IPlaneSink
    {
        ArrayView<float> responses = SharedMemory.Allocate<float>(MaxAngles * AnyThreads);
        ArrayView<float> stack = SharedMemory.Allocate<float>(MaxStack * AnyThreads);
        int thread = (Group.IdxY * Columns) + Group.IdxX;
        int column = (Grid.IdxX * Columns) + Group.IdxX, line = (Grid.IdxY * Group.DimY) + Group.IdxY;
        // Every thread keeps to its own column of shared memory, so no barrier is needed.
        if (column < shape.CoreWidth && line < shape.CoreHeight)
        {
            Respond(pixels, shape.CoreX + column, shape.CoreY + line, tables, responses, stack, thread);
            int pixel = (line * shape.CoreWidth) + column;
            StoreMoments(responses, thread, tables, plane, pixel, sink);
            StoreRanks(responses, thread, tables, plane + 3, pixel, sink);
        }
    }

    /// <summary>
    /// Runs the program of every line. The stack's topmost sum is in a register; the others lie in shared memory, below what
    /// <c>below</c> points to.
    /// </summary>
    private static void Respond(
        PlaneWindow pixels, int x, int y, MembraneTables tables, ArrayView<float> responses, ArrayView<float> stack, int thread)
    {
        float centre = pixels.At(x, y);
        int entry = tables.FirstEntry[0];
        for (int line = 0; line < tables.Angles; line++)
        {
            float share = tables.Reciprocals[line], response = centre * share, top = 0;
            int end = tables.FirstEntry[line + 1], first = entry, below = thread;
            for (; entry < end; entry++)
            {
                int code = tables.Program[entry], dx = (code & 255) - 64, dy = ((code >> 8) & 255) - 64;
                if (entry > first)
                {
                    stack[below] = top;
                    below += AnyThreads;
                }
                top = pixels.At(x + dx, y + dy) + pixels.At(x - dx, y - dy);
                for (int additions = code >> 16; additions > 0; additions--)
                {
                    below -= AnyThreads;
                    top = stack[below] + top;
                }
            }
            responses[(line * AnyThreads) + thread] = first == end ? response : Fma.Of(top, share, response);
        }
    }

    /// <summary>Sum, mean and std. Behind the last response the sums stay as they are, so that any number of lines works.</summary>
    private static void StoreMoments<TSink>(ArrayView<float> responses, int thread, MembraneTables tables, int plane, int pixel, TSink sink)
        where TSink : struct, IPlaneSink
    {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int end = tables.Angles * AnyThreads;
        for (int i = thread; i < end; i += 4 * AnyThreads)
        {
            s0 += responses[i];
            s1 = i + AnyThreads < end ? s1 + responses[i + AnyThreads] : s1;
            s2 = i + (2 * AnyThreads) < end ? s2 + responses[i + (2 * AnyThreads)] : s2;
            s3 = i + (3 * AnyThreads) < end ? s3 + responses[i + (3 * AnyThreads)] : s3;
        }
        float sum = s0 + s1 + (s2 + s3);
        // The mean is subtracted below; as a bare product the assembler could fuse it with the difference.
        float mean = Fma.Of(sum, tables.Share, 0f);
        sink.Store(plane, pixel, sum);
        sink.Store(plane + 1, pixel, mean);
        s0 = 0;
        s1 = 0;
        s2 = 0;
        s3 = 0;
        for (int i = thread; i < end; i += 4 * AnyThreads)
        {
            s0 = Square(responses[i] - mean, s0);
            s1 = i + AnyThreads < end ? Square(responses[i + AnyThreads] - mean, s1) : s1;
            s2 = i + (2 * AnyThreads) < end ? Square(responses[i + (2 * AnyThreads)] - mean, s2) : s2;
            s3 = i + (3 * AnyThreads) < end ? Square(responses[i + (3 * AnyThreads)] - mean, s3) : s3;
        }
        sink.Store(plane + 2, pixel, MathF.Sqrt((s0 + s1 + (s2 + s3)) * tables.Share));
    }

    /// <summary>Median, max and min: sorts the responses in place, as far as the comparators do.</summary>
    private static void StoreRanks<TSink>(ArrayView<float> responses, int thread, MembraneTables tables, int plane, int pixel, TSink sink)
        where TSink : struct, IPlaneSink
    {
        for (int i = 0; i < tables.Comparators.IntLength; i++)
        {
            int places = tables.Comparators[i], low = ((places & 255) * AnyThreads) + thread, high = ((places >> 8) * AnyThreads) + thread;
            float a = responses[low], b = responses[high];
            responses[low] = Math.Min(a, b);
            responses[high] = Math.Max(a, b);
        }
        int last = tables.Angles - 1;
        float lower = responses[(last / 2 * AnyThreads) + thread], upper = responses[(tables.Angles / 2 * AnyThreads) + thread];
        sink.Store(plane, pixel, tables.Angles % 2 == 0 ? (lower + upper) * 0.5f : lower);
        sink.Store(plane + 1, pixel, responses[(last * AnyThreads) + thread]);
        sink.Store(plane + 2, pixel, responses[thread]);
    }

    private static float Square(float deviation, float sum) => Fma.Of(deviation, deviation, sum);
}

/// <summary>The lines of a membrane geometry as tables, for <see cref="Membrane.Any"/>.</summary>
public struct MembraneTables
{
    /// <summary>
    /// For every line a small program over a stack of sums. An entry puts the sum of a pixel and its mirror image on the stack (bits 0 to
    /// 7: the upper one's column + 64, bits 8 to 15: its row + 64); then it adds the two topmost sums, as often as bits 16 and up say.
    /// </summary>
    public ArrayView<int> Program;

    /// <summary>For every line its first entry, then the number of all entries. A line of the centre alone has no entry.</summary>
    public ArrayView<int> FirstEntry;

    /// <summary>For every line the reciprocal of its pixel count.</summary>
    public ArrayView<float> Reciprocals;

    /// <summary>Comparators of the selection network: bits 0 to 7 the smaller value's position, the bits above the larger one's.</summary>
    public ArrayView<int> Comparators;

    /// <summary>Number of lines.</summary>
    public int Angles;

    /// <summary>1 / number of lines.</summary>
    public float Share;
}
