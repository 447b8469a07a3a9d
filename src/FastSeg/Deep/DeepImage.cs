using FastSeg.Common;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Simd;

namespace FastSeg.Deep;

/// <summary>
/// One image's deep features: the low-resolution map of the whole image, and what each worker needs to bring part of it to full resolution.
/// At full resolution only the parts in work exist.
/// </summary>
internal sealed class DeepImage : IDisposable
{
    private readonly LowResolution _map;
    private readonly bool _owned;
    private readonly List<LowResolutionPlanesCpu> _interpolated = [];
    private readonly List<LearnedPlanesCpu> _learned = [];

    /// <summary>Prepares what every worker needs to bring a map to full resolution.</summary>
    /// <param name="model">The model.</param>
    /// <param name="map">The image's map; disposed with this where <paramref name="owned"/>, and then also when this fails.</param>
    /// <param name="owned">Whether the map is this image's alone.</param>
    /// <param name="image">The image.</param>
    /// <param name="plan">Tiles and workers; null where a backend upsamples itself and wants the map only.</param>
    public DeepImage(DeepModel model, LowResolution map, bool owned, ImageReader image, Plan? plan)
    {
        DeepDescription description = model.Description;
        (Channels, _map, _owned) = (description.Channels, map, owned);
        if (plan is null)
        {
            return;
        }
        try
        {
            if (model.Network is { } network)
            {
                UpsamplerPlanCpu layers = LearnedPlanesCpu.PlanFor(network, image.Info, plan.MaxCore.Width);
                AddEach(_learned, plan, () => new LearnedPlanesCpu(layers, _map, image, description.Range, plan.Grid));
            }
            else
            {
                (int width, int height) = (Band.MaxWidth, Band.MaxHeight);
                bool bilinear = description.Upsampling == Upsampling.Bilinear;
                AddEach(_interpolated, plan, () => new LowResolutionPlanesCpu(_map, bilinear, width, height));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Deep channels.</summary>
    public int Channels { get; }

    /// <summary>The image's low-resolution features.</summary>
    public LowResolution LowResolution => _map;

    /// <summary>Runs the transformer over the image.</summary>
    public static LowResolution Map(DeepModel model, Backbone backbone, ImageReader image, StageTimes times, ComputeOptions options)
    {
        model.Description.CheckBackbone(backbone);
        return LowResolution.Compute(
            backbone, model.Projection, image, model.Description.Range, model.Description.Windows, times, options);
    }

    /// <summary>Buffers of a worker for the tiles of a grid.</summary>
    public static IEnumerable<(string Name, long Bytes)> WorkerItems(DeepModel? model, ImageReader image, TileGrid grid)
    {
        if (model?.Network is { } network)
        {
            UpsamplerPlanCpu plan = LearnedPlanesCpu.PlanFor(network, image.Info, grid.MaxCore.Width);
            yield return ("upsampler", LearnedPlanesCpu.Bytes(plan, image.Info, grid));
        }
        else if (model is not null)
        {
            (int width, int height) = (Band.MaxWidth, Band.MaxHeight);
            yield return ("upsampling", LowResolutionPlanesCpu.Bytes(model.Description.Patch, width, height));
        }
    }

    /// <summary>Buffers of the whole run: the map.</summary>
    public static IEnumerable<(string Name, long Bytes)> SharedItems(DeepModel? model, ImageReader image)
    {
        if (model is not null)
        {
            yield return ("deep features", LowResolution.Bytes(image.Info, model.Description.Patch, model.Projection.Channels));
        }
    }

    /// <summary>Buffers that are held while the map is made, and gone before the first tile. ONNX Runtime's share is measured.</summary>
    public static IReadOnlyList<(string Name, long Bytes)> TransformerItems(DeepModel? model, Backbone? backbone, ImageReader image)
    {
        if (model is null || backbone is null)
        {
            return [];
        }
        model.Description.CheckBackbone(backbone);
        (int rows, int columns) = LowResolutionTokens.WindowSize(backbone, image.Info, model.Description.Windows);
        long tokens = LowResolutionTokens.Bytes(backbone, image, model.Description.Windows);
        return [("tokens", tokens), ("transformer", backbone.PassBytes(rows, columns))];
    }

    /// <summary>Bytes of a learned upsampler's result for a tile's core: the planner chooses tiles small enough for it.</summary>
    public static long TileBytes(DeepModel? model, Region core) =>
        model?.Network is null ? 0 : core.Pixels * model.Description.Channels * sizeof(float);

    /// <summary>Begins a tile; a learned upsampler computes all of its core now.</summary>
    public void Start(int worker, Region core)
    {
        if (_learned.Count > 0)
        {
            _learned[worker].Start(core);
        }
    }

    /// <summary>Fills the band's last planes with deep features of the tile last begun. Allocates nothing.</summary>
    public unsafe void Fill(int worker, in Band band)
    {
        int first = band.Planes - Channels;
        if (_learned.Count > 0)
        {
            _learned[worker].Fill(band, first);
            return;
        }
        _interpolated[worker].Planes(band.X, band.Y, band.Width, band.Height, band.Row(first, 0), band.RowStride, band.PlaneStride);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _learned.ForEach(planes => planes.Dispose());
        _interpolated.ForEach(planes => planes.Dispose());
        if (_owned)
        {
            _map.Dispose();
        }
    }

    private static void AddEach<T>(List<T> list, Plan plan, Func<T> make)
    {
        for (int i = 0; i < plan.Workers; i++)
        {
            list.Add(make());
        }
    }
}
