using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Deep;

/// <summary>All that a model has of its deep features: what does not depend on an image. Immutable; shared by every run.</summary>
internal sealed class DeepModel : IDisposable
{
    /// <summary>Takes the parts, which must fit each other, and packs the upsampler's weights.</summary>
    /// <param name="description">Numbers and names.</param>
    /// <param name="projections">Tokens to channels, for each scale.</param>
    /// <param name="weights">The learned upsampler; null where cells are interpolated.</param>
    /// <exception cref="InvalidDataException">The parts contradict each other.</exception>
    public DeepModel(DeepDescription description, IReadOnlyList<SharedPca> projections, UpsamplerFile? weights)
    {
        (Description, Projections, Weights) = (description, projections, weights?.Bytes);
        bool learned = description.Upsampling == Upsampling.Learned;
        if (learned != weights is not null)
        {
            throw new InvalidDataException(learned
                ? "the weights of its learned upsampler are missing"
                : "it has an upsampler's weights that it does not use");
        }
        if (description.Threads is < 1 or > DeepDescription.MostThreads)
        {
            throw new InvalidDataException(
                $"it states {description.Threads} threads of ONNX Runtime, which must be 1 to {DeepDescription.MostThreads}");
        }
        if (description.Patch < 1 || description.WindowTokens < 1
            || description.OverlapTokens < 0 || description.OverlapTokens >= description.WindowTokens)
        {
            throw new InvalidDataException("its patch or windows are out of range");
        }
        if (!(description.RangeLow < description.RangeHigh) || !float.IsFinite(description.RangeHigh - description.RangeLow))
        {
            throw new InvalidDataException("its input range is out of range");
        }
        if (description.Rgb is { } rgb && (rgb.Count != 3 || rgb.Any(channel => channel is < 0 or >= ImageInfo.MostChannels)))
        {
            throw new InvalidDataException("the three channels that its deep features see are out of range");
        }
        CheckScales(description, projections, learned);
        CheckShifts(description);
        int channelsIn = weights?.Config.ChannelsIn ?? description.Channels;
        int channelsOut = weights?.Config.ChannelsOut ?? description.Channels;
        if (ProjectedChannels != channelsIn || description.Channels != channelsOut)
        {
            throw new InvalidDataException(
                $"it states {description.Channels} deep channels, but its projection gives {ProjectedChannels} "
                + $"and its upsampler takes {channelsIn} and gives {channelsOut}");
        }
        if (weights is not null && weights.Config.Patch != description.Patch)
        {
            throw new InvalidDataException(
                $"its upsampler is for patches of {weights.Config.Patch} pixels, but its backbone's are {description.Patch}");
        }
        if (weights?.Config.Projection is { } trained && projections[0].Identity() is var own && own != trained)
        {
            throw new InvalidDataException(
                $"its upsampler was trained for the projection {ProjectionChoice.Short(trained)}, but its own is "
                + $"{ProjectionChoice.Short(own)}");
        }
        Network = weights is null ? null : new Upsampler(weights.Config, weights.Tensors.Values);
    }

    /// <summary>Numbers and names.</summary>
    public DeepDescription Description { get; }

    /// <summary>Tokens to channels, for each scale.</summary>
    public IReadOnlyList<SharedPca> Projections { get; }

    /// <summary>Low-resolution channels of all scales together.</summary>
    public int ProjectedChannels => Projections.Sum(projection => projection.Channels);

    /// <summary>The learned upsampler as its safetensors file; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Weights { get; }

    /// <summary>The learned upsampler, ready to run.</summary>
    public Upsampler? Network { get; }

    /// <summary>Frees the upsampler's packed weights. If it is never called, their finalisers do.</summary>
    public void Dispose() => Network?.Dispose();

    /// <summary>The same features, interpolated instead of upsampled by a network.</summary>
    public DeepModel Interpolated(Upsampling upsampling) =>
        new(Description with { Upsampling = upsampling, Channels = ProjectedChannels }, Projections, null);

    /// <summary>
    /// Peak memory of the process while <see cref="Fit"/> runs; 0 where no projection is fitted. The network's pass is measured.
    /// </summary>
    /// <exception cref="FastSegException">It is more than the options allow, or the scales are not possible.</exception>
    public static long FitPeak(DeepOptions options, IReadOnlyList<ImageReader> images, ComputeOptions run)
    {
        options.CheckScales();
        images = Seen(options, images, divided: false);
        bool stored = options.ChooseProjection().Stored is not null;
        return options.Scales.Where(scale => scale != 1 || !stored)
            .Select(scale => SharedPcaFit.Peak(options.Backbone, images, WindowPolicy.Of(options.Backbone), run, scale))
            .DefaultIfEmpty().Max();
    }

    /// <summary>Takes the input range, and the projections that are not stored, from training images.</summary>
    /// <param name="options">Which deep features.</param>
    /// <param name="images">The images.</param>
    /// <param name="seed">Seed of the views.</param>
    /// <param name="times">Where the time is added.</param>
    /// <param name="run">Progress and cancellation.</param>
    /// <param name="maps">How the samples of each image are mapped; null where it is not standardised. There is no range then.</param>
    /// <param name="standardise">How images are standardised.</param>
    /// <exception cref="FastSegException">A file is corrupt, or the network fails, or there is a range where there can be none.</exception>
    public static DeepModel Fit(
        DeepOptions options, IReadOnlyList<ImageReader> images, int seed, StageTimes times, ComputeOptions run,
        IReadOnlyList<SampleMap>? maps = null, Standardisation standardise = Standardisation.None)
    {
        options.CheckScales();
        images = Seen(options, images, maps is null);
        Backbone backbone = options.Backbone;
        Upsampling upsampling = options.Choose(standardise).Upsampling;
        UpsamplerFile? weights = upsampling == Upsampling.Learned ? options.Network : null;
        int channelsOut = weights?.Config.ChannelsOut ?? options.Channels;
        long start = Stopwatch.GetTimestamp();
        InputRange range = maps is null ? options.Range ?? InputRange.From(images, run.Cancellation) : InputRange.Bytes;
        range.Check(images);
        times.Add(Stage.Read, start);
        WindowPolicy windows = WindowPolicy.Of(backbone, options.FlipAverage);
        IReadOnlyList<int> scales = options.Scales;
        ProjectionFile? stored = options.ChooseProjection().Stored;
        int channels = options.Channels / scales.Count;
        var projections = new SharedPca[scales.Count];
        for (int i = 0; i < projections.Length; i++)
        {
            if (scales[i] == 1 && stored is not null && channels > 0)
            {
                projections[i] = new SharedPca(stored.Tensors.First(channels));
                continue;
            }
            ComputeOptions part = run with { Progress = PartialProgress.Of(run.Progress, (double)i / scales.Count, 1.0 / scales.Count) };
            projections[i] = SharedPcaFit.Fit(
                backbone, images, range, windows, channels, (ulong)seed, times: times, run: part, scale: scales[i], maps: maps);
        }
        var description = new DeepDescription
        {
            Backbone = backbone.Description.Name,
            Sha256 = backbone.Sha256,
            Patch = backbone.Description.Patch,
            Channels = channelsOut,
            Scales = scales,
            Upsampling = upsampling,
            Rgb = options.Rgb,
            Shifts = options.Shifts,
            WindowTokens = windows.Tokens,
            OverlapTokens = windows.Overlap,
            FlipAverage = windows.FlipAverage,
            RangeLow = range.Low,
            RangeHigh = range.High,
            Seed = seed,
            Threads = backbone.Threads,
            Identity = backbone.Identity,
        };
        return new DeepModel(description, projections, weights);
    }

    /// <summary>What the transformer is given of images.</summary>
    /// <exception cref="FastSegException">Channels were chosen that an image does not have.</exception>
    private static ImageReader[] Seen(DeepOptions options, IReadOnlyList<ImageReader> images, bool divided)
    {
        foreach (ImageReader image in images)
        {
            options.CheckRgb(image.Info);
        }
        return [.. images.Select(image => DeepSource.Of(image, options.Rgb, divided))];
    }

    /// <summary>Refuses scales that are not possible, or that the projections, the patch or a learned upsampler do not fit.</summary>
    private static void CheckScales(DeepDescription description, IReadOnlyList<SharedPca> projections, bool learned)
    {
        IReadOnlyList<int> scales = description.Scales;
        if (!DeepScales.ArePossible(scales) || scales.Any(scale => description.Patch % scale != 0))
        {
            throw new InvalidDataException(
                $"it states the scales {DeepScales.Text(scales)} for patches of {description.Patch} pixels, which is not possible");
        }
        if (projections.Count != scales.Count || projections.Any(projection => projection.Channels != projections[0].Channels))
        {
            throw new InvalidDataException("its projections do not fit its scales");
        }
        if (learned && scales != DeepScales.One)
        {
            throw new InvalidDataException("it has a learned upsampler, which takes scale 1 alone, and other scales");
        }
    }

    /// <summary>Refuses shifts that are not possible, or that scales, patch or upsampling do not fit.</summary>
    private static void CheckShifts(DeepDescription description)
    {
        int shifts = description.Shifts;
        bool between = description.Upsampling is Upsampling.Bilinear or Upsampling.Nearest && description.Scales == DeepScales.One;
        if (!DeepOptions.ArePossible(shifts) || description.Patch % shifts != 0 || (shifts > 1 && !between))
        {
            throw new InvalidDataException(
                $"it states {shifts} shifts for patches of {description.Patch} pixels at the scales {DeepScales.Text(description.Scales)}, "
                + "which is not possible");
        }
    }
}
