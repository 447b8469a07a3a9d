using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images.Samples;
using FastSeg.Runs;

namespace FastSeg.Sessions;

/// <summary>What computes one frame at a time: where the frame and its results lie, and a pass for each kind of results.</summary>
internal sealed class FrameLane : IDisposable
{
    private readonly FrameJob _job;
    private readonly FrameShape _shape;
    private readonly FrameOptions _session;
    private readonly ComputeOptions _options;
    private readonly int _lanes;
    private readonly FrameReader _reader;
    private readonly FrameWriter _features;
    private readonly Dictionary<FrameKinds, (IFramePass Pass, FrameOutputs Outputs)> _passes = [];

    /// <summary>Prepares for frames of a shape; buffers are made with each kind of results.</summary>
    /// <param name="job">What is computed.</param>
    /// <param name="shape">What frames look like.</param>
    /// <param name="session">Smoothing, weights, fixed mean and deviation.</param>
    /// <param name="options">The team and what looks after it, memory, backend.</param>
    /// <param name="lanes">How many lanes like this one the session has.</param>
    public FrameLane(FrameJob job, FrameShape shape, FrameOptions session, ComputeOptions options, int lanes)
    {
        (_job, _shape, _session, _options, _lanes) = (job, shape, session, options, lanes);
        _reader = new FrameReader(shape, shape.Read(job.Model?.ChannelSet)) { NanAs = job.Features.NanAs };
        _features = new FrameWriter(shape, SampleType.Float32, job.PlaneNames.Count);
        ClassPixels = new long[job.Model?.Classes.Count ?? 0];
    }

    /// <summary>Pixels of each class since they were last cleared.</summary>
    public long[] ClassPixels { get; }

    /// <summary>Makes the buffers of a kind of results, unless they are there.</summary>
    /// <param name="kinds">Which results.</param>
    /// <param name="plan">The plan that another lane made for all lanes; null for the first lane.</param>
    /// <returns>The plan of all lanes.</returns>
    public Plan Prepare(FrameKinds kinds, Plan? plan)
    {
        if (!_passes.TryGetValue(kinds, out (IFramePass Pass, FrameOutputs) known))
        {
            // Planned for the largest frame, whichever came last.
            _reader.Take(new FrameMemory { Width = _shape.Width, Height = _shape.Height });
            var outputs = new FrameOutputs(_shape, kinds, ClassPixels.Length);
            known = (kinds.Features ? FeaturePass(plan) : SegmentPass(kinds, outputs, plan), outputs);
            _passes.Add(kinds, known);
        }
        return known.Pass.Plan;
    }

    /// <summary>Segments a frame.</summary>
    public void Segment(FrameKinds kinds, in FrameMemory frame, in SegmentTargets targets)
    {
        (IFramePass pass, FrameOutputs outputs) = _passes[kinds];
        _reader.Take(frame);
        outputs.Take(targets);
        pass.Run(ClassPixels);
    }

    /// <summary>Computes the planes of a frame.</summary>
    public void Features(in FrameMemory frame, in FrameMemory planes)
    {
        IFramePass pass = _passes[FrameKinds.FeaturesAlone].Pass;
        _reader.Take(frame);
        _features.Take(planes);
        pass.Run(ClassPixels);
    }

    /// <summary>What is known of a frame's samples: of a few rows, or of all where those are constant.</summary>
    public ImageData? Look(in FrameMemory frame)
    {
        _reader.Take(frame);
        if (FewRows.Look(_reader, null) is { Statistics.Deviation: > 0 } few)
        {
            return few.Spread.Data(_reader.Info, few.Statistics);
        }
        using var pass = new SampleStatisticsPass(_reader, null, 1, Percentiles.OfRun);
        return pass.Data(pass.Run(new ComputeOptions { Threads = 1 }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((IFramePass pass, _) in _passes.Values)
        {
            pass.Dispose();
        }
        _passes.Clear();
    }

    private (long Width, long Height) Tiles(Work work) =>
        FrameTiles.Shape(_shape, _options.WorkerCount, work.Features.FilterHalo + work.Smoothing.Reach);

    private IFramePass FeaturePass(Plan? plan)
    {
        SampleStatistics? samples = _session.Samples;
        if (_job.IsMadePerFrame)
        {
            ComputeOptions Now() => _options with { Cancellation = _options.Watch!.Cancellation };
            FeatureRun Run() => new(_reader, Now()) { KnownSamples = samples };
            return new FrameRun(
                Run().Plan(_job.Features, _job.Channels, _job.Model?.Deep, _job.Backbone, _features),
                () => Run().Run(_job.Features, _job.Channels, _job.Model?.Deep, _job.Backbone, _ => _features));
        }
        var work = new Work(_reader, _job.Features, _job.Channels.Count, null, null) { Samples = samples, Watch = _options.Watch! };
        _job.Features.Check(0);
        return new FramePass(_reader, work, _options, Tiles(work), _ => 0, (made, of) =>
            new FeatureWorker(made, of, _features), _lanes, plan);
    }

    private IFramePass SegmentPass(FrameKinds kinds, FrameOutputs outputs, Plan? plan)
    {
        Model model = _job.Model ?? throw new FastSegException(
            "The session has no model, so it computes features only; make one with a model to segment.");
        var what = new Segmentation(model, _session.Segment, _reader.Info.Bounds, kinds.Results)
        {
            Outputs = outputs.Writers,
            Margins = outputs.Margins,
        };
        what.CheckSmoothing();
        if (_job.IsMadePerFrame || what.Counts)
        {
            SegmentRun Run() =>
                new(model, _job.Backbone, _reader, _session.Segment, _options with { Cancellation = _options.Watch!.Cancellation })
                {
                    Margins = outputs.Margins,
                    KnownSamples = _session.Samples,
                    Compares = false,
                };
            return new FrameRun(Run().Plan(OutputSketches.Of(outputs.Writers)), () => Run().Run(outputs.Writers));
        }
        Work work = what.WorkOn(_reader, _options.Backend) with { Samples = _session.Samples, Watch = _options.Watch! };
        return new FramePass(
            _reader, work, _options, Tiles(work), core => SegmentWorker.Bytes(work, what, core),
            (made, of) => new SegmentWorker(made, of, what), _lanes, plan);
    }
}
