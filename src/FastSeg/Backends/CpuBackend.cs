using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>
/// The backend on the processor's vector units. Each worker has a filter bank of its own and, where trees are applied, a forest. A tile
/// goes through both band by band, so that a band's planes are still in the L2 cache when the trees read them.
/// </summary>
internal sealed unsafe class CpuBackend : Backend
{
    private readonly FilterBank[] _banks;
    private readonly ForestCpu[] _forests;
    private readonly int _groups;
    private readonly DeepImage? _deep;

    /// <summary>Allocates what <paramref name="plan"/> counted.</summary>
    /// <param name="plan">Tiles and workers.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="deep">The image's deep features, or null; the caller keeps owning them.</param>
    public CpuBackend(Plan plan, Work work, DeepImage? deep) : base(work)
    {
        _deep = deep;
        DecisionForest? forest = work.Verb == TileVerb.Predict ? work.Forest : null;
        _banks = new FilterBank[plan.Workers];
        _groups = forest?.Groups ?? 0;
        _forests = new ForestCpu[forest is null ? 0 : plan.Workers];
        (int width, int height) = (Band.MaxWidth, Band.MaxHeight);
        try
        {
            for (int i = 0; i < plan.Workers; i++)
            {
                _banks[i] = new FilterBank(
                    work.Features, plan.Channels, plan.Computed.MaxCore, deep?.Channels ?? 0, DeepImage.ComesInRows(work.Deep));
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

    /// <summary>Bytes of one worker's forest buffers.</summary>
    public static long ForestBytes(DecisionForest forest) => ForestCpu.Bytes(forest, Band.MaxWidth, Band.MaxHeight);

    /// <inheritdoc/>
    protected override void ComputeFeatures(int worker, Tile tile, in PlaneTarget target, StageTimes times)
    {
        var copy = new CopyBands { Front = Front(worker, tile, times), Target = target };
        _banks[worker].Run(tile, ref copy);
        PlaneCopyCpu.Fence();
    }

    /// <inheritdoc/>
    protected override void ComputePredictions(int worker, Tile tile, TilePredictions predictions, StageTimes times)
    {
        var predict = new PredictBands
        {
            Front = Front(worker, tile, times),
            Forest = _forests[worker],
            Groups = _groups,
            Predictions = predictions,
            Planes = Work.Planes,
        };
        _banks[worker].Run(tile, ref predict);
    }

    /// <inheritdoc/>
    protected override void ComputeRows(int worker, Tile tile, TrainingRows rows, StageTimes times)
    {
        var gather = new GatherBands { Front = Front(worker, tile, times), Pixels = Work.Labels!, Rows = rows };
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

    /// <summary>Begins a tile.</summary>
    private BandFront Front(int worker, Tile tile, StageTimes times)
    {
        if (_deep is not null)
        {
            long start = Stopwatch.GetTimestamp();
            _deep.Start(worker, tile.Core);
            times.Add(Stage.Upsampler, start);
        }
        return new BandFront(worker, _deep, Work.Watch, times);
    }

    /// <summary>
    /// What all consumers do with a band first: look whether the run goes on, and fill its deep planes, behind the classical ones. It also
    /// keeps the time, stage by stage.
    /// </summary>
    private struct BandFront(int worker, DeepImage? deep, Watch watch, StageTimes times)
    {
        private long _mark = Stopwatch.GetTimestamp();

        /// <summary>Fills the deep planes of a band that has come from the filters.</summary>
        public void Complete(in Band band)
        {
            long pixels = (long)band.Width * band.Height;
            watch.Look(pixels);
            _mark = times.Add(Stage.Filters, _mark, pixels);
            if (deep is not null)
            {
                deep.Fill(worker, band);
                _mark = times.Add(Stage.Upsampler, _mark, pixels);
            }
        }

        /// <summary>Ends the stage that used the band.</summary>
        public void Done(Stage stage, long pixels) => _mark = times.Add(stage, _mark, pixels);
    }

    /// <summary>Copies the planes of each band to their place in the caller's memory.</summary>
    private struct CopyBands : IBandConsumer
    {
        public BandFront Front;
        public PlaneTarget Target;

        public void Consume(in Band band)
        {
            Front.Complete(band);
            PlaneCopyCpu.Run(band, Target);
            Front.Done(Stage.Gather, (long)band.Width * band.Height);
        }
    }

    /// <summary>Bins the planes and walks the trees while the band is in the cache, then hands on the margins row by row.</summary>
    private struct PredictBands : IBandConsumer
    {
        public BandFront Front;
        public ForestCpu Forest;
        public int Groups;
        public TilePredictions Predictions;
        public PlaneSamples? Planes;

        public void Consume(in Band band)
        {
            Front.Complete(band);
            Planes?.Take(band);
            Forest.Predict(band);
            for (int row = 0; row < band.Height; row++)
            {
                float* margins = Forest.Margins(0) + (row * Forest.RowStride);
                Predictions.TakeRow(band.X, band.Y + row, band.Width, margins, Forest.GroupStride, Groups);
            }
            Front.Done(Stage.Forest, (long)band.Width * band.Height);
        }
    }

    /// <summary>Copies the features of each labelled pixel of a band into the pixel's row.</summary>
    private struct GatherBands : IBandConsumer
    {
        public BandFront Front;
        public LabelledPixels Pixels;
        public TrainingRows Rows;

        public void Consume(in Band band)
        {
            Front.Complete(band);
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
            Front.Done(Stage.Gather, gathered);
        }
    }
}
