using FastSeg.Cli.Sessions;
using FastSeg.Deep.Upsamplers;

namespace FastSeg.Cli.Trainer;

/// <summary>What trainings of upsamplers have in common: which projection they keep, and how many channels they have.</summary>
internal static class UpsamplerTraining
{
    /// <summary>The projection that a backbone's folder has stored; null where it has none.</summary>
    public static string? StoredProjection(string backbone)
    {
        string path = Path.Combine(backbone, BackboneDescription.ProjectionFileName);
        return File.Exists(path) ? path : null;
    }

    /// <summary>
    /// Channels where none are asked for: those of the network that is trained further, of the stored projection, or the usual number.
    /// </summary>
    public static int Channels(string? from, string? projection)
    {
        if (from is not null)
        {
            return UpsamplerFile.Load(from).Config.ChannelsIn;
        }
        return projection is null ? DeepOptions.DefaultChannels : ProjectionFile.Load(projection).Channels;
    }

    /// <summary>Trains an upsampler for one project, in a folder that is gone when the model has it.</summary>
    /// <param name="session">Where progress is said.</param>
    /// <param name="recipe">Finish or Project.</param>
    /// <param name="images">The project's images.</param>
    /// <param name="wanted">The deep features without it.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <returns>The deep features with the network, and with the projection that it was trained for.</returns>
    /// <exception cref="FastSegException">Nothing can be trained so.</exception>
    public static DeepOptions ForProject(
        Session session, UpsamplerRecipe recipe, IReadOnlyList<string> images, DeepOptions wanted, int seed)
    {
        Backbone backbone = wanted.Backbone;
        if (recipe == UpsamplerRecipe.Finish && !backbone.HasUpsampler)
        {
            throw new FastSegException($"{backbone.Folder} has no learned upsampler that could be finished; train one instead.");
        }
        string? projection = wanted.ChooseProjection().Stored?.Name;
        string folder = Directory.CreateTempSubdirectory("fastseg-upsampler-").FullName;
        try
        {
            string fitted = Path.Combine(folder, BackboneDescription.ProjectionFileName);
            var job = new UpsamplerJob
            {
                Images = images,
                Backbone = backbone.Folder,
                Output = Path.Combine(folder, BackboneDescription.UpsamplerFileName),
                Recipe = recipe,
                Channels = wanted.Channels,
                From = recipe == UpsamplerRecipe.Finish ? backbone.UpsamplerPath : null,
                Projection = projection,
                ProjectionOutput = projection is null ? fitted : null,
                FlipAverage = wanted.FlipAverage,
                Seed = seed,
                Threads = session.Options(0).WorkerCount,
            };
            TrainerProcess.Run(job, session);
            return wanted with
            {
                Channels = job.Channels,
                Upsampling = Upsampling.Learned,
                Upsampler = UpsamplerFile.Parse(File.ReadAllBytes(job.Output), "trained on these images"),
                Projection = projection is null
                    ? ProjectionFile.Parse(File.ReadAllBytes(fitted), "fitted to these images")
                    : ProjectionFile.Load(projection),
                FitProjection = false,
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
