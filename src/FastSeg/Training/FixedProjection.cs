using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Training;

/// <summary>Fits a projection that further trainings are given, to pages that are prepared.</summary>
internal static class FixedProjection
{
    /// <summary>Fits it as a <see cref="Trainer"/> fits the one of scale 1.</summary>
    /// <exception cref="FastSegException">There is no page, the scales are others, or the fit fails.</exception>
    public static ProjectionFile Fit(
        IReadOnlyList<PreparedImage> pages, DeepOptions deep, FeatureSpec features, TrainingOptions training, ComputeOptions options)
    {
        if (pages.Count == 0)
        {
            throw new FastSegException("There is no image to fit a projection to; give at least one.");
        }
        if (deep.Scales != DeepScales.One)
        {
            throw new FastSegException(
                $"The scales are {DeepScales.Text(deep.Scales)}, and a projection is fitted once for scale 1 alone; give that.",
                Setting.Scales, "The scales");
        }
        deep.CheckRange(features.Standardise);
        ComputeOptions quiet = options with { Progress = null };
        int channels = ChannelSet.Of(
            [.. pages.Select(page => page.Info)], [.. pages.Select(page => page.Measure(quiet).IsGrey)]).Count;
        ImageReader[] images = [.. pages.Select(page => LocalReader.Of(page.Image, null, features, channels))];
        SampleMap[]? maps = features.Standardise == Standardisation.None
            ? null
            : [.. pages.Select(page => Work.MapOf(features.Standardise, page.Measure(quiet).Statistics))];
        // The upsampling does not change the projection, and a learned one may not go with it.
        DeepOptions fitted = deep with { FitProjection = true, Projection = null, Upsampling = Upsampling.Bilinear, Shifts = 1 };
        try
        {
            DeepModel.FitPeak(fitted, images, options);
            using DeepModel model = DeepModel.Fit(fitted, images, training.Seed, new StageTimes(), options, maps, features.Standardise);
            return ProjectionFile.Of(model.Projections[0].Tensors, $"fitted to {pages[0].Info.Name}");
        }
        finally
        {
            Array.ForEach(images, LocalReader.Release);
        }
    }
}
