using System.Runtime.Intrinsics;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>
/// Runs an upsampler on the CPU, for one worker: owns the rings of rows of every stage. Not thread-safe; one a thread, all over the same
/// plan. Running allocates nothing.
/// </summary>
internal abstract class UpsamplerCpu : IDisposable
{
    /// <summary>Bytes that <see cref="Create"/> allocates.</summary>
    public static long Bytes(UpsamplerPlan plan) => UpsamplerRings.Bytes(plan);

    /// <summary>Allocates a worker's buffers, for the vector width in use.</summary>
    public static UpsamplerCpu Create(UpsamplerPlan plan) => VectorPath.Bits == 512
        ? new UpsamplerCpu<Simd512, Vector512<float>>(plan)
        : new UpsamplerCpu<Simd256, Vector256<float>>(plan);

    /// <summary>Computes a region of the result; the same bits for every region and vector width.</summary>
    /// <param name="features">The low-resolution features of the whole image.</param>
    /// <param name="image">The guidance image; at least <see cref="UpsamplerPlan.Guidance"/> of the region, as far as it is no replica.</param>
    /// <param name="region">What to compute; no wider than the plan's <see cref="UpsamplerPlan.MaxWidth"/>.</param>
    /// <param name="output">Where it goes.</param>
    public abstract void Run(in LowFeatures features, in GuidanceImage image, Region region, in OutputPlanes output);

    /// <summary>Bytes that were allocated.</summary>
    public abstract long AllocatedBytes { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the buffers.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>The same for one vector width.</summary>
internal sealed unsafe class UpsamplerCpu<TLanes, TVector> : UpsamplerCpu
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly UpsamplerPlan _plan;
    private readonly UpsamplerRings _rings;
    private readonly UpsamplerInputCpu _inputs;
    private readonly bool _zeros;
    private readonly int[] _next;
    private readonly int[] _firsts;
    private readonly int[] _lasts;

    /// <summary>Allocates everything a run needs.</summary>
    public UpsamplerCpu(UpsamplerPlan plan)
    {
        _plan = plan;
        _inputs = new UpsamplerInputCpu(plan.Network.Config);
        _zeros = plan.Network.Config.Padding == Padding.Zeros;
        int entries = plan.Stages.Count + 1;
        (_next, _firsts, _lasts) = (new int[entries], new int[entries], new int[entries]);
        _rings = new UpsamplerRings(plan);
    }

    /// <inheritdoc/>
    public override long AllocatedBytes => _rings.AllocatedBytes;

    /// <inheritdoc/>
    public override void Run(in LowFeatures features, in GuidanceImage image, Region region, in OutputPlanes output)
    {
        Check(features, region);
        _rings.Begin(region);
        int end = (int)region.Bottom;
        for (int y = (int)region.Y; y < end; y += UpsamplerPlan.StripRows)
        {
            int last = Math.Min(y + UpsamplerPlan.StripRows, end) - 1;
            _plan.Trace(true, y, last, _firsts, _lasts);
            for (int s = 0; s < _plan.Stages.Count; s++)
            {
                for (int row = y == (int)region.Y ? _firsts[s] : _next[s]; row <= _lasts[s]; row++)
                {
                    ComputeRow(features, image, s, row);
                }
                _next[s] = _lasts[s] + 1;
            }
            for (int row = y; row <= last; row++)
            {
                UpsamplerOutputCpu<TLanes, TVector>.WriteRow(_plan, _rings, region, row, output);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _rings.Dispose();

    private void Check(in LowFeatures features, Region region)
    {
        if (features.Channels != _plan.Network.Config.ChannelsIn || features.Height != _plan.LowHeight || features.Width != _plan.LowWidth)
        {
            throw new FastSegException(
                $"The low-resolution features are {features.Channels} x {features.Height} x {features.Width}; "
                + $"the upsampler was planned for {_plan.Network.Config.ChannelsIn} x {_plan.LowHeight} x {_plan.LowWidth}.");
        }
        if (region.IsEmpty || region.Width > _plan.MaxWidth || !new Region(0, 0, _plan.Width, _plan.Height).Contains(region))
        {
            throw new ArgumentOutOfRangeException(nameof(region), $"{region} is not in {_plan.Width} x {_plan.Height}, or wider than {_plan.MaxWidth}.");
        }
    }

    private void ComputeRow(in LowFeatures features, in GuidanceImage image, int s, int row)
    {
        UpsamplerStage stage = _plan.Stages[s];
        int first = _rings.First(s), last = _rings.Last(s);
        float* output = _rings.Row(s, row);
        nint stride = _rings.BlockStride(s);
        switch (stage.Kind)
        {
            case UpsamplerKind.Features:
                _inputs.Features(features, row, first, last, output, stride);
                break;
            case UpsamplerKind.PooledImage:
                _inputs.Pooled(image, _plan.Height, _plan.Width, row, first, last, output);
                break;
            case UpsamplerKind.Convolution:
                Convolve(stage, s, row, first, last, output, stride);
                if (stage.WithImage)
                {
                    float* guide = output + ((stage.Blocks.Length - 1) * stride);
                    _inputs.Nearest(image, _plan.Height, _plan.Width, stage, row, first, last, guide);
                }
                break;
            default:
                for (int block = 0; block < stage.Blocks.Length; block++)
                {
                    ResizeRow(stage, row, block, first, last, output + (block * stride));
                }
                break;
        }
        _rings.PadRow(s, row, _zeros);
    }

    private void ResizeRow(UpsamplerStage stage, int row, int block, int first, int last, float* output)
    {
        UpsamplerStage source = _plan.Stages[stage.Source];
        nint skip = block * _rings.BlockStride(stage.Source);
        switch (stage.Kind)
        {
            case UpsamplerKind.Pool:
                float* upper = _rings.Row(stage.Source, Math.Min(2 * row, source.Height - 1)) + skip;
                float* lower = _rings.Row(stage.Source, Math.Min((2 * row) + 1, source.Height - 1)) + skip;
                ResizeCpu<TLanes, TVector>.Pool(upper, lower, source.Width, first, last, output);
                break;
            case UpsamplerKind.Nearest:
                float* nearest = _rings.Row(stage.Source, Resize.Nearest(row, source.Height, stage.Height)) + skip;
                ResizeCpu<TLanes, TVector>.Nearest(nearest, source.Width, stage.Width, first, last, output);
                break;
            default:
                Interpolation at = Resize.Aligned(row, source.Height, stage.Height);
                float* above = _rings.Row(stage.Source, at.First) + skip, below = _rings.Row(stage.Source, at.Second) + skip;
                ResizeCpu<TLanes, TVector>.Bilinear(above, below, at.Weight, source.Width, stage.Width, first, last, output);
                break;
        }
    }

    private void Convolve(UpsamplerStage stage, int s, int row, int first, int last, float* output, nint stride)
    {
        Convolution convolution = stage.Convolution!;
        ConvolutionRow reads = default;
        reads.Sources = _rings.Sources;
        reads.Channels = _rings.Channels(s);
        reads.Taps = convolution.Kernel;
        for (int tap = -convolution.Radius; tap <= convolution.Radius; tap++)
        {
            AddSources(ref reads, stage.Source, row + tap, first - convolution.Radius);
            if (stage.Second >= 0)
            {
                AddSources(ref reads, stage.Second, row + tap, first - convolution.Radius);
            }
        }
        ConvolutionCpu<TLanes, TVector>.Run(convolution, ref reads, last - first + 1, output + ((nint)first * Convolution.Lane), stride);
    }

    private void AddSources(ref ConvolutionRow reads, int source, int row, int column)
    {
        UpsamplerStage stage = _plan.Stages[source];
        bool outside = _zeros && (row < 0 || row >= stage.Height);
        float* from = outside ? _rings.Zeros : _rings.Row(source, Math.Clamp(row, 0, stage.Height - 1)) + ((nint)column * Convolution.Lane);
        nint stride = outside ? 0 : _rings.BlockStride(source);
        for (int block = 0; block < stage.Blocks.Length; block++)
        {
            reads.Sources[reads.Entries++] = (nint)(from + (block * stride));
        }
    }
}
