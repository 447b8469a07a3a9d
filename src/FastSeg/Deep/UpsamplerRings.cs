using System.Runtime.InteropServices;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>
/// The rows of every stage that one worker holds: a ring of rows a stage, a row in blocks of 16 channels (block, column, channel), with
/// columns of padding at either side. All of it in one buffer, sized by the plan.
/// </summary>
internal sealed unsafe class UpsamplerRings : IDisposable
{
    private const int Lane = Convolution.Lane;

    /// <summary>Columns behind a row that a register tile may read and overwrite; at least the widest tile.</summary>
    private const int Slack = 16;

    private readonly UpsamplerPlan _plan;
    private readonly HostBuffer _buffer;
    private readonly nint[] _offsets;
    private readonly nint[] _channels;
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    /// <summary>Allocates and clears the rings.</summary>
    public UpsamplerRings(UpsamplerPlan plan)
    {
        _plan = plan;
        int count = plan.Stages.Count;
        (_offsets, _channels) = (new nint[count], new nint[count]);
        (_firsts, _lasts) = (new int[count + 1], new int[count + 1]);
        _buffer = new HostBuffer(Bytes(plan));
        // Columns past a row's end are read as well: cleared, they never hold what slows arithmetic down (denormals).
        NativeMemory.Clear(_buffer.Pointer, (nuint)_buffer.Length);
        nint floats = (nint)ZeroFloats(plan);
        for (int s = 0; s < count; s++)
        {
            _offsets[s] = floats;
            floats += (nint)StageFloats(plan, s);
        }
        int* table = (int*)((float*)_buffer.Pointer + floats + SourceFloats(plan));
        for (int s = 0; s < count; s++)
        {
            _channels[s] = (nint)table;
            table = FillChannels(plan, plan.Stages[s], table);
        }
    }

    /// <summary>Zeros where rows above and below the image are read with zero padding.</summary>
    public float* Zeros => (float*)_buffer.Pointer;

    /// <summary>Room for the pointers that one row's convolution reads from.</summary>
    public nint* Sources
    {
        get
        {
            int last = _offsets.Length - 1;
            return (nint*)((float*)_buffer.Pointer + _offsets[last] + (nint)StageFloats(_plan, last));
        }
    }

    /// <summary>Bytes that were allocated.</summary>
    public long AllocatedBytes => _buffer.Length;

    /// <summary>Bytes that a plan's rings take.</summary>
    public static long Bytes(UpsamplerPlan plan)
    {
        long floats = ZeroFloats(plan) + SourceFloats(plan);
        for (int s = 0; s < plan.Stages.Count; s++)
        {
            floats += StageFloats(plan, s) + Entries(plan, plan.Stages[s]);
        }
        return floats * sizeof(float);
    }

    /// <summary>Looks up which columns of each stage the region needs.</summary>
    public void Begin(Region region) => _plan.Trace(false, (int)region.X, (int)region.Right - 1, _firsts, _lasts);

    /// <summary>First column of a stage.</summary>
    public int First(int stage) => _firsts[stage];

    /// <summary>Last column of a stage.</summary>
    public int Last(int stage) => _lasts[stage];

    /// <summary>Channels of each block that a convolution reads, once for every window row.</summary>
    public int* Channels(int stage) => (int*)_channels[stage];

    /// <summary>Floats from a block of a row to the next.</summary>
    public nint BlockStride(int stage) => (nint)Columns(_plan, stage) * Lane;

    /// <summary>A row's first block, so that the image's column x is at the pointer plus 16 x.</summary>
    public float* Row(int stage, int row)
    {
        nint slot = row % _plan.MaxRows[stage];
        nint rowFloats = BlockStride(stage) * _plan.Stages[stage].Blocks.Length;
        return (float*)_buffer.Pointer + _offsets[stage] + (slot * rowFloats) + ((nint)(_plan.Stages[stage].Pad - _firsts[stage]) * Lane);
    }

    /// <summary>Fills a row's padding, where the row meets the image's left and right border.</summary>
    public void PadRow(int stage, int row, bool zeros)
    {
        UpsamplerStage at = _plan.Stages[stage];
        float* from = Row(stage, row);
        nint stride = BlockStride(stage);
        for (int block = 0; block < at.Blocks.Length; block++, from += stride)
        {
            for (int i = 1; i <= at.Pad; i++)
            {
                if (_firsts[stage] == 0)
                {
                    Pad(from, from - (i * Lane), zeros);
                }
                if (_lasts[stage] == at.Width - 1)
                {
                    float* end = from + ((nint)_lasts[stage] * Lane);
                    Pad(end, end + (i * Lane), zeros);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static void Pad(float* edge, float* to, bool zeros)
    {
        for (int i = 0; i < Lane; i++)
        {
            to[i] = zeros ? 0 : edge[i];
        }
    }

    private static int Columns(UpsamplerPlan plan, int stage) => plan.MaxColumns[stage] + (2 * plan.Stages[stage].Pad) + Slack;

    private static long StageFloats(UpsamplerPlan plan, int stage) =>
        (long)plan.MaxRows[stage] * plan.Stages[stage].Blocks.Length * Columns(plan, stage) * Lane;

    private static long ZeroFloats(UpsamplerPlan plan)
    {
        int widest = 0;
        for (int s = 0; s < plan.Stages.Count; s++)
        {
            widest = Math.Max(widest, Columns(plan, s));
        }
        return (long)widest * Lane;
    }

    private static int Entries(UpsamplerPlan plan, UpsamplerStage stage)
    {
        if (stage.Convolution is null)
        {
            return 0;
        }
        int blocks = plan.Stages[stage.Source].Blocks.Length + (stage.Second < 0 ? 0 : plan.Stages[stage.Second].Blocks.Length);
        return blocks * stage.Convolution.Kernel;
    }

    /// <summary>Two floats' room for a pointer.</summary>
    private static int SourceFloats(UpsamplerPlan plan) => 2 * plan.Stages.Max(stage => Entries(plan, stage));

    private static int* FillChannels(UpsamplerPlan plan, UpsamplerStage stage, int* table)
    {
        for (int row = 0; stage.Convolution is not null && row < stage.Convolution.Kernel; row++)
        {
            foreach (int channels in stage.Convolution.InputBlocks)
            {
                *table++ = channels;
            }
        }
        return table;
    }
}
