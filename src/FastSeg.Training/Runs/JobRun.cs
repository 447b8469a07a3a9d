using System.Text.Json;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Learning.Network;
using FastSeg.Learning.Pieces;

namespace FastSeg.Learning.Runs;

/// <summary>A whole training of an upsampler: from images to its file.</summary>
/// <param name="job">What is wanted.</param>
/// <param name="tell">Hears of progress.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class JobRun(UpsamplerJob job, Action<UpsamplerNews> tell, CancellationToken cancellation)
{
    /// <summary>Share of the progress that the steps get; what is before them gets the rest.</summary>
    private const double StepShare = 0.8;

    private readonly BackboneFiles _network = new(job.Backbone);
    private readonly List<ImageReader> _opened = [], _images = [];
    private readonly List<SampleMap> _samples = [];

    /// <summary>Trains, and writes the file.</summary>
    /// <exception cref="FastSegException">Something does not fit, or cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run()
    {
        TrainingState? state = job.Resumes ? new TrainingState(job.StateFile, JobIdentity.Of(job, _network)) : null;
        state?.Check();
        try
        {
            TorchLibrary.Load(job.Threads);
            OpenImages();
            Train(state);
        }
        finally
        {
            _opened.ForEach(image => image.Dispose());
        }
    }

    private ComputeOptions Options => new() { Threads = job.Threads, Cancellation = cancellation };

    private WindowPolicy Windows(Backbone backbone) => WindowPolicy.Of(backbone, job.FlipAverage);

    private void OpenImages()
    {
        foreach (string path in job.Images)
        {
            ImageReader image = ImageFile.Open(path);
            _opened.Add(image);
            if (new SampleSearch(image, image.Info.Bounds) { Limits = SampleLimits.Finite }.Failure(Options) is not null)
            {
                throw new FastSegException(
                    $"{image.Info.Name} has samples that are NaN or infinite; upsamplers are trained on whole images, so cut such parts " +
                    "off or fill them.");
            }
            // Images of other than one channel or three are seen as the mean of their channels.
            _images.Add(DeepSource.Of(image, null, divided: false));
            _samples.Add(SampleMap.Of(SampleStatisticsPass.Run(image, null, job.Threads, Options).Statistics));
        }
    }

    private void Train(TrainingState? state)
    {
        UpsamplerFile? from = job.From is null ? null : UpsamplerFile.Load(job.From);
        (SharedPca projection, string identity, Pieces.TrainingData data, int patch, bool flips) = Prepare(from);
        using Pieces.TrainingData owned = data;
        float[] deviations = job.Recipe == UpsamplerRecipe.Given ? [] : TrainingPiece.Deviations(projection);
        UpsamplerConfig config = from?.Config ?? TrainedConfig.Fresh(job, patch);
        List<WeightTensor> weights = from is not null
            ? WeightScales.FromFile(config, from.Tensors.Values.Where(TrainedConfig.IsWeight), deviations)
            : job.Recipe == UpsamplerRecipe.Given
                ? IdentityStart.Random(config, (ulong)job.Seed)
                : IdentityStart.Weights(config, (ulong)job.Seed);
        config = WeightScales.Config(config);
        using var network = new TorchNetwork(config, weights);
        using var optimiser = new AdamW(network)
        {
            MostNorm = job.Recipe == UpsamplerRecipe.Given ? 0 : 1,
            Features = job.Recipe == UpsamplerRecipe.Given ? 0 : config.ChannelsHidden,
        };
        state?.Projection = identity;
        var loop = new TrainingLoop(network, data, job, Steps, cancellation);
        long steps = loop.Run(state, optimiser);
        Write(config, WeightScales.ToFile(network.Weights(), deviations), identity, flips, steps, data.Parts.Zip(loop.Losses));
        state?.Delete();
    }

    /// <summary>Projection and what is trained on; the transformer is closed again before the steps.</summary>
    private (SharedPca Projection, string Identity, Pieces.TrainingData Data, int Patch, bool Flips) Prepare(UpsamplerFile? from)
    {
        // With one thread a window, several windows run at once, and tokens do not depend on the number of threads.
        using Backbone backbone = Backbone.Open(job.Backbone, _network, threads: 1, device: null);
        (int patch, bool flips) = (backbone.Description.Patch, Windows(backbone).FlipAverage);
        TrainedConfig.Check(job, backbone, from);
        // Images that are too small are refused before a projection of them is written.
        List<(int Image, long X, long Y)> places = job.Recipe == UpsamplerRecipe.Given ? [] : Places(patch);
        (SharedPca projection, string identity) = Projection(backbone);
        TrainedConfig.CheckIdentity(from, identity);
        if (job.Recipe == UpsamplerRecipe.Given)
        {
            void Told(int done) => Before((double)done / _images.Count, $"tokens of image {done} of {_images.Count}");
            var given = new GivenData(
                backbone, projection, [.. _images.Zip(_samples)], Windows(backbone), job.Targets!, Told, cancellation);
            return (projection, identity, given, patch, flips);
        }
        return (projection, identity, new PieceData(Pieces(backbone, projection, places), patch), patch, flips);
    }

    /// <summary>Where pieces are taken; images that are too small for one are named.</summary>
    private List<(int Image, long X, long Y)> Places(int patch)
    {
        int side = TrainingPiece.Cells * patch;
        int wanted = job.Pieces > 0 ? job.Pieces : TrainingSchedule.Of(job.Recipe).Pieces;
        List<(int Image, long X, long Y)> places =
            PiecePlaces.Choose([.. _images.Select(image => image.Info)], side, wanted, (ulong)job.Seed);
        foreach (ImageReader small in _images.Where(image => Math.Min(image.Info.Width, image.Info.Height) < side))
        {
            string size = $"{small.Info.Name} is {small.Info.Width} x {small.Info.Height}";
            string what = $"{size}, smaller than a piece of {side} x {side} pixels ({TrainingPiece.Cells} patches)";
            tell(places.Count > 0
                ? new UpsamplerNews(UpsamplerNewsKind.Note, $"{what}, and was left out.")
                : throw new FastSegException($"{what}, and so is every other image; give larger ones."));
        }
        return places;
    }

    private List<TrainingPiece> Pieces(Backbone backbone, SharedPca projection, List<(int Image, long X, long Y)> places)
    {
        var pieces = new List<TrainingPiece>();
        try
        {
            foreach ((int image, long x, long y) in places)
            {
                cancellation.ThrowIfCancellationRequested();
                pieces.Add(TrainingPiece.Make(backbone, projection, _images[image], _samples[image], Windows(backbone), x, y, job.Threads));
                Before((double)pieces.Count / places.Count, $"tokens of piece {pieces.Count} of {places.Count}");
            }
            return pieces;
        }
        catch
        {
            pieces.ForEach(piece => piece.Dispose());
            throw;
        }
    }

    /// <summary>The projection that is kept, or one that is fitted and written.</summary>
    private (SharedPca Projection, string Identity) Projection(Backbone backbone)
    {
        if (job.Projection is { } path)
        {
            ProjectionFile stored = ProjectionFile.Load(path);
            backbone.CheckProjection(stored);
            if (stored.Channels < job.Channels)
            {
                const string Words = "The number of channels";
                throw new FastSegException(
                    $"{Words} {job.Channels} is more than the {stored.Channels} of {path}; give at most as many.", Setting.Channels, Words);
            }
            var leading = new SharedPca(stored.Tensors.First(job.Channels));
            return (leading, leading.Identity());
        }
        var run = Options;
        SharedPca fitted = SharedPcaFit.Fit(
            backbone, _images, InputRange.Bytes, Windows(backbone), job.Channels, (ulong)job.Seed, run: run, maps: _samples);
        if (job.ProjectionOutput is { } output)
        {
            byte[] bytes = SharedPcaFile.Write([fitted], [1]);
            // A training that goes on finds what it wrote itself.
            if (File.Exists(output) && !File.ReadAllBytes(output).AsSpan().SequenceEqual(bytes))
            {
                throw new FastSegException(
                    $"{output} holds another projection than the one that was fitted now; move it away, or write to another folder.");
            }
            WriteWhole(output, bytes);
        }
        return (fitted, fitted.Identity());
    }

    private void Write(
        UpsamplerConfig config, List<WeightTensor> weights, string identity, bool flips, long steps,
        IEnumerable<(string Part, double Loss)> losses)
    {
        var recipe = new Dictionary<string, object>
        {
            ["recipe"] = job.Recipe.ToString().ToLowerInvariant(),
            ["steps"] = steps,
            ["seed"] = job.Seed,
            ["threads"] = job.Threads,
            ["images"] = job.Images.Select(Path.GetFileName).ToArray(),
            ["from"] = job.From is null ? "identity" : Path.GetFileName(job.From),
            ["losses"] = losses.ToDictionary(pair => pair.Part, pair => Math.Round(pair.Loss, 6)),
        };
        // A network that begins with another one keeps what that one states; only projection and flips may be new.
        UpsamplerConfig stated = config with { Projection = identity, Standardise = Standardisation.Image, FlipAverage = flips };
        WriteWhole(
            job.Output,
            UpsamplerFile.Trained(stated, weights, $"trained by FastSeg {FastSegVersion.Text}", JsonSerializer.Serialize(recipe)));
    }

    private static void WriteWhole(string path, byte[] bytes)
    {
        using var file = new PartialFile(path);
        file.Save(stream => stream.Write(bytes));
        file.Commit();
    }

    private void Before(double share, string what) =>
        tell(new UpsamplerNews(UpsamplerNewsKind.Progress, what, share * (1 - StepShare)));

    private void Steps(UpsamplerNews news) => tell(news.Kind == UpsamplerNewsKind.Progress
        ? news with { Fraction = 1 - StepShare + (news.Fraction * StepShare) }
        : news);
}
