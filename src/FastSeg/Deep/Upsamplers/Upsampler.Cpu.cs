using System.Runtime.Intrinsics;
using FastSeg.Deep.Convolutions;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Takes rows <paramref name="first"/> .. <paramref name="last"/> of the result, which lie at the start of the output's planes.
/// </summary>
internal delegate void UpsamplerRows(int first, int last);

/// <summary>
/// Runs an upsampler on the CPU, for one worker: owns the rings of rows of every stage. Not thread-safe; one a thread, all over the same
/// plan. Running allocates nothing.
/// </summary>
internal abstract class UpsamplerCpu : IDisposable
{
    /// <summary>Bytes that <see cref="Create"/> allocates.</summary>
    public static long Bytes(UpsamplerPlanCpu plan) => new UpsamplerLayoutCpu(plan).Bytes;

    /// <summary>Allocates a worker's buffers, for the vector width in use.</summary>
    public static UpsamplerCpu Create(UpsamplerPlanCpu plan) => VectorPath.Bits == 512
        ? new UpsamplerCpu<Simd512, Vector512<float>>(plan)
        : new UpsamplerCpu<Simd256, Vector256<float>>(plan);

    /// <summary>
    /// Begins a region of the result, which <see cref="Strip"/> computes; the same bits for every region and vector width.
    /// </summary>
    /// <param name="features">
    /// The low-resolution features; at least <see cref="UpsamplerPlanCpu.Features"/> of the region. They are read until its last strip.
    /// </param>
    /// <param name="image">
    /// The guidance image: the part that <see cref="UpsamplerGraph{TStage}.Guidance"/> gives for the region, or what of it lies inside the
    /// image before it was filled up to whole patches. It is read until the last strip, too.
    /// </param>
    /// <param name="region">What to compute; no wider than the plan's <see cref="UpsamplerPlanCpu.MaxWidth"/>.</param>
    public abstract void Begin(in LowFeatures features, in GuidanceImage image, Region region);

    /// <summary>Computes the next rows of the region last begun.</summary>
    /// <param name="rows">How many, at most <see cref="UpsamplerPlanCpu.StripRows"/>; no more than the region still has.</param>
    /// <param name="output">Planes of these rows.</param>
    public abstract void Strip(int rows, in OutputPlanes output);

    /// <summary>Computes a region of the result at once.</summary>
    /// <param name="features">As for <see cref="Begin"/>.</param>
    /// <param name="image">As for <see cref="Begin"/>.</param>
    /// <param name="region">What to compute.</param>
    /// <param name="output">Planes of the region, or of a strip of it where <paramref name="take"/> is given.</param>
    /// <param name="take">
    /// Takes strips of at most <see cref="UpsamplerPlanCpu.StripRows"/> rows as they are ready, so that the region's result is never held
    /// whole; null to fill the region's planes.
    /// </param>
    public void Run(in LowFeatures features, in GuidanceImage image, Region region, in OutputPlanes output, UpsamplerRows? take = null)
    {
        Begin(features, image, region);
        for (int y = (int)region.Y; y < (int)region.Bottom; y += UpsamplerPlanCpu.StripRows)
        {
            int rows = Math.Min(UpsamplerPlanCpu.StripRows, (int)region.Bottom - y);
            Strip(rows, take is null ? output.From(y - (int)region.Y) : output);
            take?.Invoke(y, y + rows - 1);
        }
    }

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
    private readonly UpsamplerPlanCpu _plan;
    private readonly UpsamplerRingsCpu _rings;
    private readonly UpsamplerInputCpu _inputs;
    private readonly UpsamplerWinogradCpu<TLanes, TVector> _winograd;
    private readonly UpsamplerDoublingCpu<TLanes, TVector> _doubling;
    private readonly UpsamplerOutputCpu<TLanes, TVector> _output;
    private readonly bool _zeros;
    /// <summary>The row of each stage that is computed next.</summary>
    private readonly int[] _next;
    private readonly int[] _lasts;
    private LowFeatures _features;
    private GuidanceImage _image;
    private Region _region;
    private int _row;

    /// <summary>Allocates everything a run needs.</summary>
    public UpsamplerCpu(UpsamplerPlanCpu plan)
    {
        _plan = plan;
        _inputs = new UpsamplerInputCpu(plan);
        _zeros = plan.Network.Config.Padding == Padding.Zeros;
        int entries = plan.Stages.Count + 1;
        (_next, _lasts) = (new int[entries], new int[entries]);
        _rings = new UpsamplerRingsCpu(plan);
        _winograd = new UpsamplerWinogradCpu<TLanes, TVector>(plan, _rings, _zeros);
        _doubling = new UpsamplerDoublingCpu<TLanes, TVector>(plan, _rings, _zeros);
        _output = new UpsamplerOutputCpu<TLanes, TVector>(plan, _rings);
    }

    /// <inheritdoc/>
    public override long AllocatedBytes => _rings.AllocatedBytes;

    /// <inheritdoc/>
    public override void Begin(in LowFeatures features, in GuidanceImage image, Region region)
    {
        Check(features, region);
        (_features, _image, _region, _row) = (features, image, region, (int)region.Y);
        _rings.Begin(region, _zeros);
        // Every stage starts at the first row that the region's first row needs.
        _plan.Trace(true, _row, _row, _next, _lasts);
    }

    /// <inheritdoc/>
    public override void Strip(int rows, in OutputPlanes output)
    {
        int result = _plan.Stages.Count - 1, last = _row + rows - 1;
        for (int row = _row; row <= last; row++)
        {
            int source = Resize.Nearest(row, _plan.Stages[result].Height, _plan.Height);
            Advance(result, source);
            _output.Write(_region, source, output.From(row - _row));
        }
        _row = last + 1;
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
            throw new ArgumentOutOfRangeException(
                nameof(region), $"{region} is not in {_plan.Width} x {_plan.Height}, or wider than {_plan.MaxWidth}.");
        }
    }

    /// <summary>Computes a stage's rows up to <paramref name="last"/>, and before each of them what it reads.</summary>
    private void Advance(int s, int last)
    {
        UpsamplerStageCpu stage = _plan.Stages[s];
        while (_next[s] <= last)
        {
            int row = _next[s], end = stage.GroupEnd(row, true);
            if (stage.Source >= 0)
            {
                int read = stage.Reads(true, row, end, _plan.Stages[stage.Source].Height).High;
                Advance(stage.Source, read);
                if (stage.Second >= 0)
                {
                    Advance(stage.Second, read);
                }
            }
            if (stage.Winograd is not null)
            {
                _winograd.Filter(s, row, end - row + 1);
            }
            for (; row <= end; row++)
            {
                ComputeRow(s, row);
            }
            _next[s] = end + 1;
        }
    }

    private void ComputeRow(int s, int row)
    {
        UpsamplerStageCpu stage = _plan.Stages[s];
        int first = _rings.First(s), last = _rings.Last(s);
        float* output = _rings.Row(s, row);
        nint stride = _rings.BlockStride(s);
        switch (stage.Kind)
        {
            case UpsamplerKindCpu.Features:
                _inputs.Features(_features, row, first, last, output, stride);
                break;
            case UpsamplerKindCpu.PooledImage:
                _inputs.Pooled(_image, row, first, last, output);
                break;
            case UpsamplerKindCpu.Convolution:
                Convolve(stage, row, first, last, output, stride);
                break;
            case UpsamplerKindCpu.Winograd:
                // Advance has filtered the whole group of rows already.
                break;
            case UpsamplerKindCpu.DoubleColumns:
                for (int block = 0; block < stage.Doubling!.OutputBlocks; block++)
                {
                    _doubling.Columns(s, row, block, first, last);
                }
                break;
            case UpsamplerKindCpu.DoubleRows:
                for (int block = 0; block < stage.Blocks.Length; block++)
                {
                    _doubling.Rows(s, row, block, first, last, output + (block * stride));
                }
                break;
            default:
                for (int block = 0; block < stage.Blocks.Length; block++)
                {
                    ResizeRow(stage, row, block, first, last, output + (block * stride));
                }
                break;
        }
        if (stage.WithImage)
        {
            _inputs.Nearest(_image, stage, row, first, last, output + ((stage.Blocks.Length - 1) * stride));
        }
        _rings.PadRow(s, row, _zeros);
    }

    private void ResizeRow(UpsamplerStageCpu stage, int row, int block, int first, int last, float* output)
    {
        UpsamplerStageCpu source = _plan.Stages[stage.Source];
        nint skip = block * _rings.BlockStride(stage.Source);
        if (stage.Kind == UpsamplerKindCpu.Pool)
        {
            float* upper = _rings.Row(stage.Source, Math.Min(2 * row, source.Height - 1)) + skip;
            float* lower = _rings.Row(stage.Source, Math.Min((2 * row) + 1, source.Height - 1)) + skip;
            ResizeCpu<TLanes, TVector>.Pool(upper, lower, source.Width, first, last, output);
            return;
        }
        float* nearest = _rings.Row(stage.Source, Resize.Nearest(row, source.Height, stage.Height)) + skip;
        ResizeCpu<TLanes, TVector>.Nearest(nearest, source.Width, stage.Width, first, last, output);
    }

    private void Convolve(UpsamplerStageCpu stage, int row, int first, int last, float* output, nint stride)
    {
        Convolution convolution = stage.Convolution!;
        ConvolutionRow reads = default;
        reads.Sources = _rings.Sources;
        reads.Channels = convolution.EntryChannels;
        (reads.Taps, reads.OutputStep) = (convolution.Kernel, Convolution.Lane);
        for (int tap = row - convolution.Radius; tap <= row + convolution.Radius; tap++)
        {
            AddSources(ref reads, stage.Source, tap, first - convolution.Radius);
            if (stage.Second >= 0)
            {
                AddSources(ref reads, stage.Second, tap, first - convolution.Radius);
            }
        }
        float* to = output + ((nint)first * Convolution.Lane);
        ConvolutionCpu<TLanes, TVector>.Run(convolution, ref reads, 0, last - first + 1, to, stride);
        for (int block = 0; block < convolution.OutputBlocks; block++)
        {
            ConvolutionCpu<TLanes, TVector>.Leak(to + (block * stride), last - first + 1, stage.Slope);
        }
    }

    /// <summary>Adds one row of a source, block by block, to what a convolution reads; past the image the edge's row, or zeros.</summary>
    private void AddSources(ref ConvolutionRow reads, int source, int row, int column)
    {
        UpsamplerStageCpu stage = _plan.Stages[source];
        bool outside = _zeros && (row < 0 || row >= stage.Height);
        float* from = outside
            ? _rings.Zeros
            : _rings.Row(source, Math.Clamp(row, 0, stage.Height - 1)) + ((nint)column * Convolution.Lane);
        for (int block = 0; block < stage.Blocks.Length; block++)
        {
            reads.Sources[reads.Entries++] = (nint)(from + (outside ? 0 : block * _rings.BlockStride(source)));
        }
    }
}
