using FastSeg.Features;
using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>Takes rows of the last stage, nearest-resized to the image, out of their blocks into planes.</summary>
internal static unsafe class UpsamplerOutputCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    /// <summary>Writes one row of the region.</summary>
    public static void WriteRow(UpsamplerPlan plan, UpsamplerRings rings, Region region, int row, in OutputPlanes output)
    {
        int last = plan.Stages.Count - 1;
        UpsamplerStage stage = plan.Stages[last];
        float* from = rings.Row(last, Resize.Nearest(row, stage.Height, plan.Height));
        float* to = output.First + ((nint)(row - region.Y) * output.RowStride);
        float* square = stackalloc float[2 * Lane * Lane];
        for (int channel = 0; channel < plan.Network.Config.ChannelsOut; channel += TLanes.Count)
        {
            float* block = from + (channel / Lane * rings.BlockStride(last)) + (channel % Lane);
            int channels = Math.Min(TLanes.Count, plan.Network.Config.ChannelsOut - channel);
            for (int x = 0; x < (int)region.Width; x += TLanes.Count)
            {
                int pixels = Math.Min(TLanes.Count, (int)region.Width - x);
                float* source = Pixels(plan, stage, block, (int)region.X + x, pixels, square + (Lane * Lane));
                TLanes.Transpose(source, Lane, square, TLanes.Count);
                for (int c = 0; c < channels; c++)
                {
                    Put(square + (c * TLanes.Count), to + ((channel + c) * output.PlaneStride) + x, pixels);
                }
            }
        }
    }

    /// <summary>The source pixels, 16 floats apart: where they are, or gathered when the last resizing skips or repeats columns.</summary>
    private static float* Pixels(UpsamplerPlan plan, UpsamplerStage stage, float* block, int x, int pixels, float* gathered)
    {
        if (stage.Width == plan.Width)
        {
            return block + ((nint)x * Lane);
        }
        for (int i = 0; i < pixels; i++)
        {
            float* from = block + ((nint)Resize.Nearest(x + i, stage.Width, plan.Width) * Lane);
            TLanes.Store(TLanes.Load(from), gathered + (i * Lane));
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
