using FastSeg.Features;
using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>
/// One image's deep features: the low-resolution map of the whole image, and what each worker needs to bring a band of it to full
/// resolution. The map at full resolution never exists.
/// </summary>
internal sealed class DeepImage : IDisposable
{
    private readonly LowResolution _map;
    private readonly LowResolutionPlanes[] _planes;

    /// <summary>Runs the transformer over the image.</summary>
    public DeepImage(DeepModel model, Backbone backbone, ImageReader image, int workers, StageTimes times, RunOptions options)
    {
        model.CheckBackbone(backbone);
        DeepDescription description = model.Description;
        _map = LowResolution.Compute(
            backbone, model.Projection, image, description.Range, description.Windows, normaliseL1: false, times, options.Progress, options.Cancellation);
        (int width, int height) = FilterBank.MaxBand;
        _planes = new LowResolutionPlanes[workers];
        for (int i = 0; i < workers; i++)
        {
            _planes[i] = new LowResolutionPlanes(_map, description.Upsampling == Upsampling.Bilinear, width, height);
        }
    }

    /// <summary>Deep channels.</summary>
    public int Channels => _map.Channels;

    /// <summary>Buffers of a worker.</summary>
    public static IEnumerable<(string Name, long Bytes)> WorkerItems(DeepModel? model)
    {
        if (model is not null)
        {
            (int width, int height) = FilterBank.MaxBand;
            yield return ("upsampling", LowResolutionPlanes.Bytes(model.Description.Patch, width, height));
        }
    }

    /// <summary>Buffers of the whole run: the map, and the tokens while it is made.</summary>
    public static IEnumerable<(string Name, long Bytes)> SharedItems(DeepModel? model, Backbone? backbone, ImageReader image)
    {
        if (model is not null)
        {
            DeepDescription description = model.Description;
            long map = LowResolution.Bytes(image.Info, description.Patch, description.Channels);
            yield return ("deep features", map);
            if (backbone is not null)
            {
                yield return ("tokens", LowResolution.ComputeBytes(backbone, image, description.Windows, description.Channels) - map);
            }
        }
    }

    /// <summary>Fills the band's last planes with deep features. Allocates nothing.</summary>
    public unsafe void Fill(int worker, in Band band) => _planes[worker].Planes(
        band.X, band.Y, band.Width, band.Height, band.Row(band.Planes - Channels, 0), band.RowStride, band.PlaneStride);

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_planes, planes => planes.Dispose());
        _map.Dispose();
    }
}
