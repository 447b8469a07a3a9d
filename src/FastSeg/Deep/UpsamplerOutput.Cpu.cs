using FastSeg.Features;
using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>
/// The last doubling and the way out, for one worker. A strip goes panel by panel of columns and block by block of channels, so that the
/// partial sums of a panel's few rows stay in the L2 cache; a row of a panel goes straight from its last sum into the planes.
/// </summary>
internal sealed unsafe class UpsamplerOutputCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    private readonly UpsamplerPlan _plan;
    private readonly UpsamplerRings _rings;
    private readonly UpsamplerBorderCpu<TLanes, TVector> _border;
    private readonly UpsamplerStage _result;
    private readonly DoublingCpuRows<TLanes, TVector> _doubling;

    /// <summary>Uses the rings' room.</summary>
    public UpsamplerOutputCpu(UpsamplerPlan plan, UpsamplerRings rings, DoublingCpuRows<TLanes, TVector> doubling, bool zeros)
    {
        (_plan, _rings, _doubling) = (plan, rings, doubling);
        _border = new UpsamplerBorderCpu<TLanes, TVector>(plan, rings, zeros);
        _result = plan.Stages[^1];
    }

    /// <summary>Writes rows <paramref name="top"/> .. <paramref name="bottom"/> of the region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="top">First row.</param>
    /// <param name="bottom">Last row.</param>
    /// <param name="next">The first row of the doubling's first half that is not there yet.</param>
    /// <param name="output">The planes, from row <paramref name="top"/> on.</param>
    public void Write(Region region, int top, int bottom, int next, in OutputPlanes output)
    {
        int last = _plan.Stages.Count - 1;
        _border.Compute(Source(top), Source(bottom), _rings.First(last), _rings.Last(last));
        for (int x = 0; x < (int)region.Width; x += UpsamplerPlan.PanelColumns)
        {
            int columns = Math.Min(UpsamplerPlan.PanelColumns, (int)region.Width - x);
            for (int block = 0; block < _result.Blocks.Length; block++)
            {
                WritePanel(region, top, bottom, next, (int)region.X + x, columns, block, output);
            }
        }
    }

    private int Source(int row) => Resize.Nearest(row, _result.Height, _plan.Height);

    private int SourceColumn(int column) => Resize.Nearest(column, _result.Width, _plan.Width);

    private void WritePanel(Region region, int top, int bottom, int next, int x, int columns, int block, in OutputPlanes output)
    {
        int sums = _plan.Stages.Count - 2, done = -1;
        int left = SourceColumn(x), right = SourceColumn(x + columns - 1);
        float* panel = _rings.Panel - ((nint)left * Lane);
        for (int y = top; y <= bottom; y++)
        {
            int row = Source(y);
            int needed = _result.Reads(true, row, row, _plan.Stages[sums].Height).High;
            for (; next <= needed; next++)
            {
                _doubling.Columns(sums, next, block, left, right);
            }
            if (row != done)
            {
                Finish(row, block, left, right, panel);
                done = row;
            }
            float* to = output.First + ((nint)(y - top) * output.RowStride) + (x - (nint)region.X) + (block * Lane * output.PlaneStride);
            Turn(panel, x, columns, _result.Blocks[block], to, output.PlaneStride);
        }
    }

    /// <summary>One row of the result: its inside from the doubling, its border from the border's rooms.</summary>
    private void Finish(int row, int block, int left, int right, float* panel)
    {
        int last = _plan.Stages.Count - 1;
        if (row == 0 || row == _result.Height - 1)
        {
            float* from = _border.RowOf(row == 0 ? 0 : 1, block) + ((nint)(left - _rings.First(last)) * Lane);
            new ReadOnlySpan<float>(from, (right - left + 1) * Lane).CopyTo(new Span<float>(panel + ((nint)left * Lane), (right - left + 1) * Lane));
            return;
        }
        _doubling.Rows(last, row, block, left, right, panel);
        if (left == 0)
        {
            new ReadOnlySpan<float>(_border.PixelOf(0, row, block), Lane).CopyTo(new Span<float>(panel, Lane));
        }
        if (right == _result.Width - 1)
        {
            new ReadOnlySpan<float>(_border.PixelOf(1, row, block), Lane).CopyTo(new Span<float>(panel + ((nint)right * Lane), Lane));
        }
    }

    /// <summary>
    /// Takes pixels of 16 channels apart into planes, nearest-resized to the image. All of the panel is turned first and then written
    /// plane by plane: a page of every plane for every few pixels would be more than the store side's 16 TLB entries hold.
    /// </summary>
    private void Turn(float* panel, int x, int columns, int channels, float* output, nint planeStride)
    {
        const int Square = Lane * Lane;
        float* gathered = stackalloc float[Square];
        float* turned = _rings.Turned;
        for (int first = 0; first < channels; first += TLanes.Count)
        {
            for (int i = 0; i < columns; i += TLanes.Count)
            {
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

    /// <summary>The source pixels, 16 floats apart: where they are, or gathered when the last resizing skips or repeats columns.</summary>
    private float* Pixels(float* panel, int x, int pixels, float* gathered)
    {
        if (_result.Width == _plan.Width)
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
