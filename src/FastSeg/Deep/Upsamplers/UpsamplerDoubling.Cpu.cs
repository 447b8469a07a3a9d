using FastSeg.Deep.Convolutions;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Runs the two halves of a doubling (columns, then rows) on rows of the rings, one output block at a time.</summary>
internal sealed unsafe class UpsamplerDoublingCpu<TLanes, TVector>(UpsamplerPlanCpu plan, UpsamplerRingsCpu rings, bool zeros)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;
    private const int MostSources = 2 * DoublingConvolution.Kernel;

    /// <summary>One row of the first half: columns <paramref name="left"/> .. <paramref name="right"/> of a block's partial sums.</summary>
    public void Columns(int s, int row, int block, int left, int right)
    {
        UpsamplerStageCpu stage = plan.Stages[s];
        DoublingConvolution doubling = stage.Doubling!;
        Convolution taps = doubling.Taps[block];
        ConvolutionRow reads = default;
        reads.Sources = rings.Sources;
        reads.Channels = taps.EntryChannels;
        (reads.Entries, reads.Taps) = (taps.Entries, 1);
        float* from = rings.Row(stage.Source, row);
        for (int entry = 0; entry < taps.Entries; entry++)
        {
            reads.Sources[entry] = (nint)(from + (entry * rings.BlockStride(stage.Source)));
        }
        nint stride = rings.BlockStride(s);
        float* output = rings.Row(s, row) + (block * DoublingConvolution.Kernel * stride);
        DoublingConvolutionCpu<TLanes, TVector>.Columns(taps, ref reads, rings.Table(s), left, right, rings.Products, output, stride);
    }

    /// <summary>One row of the second half: columns <paramref name="left"/> .. <paramref name="right"/> of a block.</summary>
    public void Rows(int s, int row, int block, int left, int right, float* output)
    {
        UpsamplerStageCpu stage = plan.Stages[s];
        DoublingConvolution doubling = stage.Doubling!;
        int sums = stage.Source, height = plan.Stages[sums].Height, count = 0;
        nint stride = rings.BlockStride(sums);
        float** sources = stackalloc float*[MostSources];
        float* weights = stackalloc float[MostSources];
        for (int tap = 0; tap < DoublingConvolution.Kernel; tap++)
        {
            DoublingSource at = DoublingSource.At(row + tap - DoublingConvolution.Radius, height, doubling.Align, zeros);
            nint skip = (((block * DoublingConvolution.Kernel) + tap) * stride) + ((nint)left * Lane);
            sources[count] = rings.Row(sums, at.First) + skip;
            weights[count++] = at.Near;
            sources[count] = rings.Row(sums, at.First + at.Step) + skip;
            weights[count++] = at.Far;
        }
        float* bias = doubling.Bias + (block * Lane);
        DoublingConvolutionCpu<TLanes, TVector>.Rows(sources, weights, count, bias, right - left + 1, output + ((nint)left * Lane));
    }
}
