using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Runs;

namespace FastSeg.Pages;

/// <summary>Which maps of a page: everything that their numbers depend on, but for the page itself.</summary>
/// <param name="Model">The deep features.</param>
/// <param name="Features">Says how the page is standardised.</param>
/// <param name="Channels">Channels that the model sees.</param>
/// <param name="Backbone">The transformer; null where the maps must be there already.</param>
internal sealed record MapsWork(DeepModel Model, FeatureSpec Features, int Channels, Backbone? Backbone)
{
    /// <summary>The file that keeps the maps; null for none.</summary>
    public string? Cache { get; init; }

    /// <summary>Raised when maps of the same settings become other ones, so that older files are computed again.</summary>
    private const int Version = 1;

    /// <summary>
    /// The text that two maps have in common exactly where they are equal: page, backbone, projections, windows, scales, range and
    /// standardisation.
    /// </summary>
    /// <param name="page">The page's identity, as the caller gave it.</param>
    /// <param name="info">The page.</param>
    /// <param name="samples">Mean and deviation, where the page is standardised by them.</param>
    public string Key(string page, ImageInfo info, SampleStatistics? samples)
    {
        // The upsampling does not decide the maps: models that differ in it alone share them.
        DeepDescription description = Model.Description with { Upsampling = Upsampling.Bilinear, Channels = 0, Seed = 0 };
        string[] parts =
        [
            $"FastSeg maps {Version}", page, $"{info.Width} x {info.Height} x {info.Channels} {info.Type.Name()}",
            JsonSerializer.Serialize(description),
            .. Model.Projections.Select(projection => projection.Identity()),
            Features.Standardise.ToString(),
            Features.Standardise == Standardisation.Local ? $"{Text(Features.StandardiseSigma)}, {Channels} channels" : "",
            samples is { } known ? $"{Text(known.Mean)} {Text(known.Deviation)}" : "",
            Backbone?.Device is null ? "CPU" : "CUDA",
        ];
        var text = new StringBuilder();
        foreach (string part in parts)
        {
            // With its length in front, a part cannot run over into the next one.
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n");
        }
        return text.ToString();
    }

    /// <summary>The maps of a page, from the file that keeps them or from the transformer, which then writes the file.</summary>
    /// <param name="image">The page.</param>
    /// <param name="samples">Mean and deviation, where the page is standardised by them.</param>
    /// <param name="key">The text of <see cref="Key"/>.</param>
    /// <param name="options">Threads, memory, progress, cancellation.</param>
    /// <param name="result">What it took.</param>
    /// <exception cref="FastSegException">
    /// There is no transformer, memory is not enough, the image is corrupt, or ONNX Runtime failed.
    /// </exception>
    public SharedMaps Find(ImageReader image, SampleStatistics? samples, string key, ComputeOptions options, out RunResult result)
    {
        long start = Stopwatch.GetTimestamp(), bytes = DeepMaps.Bytes(Model, image.Info).Sum();
        string what = $"for the deep features of {image.Info.Name}";
        var times = new StageTimes();
        if (Cache is { } path && MapsFile.Exists(path))
        {
            long held = MemoryLimit.Check(bytes, what, options);
            if (MapsFile.Read(path, key, Model, image.Info, options.Cancellation) is { } kept)
            {
                result = new RunResult(0, [], times.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, held);
                return new SharedMaps(key, kept);
            }
        }
        Backbone backbone = TileRun.RequiredBackbone(Backbone, Model);
        ImageReader seen = LocalReader.Of(image, null, Features, Channels);
        try
        {
            var buffers = new TransformerBuffers(Model, backbone, seen);
            int atOnce = buffers.Fitting(options);
            long peak = MemoryLimit.Check(buffers.Items(atOnce).Sum(item => item.Bytes) + seen.HeldBytes(atOnce) + bytes, what, options);
            DeepMaps maps = DeepMaps.Compute(
                Model, backbone, seen, Work.MapOf(Features.Standardise, samples), times, options, atOnce);
            string? note = Cache is null ? null : MapsFile.Write(Cache, key, maps);
            result = new RunResult(
                image.Info.Bounds.Pixels, [], times.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, peak)
            { Note = note };
            return new SharedMaps(key, maps);
        }
        finally
        {
            LocalReader.Release(seen);
        }
    }

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
