using System.Runtime.InteropServices;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>
/// The rows of every stage that one worker holds: a ring of rows a stage, a row in blocks of 16 channels (block, column, channel), with
/// columns of padding at either side; and the rooms that computing a row needs. All of it in one buffer, sized by the plan.
/// </summary>
internal sealed unsafe class UpsamplerRings : IDisposable
{
    /// <summary>Columns behind a row that register tiles may read and overwrite; more than the widest tile has.</summary>
    public const int Slack = 16;

    private const int Lane = Convolution.Lane;

    private readonly UpsamplerPlan _plan;
    private readonly HostBuffer _buffer;
    private readonly UpsamplerRooms _rooms;
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    /// <summary>Allocates and clears the rings.</summary>
    public UpsamplerRings(UpsamplerPlan plan)
    {
        _plan = plan;
        _rooms = new UpsamplerRooms(plan);
        (_firsts, _lasts) = (new int[plan.Stages.Count + 1], new int[plan.Stages.Count + 1]);
        _buffer = new HostBuffer(_rooms.Bytes);
        // Columns past a row's end are read as well: cleared, they never hold what slows arithmetic down (denormals).
        NativeMemory.Clear(_buffer.Pointer, (nuint)_buffer.Length);
    }

    /// <summary>Bytes that were allocated.</summary>
    public long AllocatedBytes => _buffer.Length;

    /// <summary>Zeros where rows above and below the image are read with zero padding.</summary>
    public float* Zeros => At(0);

    /// <summary>Room for the pointers that one row's convolution reads from.</summary>
    public nint* Sources => (nint*)At(_rooms.Sources);

    /// <summary>Room for the taps' products of a doubling.</summary>
    public float* Products => At(_rooms.Products);

    /// <summary>Room for a Winograd convolution's sums.</summary>
    public float* Sums => At(_rooms.Sums);

    /// <summary>Room for a Winograd convolution's points: point, block, group, channel.</summary>
    public float* Points => At(_rooms.Points);

    /// <summary>Room for its transformation.</summary>
    public float* Room => At(_rooms.Room);

    /// <summary>Room for a panel of the result, channel by channel.</summary>
    public float* Turned => At(_rooms.Turned);

    /// <summary>Looks up which columns of each stage the region needs.</summary>
    public void Begin(Region region, bool zeros)
    {
        _plan.Trace(false, (int)region.X, (int)region.Right - 1, _firsts, _lasts);
        for (int s = 0; s < _plan.Stages.Count; s++)
        {
            UpsamplerStage stage = _plan.Stages[s];
            if (stage.Kind == UpsamplerKind.DoubleColumns)
            {
                const int Radius = DoublingConvolution.Radius;
                DoublingSource* table = Table(s);
                for (int x = _firsts[s] - Radius; x <= _lasts[s] + Radius; x++)
                {
                    table[x] = DoublingSource.At(x, stage.Width / 2, zeros);
                }
            }
        }
    }

    /// <summary>First column of a stage.</summary>
    public int First(int stage) => _firsts[stage];

    /// <summary>Last column of a stage.</summary>
    public int Last(int stage) => _lasts[stage];

    /// <summary>Where the columns of a doubling lie; column x at the pointer plus x.</summary>
    public DoublingSource* Table(int stage) =>
        (DoublingSource*)At(_rooms.Tables[stage]) + DoublingConvolution.Radius - _firsts[stage];

    /// <summary>Floats from a block of a row to the next.</summary>
    public nint BlockStride(int stage) => (nint)UpsamplerRooms.Columns(_plan, stage) * Lane;

    /// <summary>A row's first block, so that the image's column x is at the pointer plus 16 x.</summary>
    public float* Row(int stage, int row)
    {
        nint slot = row % _plan.MaxRows[stage];
        nint rowFloats = BlockStride(stage) * _plan.Stages[stage].Blocks.Length;
        return At(_rooms.Stages[stage]) + (slot * rowFloats) + ((nint)(_plan.Stages[stage].Pad - _firsts[stage]) * Lane);
    }

    /// <summary>Fills a row's padding, where the row meets the image's left and right border.</summary>
    public void PadRow(int stage, int row, bool zeros)
    {
        UpsamplerStage at = _plan.Stages[stage];
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

    private static void Pad(float* edge, float* to, bool zeros)
    {
        for (int i = 0; i < Lane; i++)
        {
            to[i] = zeros ? 0 : edge[i];
        }
    }

    private float* At(long offset) => (float*)_buffer.Pointer + offset;
}
