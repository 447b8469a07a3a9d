using System.Runtime.InteropServices;
using FastSeg.Deep.Convolutions;
using FastSeg.Native;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// The rows of every stage that one worker holds, as a ring of rows a stage, and its scratch. A row lies in blocks of 16 channels (block,
/// column, channel), with columns of padding at either side. All of it is one buffer, laid out by <see cref="UpsamplerLayoutCpu"/>.
/// </summary>
internal sealed unsafe class UpsamplerRingsCpu : IDisposable
{
    private const int Lane = Convolution.Lane;

    private readonly UpsamplerPlanCpu _plan;
    private readonly HostBuffer _buffer;
    private readonly UpsamplerLayoutCpu _layout;
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    /// <summary>Allocates and clears the buffer.</summary>
    public UpsamplerRingsCpu(UpsamplerPlanCpu plan)
    {
        _plan = plan;
        _layout = new UpsamplerLayoutCpu(plan);
        (_firsts, _lasts) = (new int[plan.Stages.Count + 1], new int[plan.Stages.Count + 1]);
        _buffer = new HostBuffer(_layout.Bytes);
        // Columns past a row's end are read as well; zeros there keep out denormals, which would slow the arithmetic down.
        NativeMemory.Clear(_buffer.Pointer, (nuint)_buffer.Length);
    }

    /// <summary>Bytes that were allocated.</summary>
    public long AllocatedBytes => _buffer.Length;

    /// <summary>A row of zeros: what zero padding reads above and below the image.</summary>
    public float* Zeros => At(0);

    /// <summary>Scratch for the pointers that one row's convolution reads from.</summary>
    public nint* Sources => (nint*)At(_layout.Sources);

    /// <summary>Scratch for the products of a doubling's taps.</summary>
    public float* Products => At(_layout.Products);

    /// <summary>Scratch for a Winograd convolution's sums.</summary>
    public float* Sums => At(_layout.Sums);

    /// <summary>Scratch for a Winograd convolution's points: point, block, group, channel.</summary>
    public float* Points => At(_layout.Points);

    /// <summary>Scratch between the two directions of a Winograd transformation.</summary>
    public float* Transformed => At(_layout.Transformed);

    /// <summary>Scratch for a panel of the result, channel by channel.</summary>
    public float* Turned => At(_layout.Turned);

    /// <summary>Looks up which columns of each stage the region needs.</summary>
    public void Begin(Region region, bool zeros)
    {
        _plan.Trace(false, (int)region.X, (int)region.Right - 1, _firsts, _lasts);
        for (int s = 0; s < _plan.Stages.Count; s++)
        {
            UpsamplerStageCpu stage = _plan.Stages[s];
            if (stage.Kind == UpsamplerKindCpu.DoubleColumns)
            {
                const int Radius = DoublingConvolution.Radius;
                DoublingSource* table = Table(s);
                for (int x = _firsts[s] - Radius; x <= _lasts[s] + Radius; x++)
                {
                    table[x] = DoublingSource.At(x, stage.Width / 2, stage.Doubling!.Align, zeros);
                }
            }
        }
    }

    /// <summary>First column of a stage.</summary>
    public int First(int stage) => _firsts[stage];

    /// <summary>Last column of a stage.</summary>
    public int Last(int stage) => _lasts[stage];

    /// <summary>
    /// For each column of a doubling's result, the two columns of its source between which it lies. The entry of the image's column x is
    /// at the pointer plus x.
    /// </summary>
    public DoublingSource* Table(int stage) =>
        (DoublingSource*)At(_layout.Tables[stage]) + DoublingConvolution.Radius - _firsts[stage];

    /// <summary>Floats from a block of a row to the next.</summary>
    public nint BlockStride(int stage) => (nint)UpsamplerLayoutCpu.Columns(_plan, stage) * Lane;

    /// <summary>A row's first block, so that the image's column x is at the pointer plus 16 x.</summary>
    public float* Row(int stage, int row)
    {
        nint slot = row % _plan.MaxRows[stage];
        nint rowFloats = BlockStride(stage) * _plan.Stages[stage].Blocks.Length;
        return At(_layout.Stages[stage]) + (slot * rowFloats) + ((nint)(_plan.Stages[stage].Pad - _firsts[stage]) * Lane);
    }

    /// <summary>Fills a row's padding, where the row meets the image's left and right border.</summary>
    public void PadRow(int stage, int row, bool zeros)
    {
        UpsamplerStageCpu at = _plan.Stages[stage];
        float* from = Row(stage, row);
        nint stride = BlockStride(stage);
        for (int block = 0; block < at.Blocks.Length && at.Pad > 0; block++)
        {
            PadBlock(from + (block * stride), _firsts[stage], _lasts[stage], at.Width, at.Pad, zeros);
        }
    }

    /// <summary>Fills the padding of one block of a row that holds columns <paramref name="first"/> .. <paramref name="last"/>.</summary>
    private static void PadBlock(float* row, int first, int last, int width, int pad, bool zeros)
    {
        for (int i = 1; i <= pad; i++)
        {
            if (first == 0)
            {
                Pad(row, row - (i * Lane), zeros);
            }
            if (last == width - 1)
            {
                float* end = row + ((nint)last * Lane);
                Pad(end, end + (i * Lane), zeros);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    /// <summary>One pixel of padding: zeros, or the edge's channels.</summary>
    private static void Pad(float* edge, float* to, bool zeros)
    {
        for (int i = 0; i < Lane; i++)
        {
            to[i] = zeros ? 0 : edge[i];
        }
    }

    private float* At(long offset) => (float*)_buffer.Pointer + offset;
}
