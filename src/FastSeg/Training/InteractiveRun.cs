using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Models;
using FastSeg.Native;
using FastSeg.Pages;
using FastSeg.Runs;

namespace FastSeg.Training;

/// <summary>
/// One training of an <see cref="InteractiveTraining"/>: gathers the rows that are not kept yet, puts all of them in the order of a
/// <see cref="Trainer"/>, and lets the trees grow.
/// </summary>
/// <param name="state">Settings, and the rows that are kept.</param>
/// <param name="names">A name for each class, by ascending label value, or null.</param>
/// <param name="options">Threads, memory, backend, progress, cancellation.</param>
internal sealed unsafe class InteractiveRun(InteractiveState state, IReadOnlyList<string>? names, ComputeOptions options)
{
    /// <summary>Shares of the progress bar that measuring and gathering get; XGBoost gets the rest.</summary>
    private const double MeasureShare = 0.1, GatherShare = 0.3;

    private readonly StageTimes _times = new();
    private readonly Doubts _doubts = new(options);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _plannedPeak;

    /// <summary>Trains on all pages together.</summary>
    public TrainingResult Train(IReadOnlyList<LabelledPage> pages)
    {
        Check(pages);
        _doubts.AddAll(UnchosenPage.Warnings(pages.Select(page => page.Image.Image)));
        _doubts.AddAll(OrientedImage.Warnings(pages.Select(page => page.Image.Image)));
        LabelledPixels[] pixels = [.. pages.Select(PixelsOf)];
        for (int i = 0; i < pixels.Length; i++)
        {
            LabelDoubts.RefuseImage(pages[i].Image.Image, pixels[i], options.Cancellation);
        }
        ModelClass[] classes = DrawnClasses.Of(pixels, names);
        _doubts.AddAll(LabelDoubts.Of(classes, state.Training.Balance));
        PageSamples[] samples = Measure(pages);
        ChannelSet seen = ChannelSet.Of([.. pages.Select(page => page.Image.Info)], [.. samples.Select(page => page.IsGrey)]);
        int channels = seen.Count;
        CheckSamples(pages, samples);
        ImageData[]? data = DataOf(pages, samples);
        state.UpdateDeep([.. pages.Select(page => page.Image)], channels, _times, options);
        int planes = (state.Features.Names.Count * channels) + (state.DeepModel?.Description.Channels ?? 0);
        long count = pixels.Sum(page => (long)page.Count);
        _plannedPeak = TrainingMemory.CheckFit(
            pages.Select(page => page.Image.Image), count, 0, planes, classes.Length, state.Training, options);
        KeptRows kept = state.Begin(channels, planes);
        using var rows = new TrainingRows(count, planes);
        long first = 0;
        for (int i = 0; i < pages.Count; i++)
        {
            double from = MeasureShare + (GatherShare * i / pages.Count);
            ComputeOptions how = options with { Progress = PartialProgress.Of(options.Progress, from, GatherShare / pages.Count) };
            Collect(pages[i].Image, pixels[i], channels, kept, rows, first, how);
            first += pixels[i].Count;
        }
        using HostBuffer classOfRow = DrawnClasses.OfRows(pixels, classes, count);
        bool standardises = state.Features.Standardise == Standardisation.Image;
        var fit = new ModelFit(state.Features, state.Training, options)
        {
            Channels = seen,
            Opening = ImageOptions.Of(pages.Select(page => page.Image.Image)),
            Deep = state.DeepModel,
            Classes = classes,
            Images = pages.Select(page => page.Image.Info),
            Moments = standardises ? [.. samples.Select(page => page.Moments)] : [],
            Data = data,
            Progress = PartialProgress.Of(options.Progress, MeasureShare + GatherShare, 1 - MeasureShare - GatherShare),
        };
        var model = new Model(fit.Run(rows, (int*)classOfRow.Pointer, _times) with { Smoothing = state.Smoothing });
        return new TrainingResult(model, new RunResult(
            count, [], _times.Report(), Stopwatch.GetElapsedTime(_start).TotalSeconds, _plannedPeak)
        {
            Backend = BackendChoice.Choose(options.Backend).Kind,
            Standardise = state.Features.Standardise,
            Samples = standardises ? [.. samples.Select(page => page.Statistics)] : [],
            Data = data ?? [],
            Warnings = _doubts.Sentences,
            Note = BackendChoice.PassedOver(options.Backend),
        });
    }

    /// <summary>What is known of the pages' samples; null where numbers of an older program say nothing of one.</summary>
    private ImageData[]? DataOf(IReadOnlyList<LabelledPage> pages, PageSamples[] samples)
    {
        ImageData[] data = [.. samples.Select(page => page.Data).OfType<ImageData>()];
        return data.Length < pages.Count
            ? null
            : DoubtsOfData.Say(_doubts, state.Features.Standardise, [.. pages.Select(page => page.Image.Info.Name)], data);
    }

    private static void Check(IReadOnlyList<LabelledPage> pages)
    {
        if (pages.Count == 0)
        {
            throw new FastSegException("There is no training image; give at least one image with its labels.");
        }
        if (pages.GroupBy(page => page.Image.Key).FirstOrDefault(group => group.Count() > 1) is { Key: var key })
        {
            throw new ArgumentException($"Two pages have the key {key}; every page needs one of its own.");
        }
    }

    /// <exception cref="FastSegException">No pixel is labelled.</exception>
    private static LabelledPixels PixelsOf(LabelledPage page) => page.Positions.Length > 0
        ? new LabelledPixels(page.Image.Info, page.Positions.Span, page.Values.Span)
        : throw new FastSegException($"{page.Image.Info.Name}: no pixel is labelled; leave the image out, or label some of it.");

    /// <summary>Measures the pages that nobody measured yet.</summary>
    private PageSamples[] Measure(IReadOnlyList<LabelledPage> pages)
    {
        long mark = Stopwatch.GetTimestamp();
        PageSamples[] samples = [.. pages.Select((page, i) => page.Image.Measure(options with
        {
            Progress = PartialProgress.Of(options.Progress, MeasureShare * i / pages.Count, MeasureShare / pages.Count),
        }))];
        _times.Add(Stage.Read, mark);
        return samples;
    }

    /// <summary>
    /// Refuses a page in which any sample must not be seen by these filters, even far from all labels, as a <see cref="Trainer"/> does.
    /// </summary>
    private void CheckSamples(IReadOnlyList<LabelledPage> pages, PageSamples[] samples)
    {
        bool standardises = state.Features.Standardise == Standardisation.Image;
        for (int i = 0; i < pages.Count; i++)
        {
            SampleLimits limits = SampleMap.OfKnown(standardises ? samples[i].Statistics : null).Limits(state.Features.LargestSample);
            if (pages[i].Image.Info.Type == SampleType.Float32 && !limits.Hold(samples[i].Range))
            {
                ImageReader image = pages[i].Image.Image;
                throw new SampleSearch(image, image.Info.Bounds) { Limits = limits }.Failure(options) ?? SampleSearch.Changed(image.Info);
            }
        }
    }

    /// <summary>Puts the rows of a page's pixels where the training wants them, after those that are not kept yet were gathered.</summary>
    private void Collect(
        PreparedImage page, LabelledPixels pixels, int channels, KeptRows kept, TrainingRows rows, long first, ComputeOptions how)
    {
        int[] slots = new int[pixels.Count];
        var missing = new List<int>();
        for (int rank = 0; rank < slots.Length; rank++)
        {
            slots[rank] = kept.Find(page.Key, pixels.Position(rank));
            if (slots[rank] < 0)
            {
                missing.Add(rank);
            }
        }
        if (missing.Count > 0)
        {
            Gather(page, pixels, missing, channels, kept, slots, how);
        }
        long mark = Stopwatch.GetTimestamp();
        for (int rank = 0; rank < slots.Length; rank++)
        {
            new ReadOnlySpan<float>(kept.Row(slots[rank]), rows.Planes).CopyTo(new Span<float>(rows.Row(first + rank), rows.Planes));
        }
        _times.Add(Stage.Gather, mark, slots.Length);
    }

    /// <summary>Gathers the rows of some of a page's pixels and keeps them.</summary>
    private void Gather(
        PreparedImage page, LabelledPixels pixels, List<int> missing, int channels, KeptRows kept, int[] slots, ComputeOptions how)
    {
        long[] positions = [.. missing.Select(pixels.Position)];
        ushort[] values = new ushort[positions.Length];
        Array.Fill(values, (ushort)1);
        var wanted = new LabelledPixels(page.Info, positions, values);
        using var rows = new TrainingRows(positions.Length, kept.Planes);
        var gather = new RowGather(state.Features, channels, state.DeepModel, state.Deep?.Backbone, rows, _times);
        SampleStatistics? samples = page.StatisticsFor(state.Features.Standardise, how);
        using SharedMaps? maps = state.MapsOf(page, channels, null, how with { Progress = null }, out _);
        gather.Run(page.Image, wanted, samples, maps?.Maps, how);
        _plannedPeak = Math.Max(_plannedPeak, gather.PlannedPeak);
        for (int i = 0; i < positions.Length; i++)
        {
            int slot = slots[missing[i]] = kept.Add(page.Key, positions[i]);
            new ReadOnlySpan<float>(rows.Row(i), kept.Planes).CopyTo(new Span<float>(kept.Row(slot), kept.Planes));
        }
    }
}
