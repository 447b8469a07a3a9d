using System.Diagnostics;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Images;

namespace FastSeg;

/// <summary>The engine on the processor's vector units: one filter bank and one forest a worker, band by band through the L2 cache.</summary>
internal sealed unsafe class CpuBackend : Backend
{
    private readonly FilterBank[] _banks;
    private readonly ForestCpu[] _forests;
    private readonly int _groups;

    /// <summary>Allocates what <paramref name="plan"/> counted.</summary>
    /// <param name="plan">Tiles and workers.</param>
    /// <param name="features">Which features.</param>
    /// <param name="forest">The trees; null where only features are wanted.</param>
    public CpuBackend(Plan plan, FeatureSpec features, DecisionForest? forest)
    {
        _banks = new FilterBank[plan.Workers];
        _groups = forest?.Groups ?? 0;
        _forests = new ForestCpu[forest is null ? 0 : plan.Workers];
        (int width, int height) = FilterBank.MaxBand;
        try
        {
            for (int i = 0; i < plan.Workers; i++)
            {
                _banks[i] = new FilterBank(features, plan.Channels, plan.MaxCore);
                if (forest is not null)
                {
                    _forests[i] = new ForestCpu(forest, width, height);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <summary>Bytes of a worker's forest buffers.</summary>
    public static long ForestBytes(DecisionForest forest) => ForestCpu.Bytes(forest, FilterBank.MaxBand.Width, FilterBank.MaxBand.Height);

    /// <inheritdoc/>
    public override void Features(int worker, Tile tile, float* planes, StageTimes times)
    {
        var copy = new CopyBands { Core = tile.Core, Planes = planes };
        long start = Stopwatch.GetTimestamp();
        _banks[worker].Run(tile, ref copy);
        times.Add(Stage.Filters, start, tile.Core.Pixels);
    }

    /// <inheritdoc/>
    public override void Predict(int worker, Tile tile, TileResult result, StageTimes times)
    {
        var predict = new PredictBands { Forest = _forests[worker], Groups = _groups, Result = result, Times = times, Mark = Stopwatch.GetTimestamp() };
        _banks[worker].Run(tile, ref predict);
    }

    /// <inheritdoc/>
    public override void Gather(int worker, Tile tile, LabelledPixels pixels, TrainingRows rows, StageTimes times)
    {
        var gather = new GatherBands { Pixels = pixels, Rows = rows, Times = times, Mark = Stopwatch.GetTimestamp() };
        _banks[worker].Run(tile, ref gather);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (FilterBank? bank in _banks)
        {
            bank?.Dispose();
        }
        foreach (ForestCpu? forest in _forests)
        {
            forest?.Dispose();
        }
    }

    /// <summary>Copies every plane into planes x height x width.</summary>
    private struct CopyBands : IBandConsumer
    {
        public Region Core;
        public float* Planes;

        public readonly void Consume(in Band band)
        {
            for (int plane = 0; plane < band.Planes; plane++)
            {
                for (int row = 0; row < band.Height; row++)
                {
                    float* to = Planes + (((plane * Core.Height) + band.Y - Core.Y + row) * Core.Width) + (band.X - Core.X);
                    new ReadOnlySpan<float>(band.Row(plane, row), band.Width).CopyTo(new Span<float>(to, band.Width));
                }
            }
        }
    }

    /// <summary>Walks the trees while the planes are in cache.</summary>
    private struct PredictBands : IBandConsumer
    {
        public ForestCpu Forest;
        public int Groups;
        public TileResult Result;
        public StageTimes Times;
        public long Mark;

        public void Consume(in Band band)
        {
            long pixels = (long)band.Width * band.Height;
            Mark = Times.Add(Stage.Filters, Mark, pixels);
            Forest.Predict(band);
            for (int row = 0; row < band.Height; row++)
            {
                float* margins = Forest.Margins(0) + (row * Forest.RowStride);
                Result.TakeRow(band.X, band.Y + row, band.Width, margins, Forest.GroupStride, Groups);
            }
            Mark = Times.Add(Stage.Forest, Mark, pixels);
        }
    }

    /// <summary>Copies the labelled pixels' features, pixel by pixel.</summary>
    private struct GatherBands : IBandConsumer
    {
        public LabelledPixels Pixels;
        public TrainingRows Rows;
        public StageTimes Times;
        public long Mark;

        public void Consume(in Band band)
        {
            Mark = Times.Add(Stage.Filters, Mark, (long)band.Width * band.Height);
            long gathered = 0;
            for (int row = 0; row < band.Height; row++)
            {
                (int first, int end) = Pixels.Ranks(band.X, band.Y + row, band.Width);
                for (int rank = first; rank < end; rank++)
                {
                    float* from = band.Row(0, row) + (Pixels.Column(rank) - band.X);
                    float* to = Rows.Row(Pixels.FirstRow + rank);
                    for (int plane = 0; plane < band.Planes; plane++)
                    {
                        to[plane] = from[(nint)plane * band.PlaneStride];
                    }
                }
                gathered += end - first;
            }
            Mark = Times.Add(Stage.Gather, Mark, gathered);
        }
    }
}
