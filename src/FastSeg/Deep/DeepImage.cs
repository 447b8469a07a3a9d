using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;

namespace FastSeg.Deep;

/// <summary>
/// One image's deep features: the low-resolution maps of the whole image, and what each worker needs to bring part of them to full
/// resolution. At full resolution only the parts in work exist.
/// </summary>
internal sealed class DeepImage : IDisposable
{
    private readonly DeepMaps _maps;
    private readonly bool _owned;

    /// <summary>One for each worker.</summary>
    private readonly List<IUpsampledPlanes> _workers = [];

    /// <summary>Prepares what every worker needs to bring maps to full resolution.</summary>
    /// <param name="model">The model.</param>
    /// <param name="maps">The image's maps; disposed with this where <paramref name="owned"/>, and then also when this fails.</param>
    /// <param name="owned">Whether the maps are this image's alone.</param>
    /// <param name="image">The image.</param>
    /// <param name="samples">What filters see of a stored sample.</param>
    /// <param name="plan">Tiles and workers; null where a backend upsamples itself and wants the maps only.</param>
    /// <param name="keepBytes">Most bytes of tiles at full resolution that are kept with the maps for later runs.</param>
    public DeepImage(
        DeepModel model, DeepMaps maps, bool owned, ImageReader image, SampleMap samples, Plan? plan, long keepBytes = 0)
    {
        DeepDescription description = model.Description;
        (Channels, _maps, _owned) = (description.Channels, maps, owned);
        image = DeepSource.Of(image, description.Rgb, divided: !samples.Standardises);
        if (plan is null)
        {
            return;
        }
        try
        {
            var seen = new InputMap(description.Range, samples);
            UpsamplerPlanCpu? layers = model.Network is { } network
                ? LearnedPlanesCpu.PlanFor(network, image.Info, plan.Computed.MaxCore.Width)
                : null;
            for (int worker = 0; worker < plan.Workers; worker++)
            {
                _workers.Add(Planes(description.Upsampling, layers, image, seen, plan.Computed, keepBytes));
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

    /// <summary>The image's low-resolution features, a map for each scale.</summary>
    public IReadOnlyList<LowResolution> Maps => _maps.Maps;

    /// <summary>Buffers of a worker for the tiles of a grid.</summary>
    /// <param name="model">The model; null for none.</param>
    /// <param name="image">The image.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="onDisk">Whether the maps lie on the disk, so that each worker has what its tile needs of them resident.</param>
    public static IEnumerable<(string Name, long Bytes)> WorkerItems(
        DeepModel? model, ImageReader image, TileGrid grid, bool onDisk = false)
    {
        if (model is { Network: null } && onDisk)
        {
            yield return ("deep features", ResidentBytes(model, image.Info, grid.MaxCore));
        }
        image = model is null ? image : DeepSource.Of(image, model.Description.Rgb, divided: false);
        if (model?.Network is { } network)
        {
            UpsamplerPlanCpu plan = LearnedPlanesCpu.PlanFor(network, image.Info, grid.MaxCore.Width);
            yield return ("upsampler", LearnedPlanesCpu.Bytes(plan, image.Info, grid, onDisk));
        }
        else if (model is not null)
        {
            (int Patch, int Channels)[] maps = [.. DeepMaps.Shapes(model)];
            yield return (
                "upsampling", model.Description.Upsampling == Upsampling.JointBilateral
                    ? JointBilateralPlanesCpu.Bytes(maps, image.Info, grid)
                    : maps.Sum(map => LowResolutionPlanesCpu.Bytes(map.Patch, Band.MaxWidth, Band.MaxHeight)));
        }
    }

    /// <summary>Buffers of the whole run: the maps, unless they lie on the disk.</summary>
    public static IEnumerable<(string Name, long Bytes)> SharedItems(DeepModel? model, ImageReader image, bool onDisk = false)
    {
        if (model is not null && !onDisk)
        {
            yield return ("deep features", DeepMaps.Bytes(model, image.Info).Sum());
        }
    }

    /// <summary>
    /// No less than a learned upsampler holds for a tile's core of usual size, by which the planner chooses tiles that are narrow enough:
    /// sixteen strips of its result. With 32 channels it holds eleven, one of the result and ten of the stages before, and 5 MiB more.
    /// Where tiles are kept, what is kept counts too: a run that is cancelled, as a person's next stroke does, loses the tiles in work.
    /// </summary>
    public static long TileBytes(DeepModel? model, Region core, bool kept) => model?.Network is null
        ? 0
        : ((16 * core.Width * UpsamplerPlanCpu.StripRows) + (kept ? core.Pixels : 0)) * model.Description.Channels * sizeof(float);

    /// <summary>Whether bands of a tile must come row by row: a learned upsampler computes the rows of a whole tile at a time.</summary>
    public static bool ComesInRows(DeepModel? model) => model?.Network is not null;

    /// <summary>The page's pixels under the cells from which cores get their features at full resolution.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">The image.</param>
    /// <param name="cores">The cores, with all that smoothing needs around them.</param>
    /// <param name="maxWidth">Columns of the widest one.</param>
    public static NeededPixels NeededFor(DeepModel model, ImageInfo image, IEnumerable<Region> cores, int maxWidth)
    {
        UpsamplerPlanCpu? network = model.Network is { } learned ? LearnedPlanesCpu.PlanFor(learned, image, maxWidth) : null;
        int[] patches = [.. DeepMaps.Shapes(model).Select(map => map.Patch)];
        return new NeededPixels(cores.SelectMany(core => patches.Select(patch => Under(model, network, image, core, patch))));
    }

    /// <summary>Begins a tile.</summary>
    public void Start(int worker, Region core)
    {
        // What the tile before looked at, on this thread or another one, which gets it back where it still needs it.
        _maps.Drop();
        _workers[worker].Start(core);
    }

    /// <summary>
    /// Fills the band's last planes with deep features of the tile last begun; none begins above the one before where
    /// <see cref="ComesInRows"/>. Allocates nothing.
    /// </summary>
    public void Fill(int worker, in Band band) => _workers[worker].Fill(band, band.Planes - Channels);

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.ForEach(planes => planes.Dispose());
        if (_owned)
        {
            _maps.Dispose();
        }
    }

    /// <summary>The pixels under the cells of one map that a core needs.</summary>
    private static Region Under(DeepModel model, UpsamplerPlanCpu? network, ImageInfo image, Region core, int patch)
    {
        // A cell whose neighbours overlap it is as large as the transformer's patch.
        int side = model.Description.Shifts > 1 ? model.Description.Patch : patch;
        if (network is null && model.Description.Upsampling != Upsampling.JointBilateral)
        {
            // Centres of cells on all sides.
            return new Region(core.X - (2L * side), core.Y - (2L * side), core.Width + (4L * side), core.Height + (4L * side));
        }
        Region cells = network?.Features(core) ?? JointBilateral.Cells(
            core, patch, LowResolutionTokens.Cells(image.Height, patch), LowResolutionTokens.Cells(image.Width, patch));
        long more = side - patch;
        return new Region(cells.X * patch, cells.Y * patch, (cells.Width * patch) + more, (cells.Height * patch) + more);
    }

    /// <summary>
    /// Most bytes of maps on the disk that one worker has resident while it is at a tile, where no learned upsampler copies what it needs:
    /// of each channel the rows under the tile, of each row the columns under it and what the system brings along with every page that is
    /// touched.
    /// </summary>
    private static long ResidentBytes(DeepModel model, ImageInfo image, Region maxCore)
    {
        // The system maps up to sixteen pages around one that is touched.
        const long AlongWith = 64 << 10;
        Region middle = maxCore with { Y = (image.Height - maxCore.Height) / 2 };
        long bytes = 0;
        foreach ((int patch, int channels) in DeepMaps.Shapes(model))
        {
            long under = Under(model, null, image, middle, patch).Height;
            long rows = Math.Min((under / patch) + 1, LowResolutionTokens.Cells(image.Height, patch));
            long row = LowResolutionTokens.Cells(image.Width, patch) * sizeof(float);
            bytes += channels * ((rows * Math.Min(row, (maxCore.Width / patch * sizeof(float)) + AlongWith)) + (2 * AlongWith));
        }
        return Math.Min(bytes, DeepMaps.Bytes(model, image).Sum());
    }

    /// <summary>What brings the maps to full resolution for one worker.</summary>
    private IUpsampledPlanes Planes(
        Upsampling upsampling, UpsamplerPlanCpu? layers, ImageReader image, InputMap seen, TileGrid grid,
        long keepBytes) => upsampling switch
        {
            Upsampling.Learned => new LearnedPlanesCpu(layers!, Maps[0], image, seen, grid, _owned ? null : _maps.Kept, keepBytes),
            Upsampling.JointBilateral => new JointBilateralPlanesCpu(Maps, image, seen, grid),
            _ => new InterpolatedPlanesCpu(Maps, upsampling != Upsampling.Nearest),
        };
}
