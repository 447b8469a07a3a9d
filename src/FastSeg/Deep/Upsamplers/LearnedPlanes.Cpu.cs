using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Deep features of a tile from a learned upsampler, for one worker: reads the guidance around the tile, runs the network over it, and
/// hands the planes out band by band. Not thread-safe.
/// </summary>
internal sealed unsafe class LearnedPlanesCpu : IUpsampledPlanes
{
    private readonly UpsamplerCpu _network;
    private readonly LowResolution _map;
    private readonly GuidanceReaderCpu _guidance;
    private readonly HostBuffer _planes;
    private readonly Upsampler _weights;
    private readonly InputMap _seen;
    private readonly KeptTiles? _kept;
    private readonly long _keepBytes;
    private HostBuffer? _held;
    private float* _from;
    private Region _core;

    /// <summary>Allocates what tiles of a grid need.</summary>
    /// <param name="plan">The network on the page.</param>
    /// <param name="map">The page's low-resolution features.</param>
    /// <param name="image">The page.</param>
    /// <param name="seen">How the network sees a sample.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="kept">Tiles that earlier runs left, and that this one may leave; null for none.</param>
    /// <param name="keepBytes">Most bytes that these tiles may take after this run; with 0 it adds none.</param>
    public LearnedPlanesCpu(
        UpsamplerPlanCpu plan, LowResolution map, ImageReader image, InputMap seen, TileGrid grid, KeptTiles? kept = null,
        long keepBytes = 0)
    {
        (_map, _weights, _seen, _kept, _keepBytes) = (map, plan.Network, seen, kept, keepBytes);
        _network = UpsamplerCpu.Create(plan);
        _guidance = new GuidanceReaderCpu(plan.Guidance, image, seen, GuidanceReaderCpu.Largest(plan.Guidance, image.Info, grid));
        _planes = new HostBuffer(PlaneBytes(plan, grid));
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(UpsamplerPlanCpu plan, ImageInfo image, TileGrid grid) =>
        UpsamplerCpu.Bytes(plan) + PlaneBytes(plan, grid)
        + GuidanceReaderCpu.Bytes(image, GuidanceReaderCpu.Largest(plan.Guidance, image, grid));

    /// <summary>The network on an image whose sides are filled up to multiples of the patch.</summary>
    public static UpsamplerPlanCpu PlanFor(Upsampler network, ImageInfo image, long maxWidth)
    {
        int patch = network.Config.Patch;
        int rows = checked((int)LowResolutionTokens.Cells(image.Height, patch));
        int columns = checked((int)LowResolutionTokens.Cells(image.Width, patch));
        return new UpsamplerPlanCpu(network, checked(rows * patch), checked(columns * patch), rows, columns, (int)maxWidth);
    }

    /// <summary>Computes the planes of a tile's core, or takes those that an earlier run left.</summary>
    public void Start(Region core)
    {
        _core = core;
        Release();
        var key = new KeptTiles.Key(_weights, _seen, core);
        _held = _kept?.Hold(key);
        if (_held is not null)
        {
            // Others may drop a tile that is held: its memory stays, though its handle counts as closed.
            _from = (float*)_held.DangerousGetHandle();
            return;
        }
        _from = (float*)_planes.Pointer;
        var features = new LowFeatures(_map.Plane(0), _map.Channels, (int)_map.Rows, (int)_map.Columns);
        _network.Run(features, _guidance.Read(core), core, new OutputPlanes(_from, (nint)core.Pixels, (nint)core.Width));
        _kept?.Put(key, _from, core.Pixels * _weights.Config.ChannelsOut * sizeof(float), _keepBytes);
    }

    /// <summary>Copies a band of the tile last started into the band's last planes.</summary>
    public void Fill(in Band band, int firstPlane)
    {
        for (int plane = firstPlane; plane < band.Planes; plane++)
        {
            for (int row = 0; row < band.Height; row++)
            {
                float* from = _from + ((plane - firstPlane) * _core.Pixels)
                    + ((band.Y + row - _core.Y) * _core.Width) + (band.X - _core.X);
                new ReadOnlySpan<float>(from, band.Width).CopyTo(new Span<float>(band.Row(plane, row), band.Width));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _network.Dispose();
        _guidance.Dispose();
        _planes.Dispose();
    }

    /// <summary>Lets go of the tile before.</summary>
    private void Release()
    {
        if (_held is not null)
        {
            KeptTiles.Release(_held);
            _held = null;
        }
    }

    private static long PlaneBytes(UpsamplerPlanCpu plan, TileGrid grid)
    {
        long core = 0;
        for (long i = 0; i < grid.Count; i++)
        {
            core = Math.Max(core, grid[i].Pixels);
        }
        return core * plan.Network.Config.ChannelsOut * sizeof(float);
    }
}
