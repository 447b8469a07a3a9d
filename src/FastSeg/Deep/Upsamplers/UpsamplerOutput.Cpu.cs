using System.Runtime.Intrinsics.X86;
using FastSeg.Deep.Convolutions;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Writes rows of the result, resized to the image, into the caller's planes; for one worker.</summary>
internal sealed unsafe class UpsamplerOutputCpu<TLanes, TVector>(UpsamplerPlanCpu plan, UpsamplerRingsCpu rings)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    private readonly UpsamplerStageCpu _result = plan.Stages[^1];

    /// <summary>Writes a row of the region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="source">The result's row that it shows.</param>
    /// <param name="output">The planes, from that row on.</param>
    public void Write(Region region, int source, in OutputPlanes output)
    {
        float* from = rings.Row(plan.Stages.Count - 1, source);
        nint stride = rings.BlockStride(plan.Stages.Count - 1);
        for (int x = 0; x < (int)region.Width; x += UpsamplerPlanCpu.PanelColumns)
        {
            int columns = Math.Min(UpsamplerPlanCpu.PanelColumns, (int)region.Width - x);
            for (int block = 0; block < _result.Blocks.Length; block++)
            {
                float* to = output.First + x + (block * Lane * output.PlaneStride);
                Turn(from + (block * stride), (int)region.X + x, columns, _result.Blocks[block], to, output.PlaneStride);
            }
        }
    }

    private int SourceColumn(int column) => Resize.Nearest(column, _result.Width, plan.Width);

    /// <summary>
    /// Takes pixels of 16 channels apart into planes, resized to the image by the nearest pixel. All of the panel is transposed first and
    /// then written plane by plane: writing a few pixels of every plane in turn would touch more pages than the 16 TLB entries for stores.
    /// </summary>
    private void Turn(float* panel, int x, int columns, int channels, float* output, nint planeStride)
    {
        const int Square = Lane * Lane;
        float* gathered = stackalloc float[Square];
        float* turned = rings.Turned;
        for (int first = 0; first < channels; first += TLanes.Count)
        {
            for (int i = 0; i < columns; i += TLanes.Count)
            {
                // The cache lines that the panel will be written to are on their way while it is transposed.
                for (int c = 0; c < Math.Min(TLanes.Count, channels - first); c++)
                {
                    Sse.Prefetch0(output + ((first + c) * planeStride) + i);
                }
                float* from = Pixels(panel + first, x + i, Math.Min(TLanes.Count, columns - i), gathered);
                TLanes.Transpose(from, Lane, turned + (i * TLanes.Count), TLanes.Count);
            }
            for (int c = 0; c < Math.Min(TLanes.Count, channels - first); c++)
            {
                float* to = output + ((first + c) * planeStride);
                for (int i = 0; i < columns; i += TLanes.Count)
                {
                    Put(turned + ((i + c) * TLanes.Count), to + i, Math.Min(TLanes.Count, columns - i));
                }
            }
        }
    }

    /// <summary>
    /// The source pixels, 16 floats apart: where they lie already, or copied together where the last resizing skips or repeats columns.
    /// </summary>
    private float* Pixels(float* panel, int x, int pixels, float* gathered)
    {
        if (_result.Width == plan.Width)
        {
            return panel + ((nint)x * Lane);
        }
        for (int i = 0; i < pixels; i++)
        {
            TLanes.Store(TLanes.Load(panel + ((nint)SourceColumn(x + i) * Lane)), gathered + (i * Lane));
        }
        return gathered;
    }

    private static void Put(float* from, float* to, int count)
    {
        if (count == TLanes.Count)
        {
            TLanes.Store(TLanes.Load(from), to);
            return;
        }
        for (int i = 0; i < count; i++)
        {
            to[i] = from[i];
        }
    }
}

/// <summary>Where a region of the result goes.</summary>
/// <param name="first">Plane 0, the region's first pixel.</param>
/// <param name="planeStride">Floats from a plane to the next.</param>
/// <param name="rowStride">Floats from a row to the next.</param>
internal readonly unsafe struct OutputPlanes(float* first, nint planeStride, nint rowStride)
{
    /// <summary>Plane 0, the region's first pixel.</summary>
    public float* First { get; } = first;

    /// <summary>Floats from a plane to the next.</summary>
    public nint PlaneStride { get; } = planeStride;

    /// <summary>Floats from a row to the next.</summary>
    public nint RowStride { get; } = rowStride;

    /// <summary>The same planes from another row on.</summary>
    public OutputPlanes From(int row) => new(First + ((nint)row * RowStride), PlaneStride, RowStride);
}
