using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Deep features of a tile by joint bilateral upsampling, for one worker. The image around the tile guides it.</summary>
internal sealed unsafe class JointBilateralPlanesCpu : IUpsampledPlanes
{
    /// <summary>All rows of guidance are held: bands come panel after panel, and each goes down the whole tile.</summary>
    private const int GuidanceRows = int.MaxValue;

    private readonly IReadOnlyList<LowResolution> _maps;
    private readonly List<JointBilateralCpu> _planes = [];
    private readonly GuidanceReaderCpu _guidance;

    /// <summary>Allocates what tiles of a grid need.</summary>
    /// <param name="maps">The maps, that of the largest cells first; they must outlive this.</param>
    /// <param name="image">The image.</param>
    /// <param name="seen">What the transformer sees of a sample.</param>
    /// <param name="grid">The tiles.</param>
    public JointBilateralPlanesCpu(IReadOnlyList<LowResolution> maps, ImageReader image, InputMap seen, TileGrid grid)
    {
        _maps = maps;
        _guidance = new GuidanceReaderCpu(Guidance(maps[0].Patch), image, seen, grid, GuidanceRows);
        foreach (LowResolution map in maps)
        {
            _planes.Add(new JointBilateralCpu(map, image.Info.Channels, grid.MaxCore.Width, grid.MaxCore.Height));
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    /// <param name="maps">Side of a cell and channels of each map.</param>
    /// <param name="image">The image.</param>
    /// <param name="grid">The tiles.</param>
    public static long Bytes(IReadOnlyList<(int Patch, int Channels)> maps, ImageInfo image, TileGrid grid) =>
        GuidanceReaderCpu.Bytes(Guidance(maps[0].Patch), image, grid, GuidanceRows)
        + maps.Sum(map => JointBilateralCpu.Bytes(map.Patch, map.Channels, image.Channels, grid.MaxCore.Width, grid.MaxCore.Height));

    /// <inheritdoc/>
    public void Start(Region core)
    {
        GuidanceImage image = _guidance.Read(core);
        _planes.ForEach(planes => planes.Start(image, core));
    }

    /// <inheritdoc/>
    public void Fill(in Band band, int firstPlane)
    {
        var area = new Region(band.X, band.Y, band.Width, band.Height);
        for (int i = 0; i < _maps.Count; i++)
        {
            _planes[i].Planes(area, band.Row(firstPlane, 0), band.RowStride, band.PlaneStride);
            firstPlane += _maps[i].Channels;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _guidance.Dispose();
        _planes.ForEach(planes => planes.Dispose());
    }

    private static Func<Region, Region> Guidance(int patch) => region => JointBilateral.Guidance(region, patch);
}
