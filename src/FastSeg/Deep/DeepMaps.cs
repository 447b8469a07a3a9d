using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Deep;

/// <summary>One image's low-resolution features: a map for each scale of the model, in the scales' order.</summary>
internal sealed class DeepMaps : IDisposable
{
    private readonly List<LowResolution> _maps = [];

    private DeepMaps()
    {
    }

    /// <summary>The maps.</summary>
    public IReadOnlyList<LowResolution> Maps => _maps;

    /// <summary>Tiles at full resolution that runs left to later ones.</summary>
    public KeptTiles Kept { get; } = new();

    /// <summary>Runs the transformer over the image, one scale after the other.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">Its transformer.</param>
    /// <param name="image">The image.</param>
    /// <param name="samples">What filters see of a stored sample.</param>
    /// <param name="times">Where the time is added.</param>
    /// <param name="options">Progress and cancellation.</param>
    /// <param name="atOnce">Windows that run at once; they do not change the result.</param>
    /// <param name="needed">The pixels whose cells are needed; others may have any values. Null for all.</param>
    /// <param name="onDisk">Whether the maps lie in a file without a name: what <see cref="LieOnDisk"/> says.</param>
    /// <exception cref="FastSegException">The file is corrupt, a sample or a token is not finite, or ONNX Runtime failed.</exception>
    public static DeepMaps Compute(
        DeepModel model, Backbone backbone, ImageReader image, SampleMap samples, StageTimes times, ComputeOptions options, int atOnce,
        NeededPixels? needed = null, bool onDisk = false)
    {
        DeepDescription description = model.Description;
        description.CheckBackbone(backbone);
        image = DeepSource.Of(image, description.Rgb, divided: !samples.Standardises);
        long[] windows =
            description.Shifts > 1
            ? [ShiftedTokens.WindowCount(backbone, image.Info, description.Windows, description.Shifts)]
            : [.. description.Scales.Select(scale => LowResolutionTokens.WindowCount(backbone, image.Info, description.Windows, scale))];
        var seen = new InputMap(description.Range, samples);
        var result = new DeepMaps();
        try
        {
            long done = 0, all = windows.Sum();
            for (int i = 0; i < windows.Length; i++)
            {
                ComputeOptions part = options with
                {
                    Progress = PartialProgress.Of(options.Progress, (double)done / all, (double)windows[i] / all),
                };
                SharedPca projection = model.Projections[i];
                result._maps.Add(description.Shifts > 1
                    ? ShiftedTokens.Compute(
                        backbone, projection, image, seen, description.Windows, description.Shifts, times, part, atOnce, needed)
                    : LowResolution.Compute(
                        backbone, projection, image, seen, description.Windows, times, part, description.Scales[i], atOnce, needed,
                        onDisk));
                done += windows[i];
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Maps of a page whose values the caller fills.</summary>
    public static DeepMaps Empty(DeepModel model, ImageInfo image)
    {
        var result = new DeepMaps();
        try
        {
            int overlap = model.Description.Shifts > 1 ? model.Description.Patch - (model.Description.Patch / model.Description.Shifts) : 0;
            foreach ((int patch, int channels) in Shapes(model))
            {
                result._maps.Add(new LowResolution(
                    channels, LowResolutionTokens.Cells(image.Height, patch), LowResolutionTokens.Cells(image.Width, patch), patch,
                    overlap));
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Pixels from a cell to the next, and channels, of each map.</summary>
    public static IEnumerable<(int Patch, int Channels)> Shapes(DeepModel model) => model.Projections.Zip(
        model.Description.Scales, (projection, scale) => (model.Description.Patch / scale / model.Description.Shifts, projection.Channels));

    /// <summary>
    /// Whether the maps of an image are so large that they are kept in a file without a name, and can be. Maps of
    /// shifted pages, which are put together from parts, stay in memory.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="image">The image.</param>
    /// <param name="most">Most bytes that are kept in memory.</param>
    /// <param name="needed">The pixels for whose rows of cells the disk must have room; null for all.</param>
    public static bool LieOnDisk(DeepModel model, ImageInfo image, long most, NeededPixels? needed = null) =>
        Bytes(model, image).Sum() > most && model.Description.Shifts == 1 && LowResolution.FitOnDisk(Bytes(model, image, needed).Sum());

    /// <summary>Lets go of what is resident of maps on the disk.</summary>
    public void Drop() => _maps.ForEach(map => map.Drop());

    /// <summary>Bytes of each map of an image, or of those rows of it that are written on the disk.</summary>
    public static IEnumerable<long> Bytes(DeepModel model, ImageInfo image, NeededPixels? needed = null) =>
        Shapes(model).Select(map => LowResolution.Bytes(image, map.Patch, map.Channels, needed));

    /// <inheritdoc/>
    public void Dispose()
    {
        _maps.ForEach(map => map.Dispose());
        Kept.Dispose();
    }
}
