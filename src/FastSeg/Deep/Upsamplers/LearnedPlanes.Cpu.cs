using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Deep features of a tile from a learned upsampler, for one worker: reads the guidance around the tile, and runs the network down the
/// tile as bands are asked for. Not thread-safe.
/// </summary>
/// <remarks>
/// Only the rows of one band are held, so tiles may be tall. A tile's border costs the network 64 rows and columns more in the middle of
/// its levels, a third of all it does for 256 x 1024 pixels, a fourteenth for 1024 x 2048.
/// </remarks>
internal sealed unsafe class LearnedPlanesCpu : IUpsampledPlanes
{
    private readonly UpsamplerPlanCpu _plan;
    private readonly UpsamplerCpu _network;
    private readonly LowResolution _map;
    private readonly GuidanceReaderCpu _guidance;
    private readonly HostBuffer _strip;

    /// <summary>
    /// Copies of some rows of cells, where the page's lie on the disk. Touched in the file they would be resident with all that shares
    /// their pages, 20 MiB and more for a tile of a wide page.
    /// </summary>
    private readonly CellReaderCpu? _cells;
    private readonly Upsampler _weights;
    private readonly InputMap _seen;
    private readonly KeptTiles? _kept;
    private readonly long _keepBytes;
    private KeptTiles.Key _key;

    /// <summary>The tile's planes as a whole: those of an earlier run, or those that this one leaves. Most tiles have neither.</summary>
    private HostBuffer? _held, _reserved;

    private Region _core;

    /// <summary>The rows of the present strip: those before have been handed out, those behind are not computed yet.</summary>
    private long _top, _bottom;

    /// <summary>The planes that bands are copied from, and floats from one to the next: a strip of the tile, or all of it.</summary>
    private float* _from;
    private nint _planeStride;

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
        (_plan, _map, _weights, _seen, _kept, _keepBytes) = (plan, map, plan.Network, seen, kept, keepBytes);
        _network = UpsamplerCpu.Create(plan);
        _guidance = new GuidanceReaderCpu(plan.Guidance, image, seen, grid);
        _strip = new HostBuffer(StripBytes(plan));
        _cells = map.IsOnDisk ? new CellReaderCpu(plan, map.Read) : null;
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(UpsamplerPlanCpu plan, ImageInfo image, TileGrid grid, bool onDisk) =>
        UpsamplerCpu.Bytes(plan) + StripBytes(plan) + (onDisk ? CellReaderCpu.Bytes(plan) : 0)
        + GuidanceReaderCpu.Bytes(plan.Guidance, image, grid);

    /// <summary>The network on an image whose sides are filled up to multiples of the patch.</summary>
    public static UpsamplerPlanCpu PlanFor(Upsampler network, ImageInfo image, long maxWidth)
    {
        int patch = network.Config.Patch;
        int rows = checked((int)LowResolutionTokens.Cells(image.Height, patch));
        int columns = checked((int)LowResolutionTokens.Cells(image.Width, patch));
        return new UpsamplerPlanCpu(network, checked(rows * patch), checked(columns * patch), rows, columns, (int)maxWidth);
    }

    /// <summary>Begins a tile, or takes what an earlier run left of it.</summary>
    public void Start(Region core)
    {
        Release();
        (_core, _top, _bottom) = (core, core.Y, core.Y);
        _key = new KeptTiles.Key(_weights, _seen, core);
        _held = _kept?.Hold(_key);
        if (_held is not null)
        {
            // Others may drop a tile that is held: its memory stays, though its handle counts as closed.
            _from = (float*)_held.DangerousGetHandle();
            (_planeStride, _bottom) = ((nint)core.Pixels, core.Bottom);
            return;
        }
        _reserved = _kept?.Reserve(_key, core.Pixels * _weights.Config.ChannelsOut * sizeof(float), _keepBytes);
        _from = (float*)(_reserved ?? _strip).Pointer;
        _planeStride = _reserved is null ? StripStride(core.Width) : (nint)core.Pixels;
        _network.Begin(Features(core), _guidance.Read(core), core);
    }

    /// <summary>Copies a band of the tile last started into the band's last planes. No band begins above the one before.</summary>
    public void Fill(in Band band, int firstPlane)
    {
        ComputeTo(band.Y);
        ComputeTo(band.Y + band.Height);
        if (band.Y < _top)
        {
            throw new InvalidOperationException($"Row {band.Y} was wanted, and the rows above {_top} are gone.");
        }
        for (int plane = firstPlane; plane < band.Planes; plane++)
        {
            float* from = Row(band.Y) + ((plane - firstPlane) * _planeStride) + (band.X - _core.X);
            for (int row = 0; row < band.Height; row++, from += _core.Width)
            {
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
        _strip.Dispose();
        _cells?.Dispose();
    }

    private LowFeatures Features(Region core) => _cells?.Read(core)
        ?? new LowFeatures(_map.Plane(0), _map.Channels, (int)_map.Rows, (int)_map.Columns);

    /// <summary>Computes the tile's rows above <paramref name="end"/> that are not computed yet.</summary>
    private void ComputeTo(long end)
    {
        while (_bottom < end)
        {
            int rows = (int)Math.Min(UpsamplerPlanCpu.StripRows, end - _bottom);
            _top = _reserved is null ? _bottom : _top;
            _network.Strip(rows, new OutputPlanes(Row(_bottom), _planeStride, (nint)_core.Width));
            _bottom += rows;
        }
    }

    private float* Row(long y) => _from + ((nint)(y - _top) * (nint)_core.Width);

    /// <summary>Lets go of the tile before: what it leaves is kept if all of it was computed.</summary>
    private void Release()
    {
        if (_held is not null)
        {
            KeptTiles.Release(_held);
        }
        else if (_reserved is not null && _bottom == _core.Bottom)
        {
            _kept!.Put(_key, _reserved);
        }
        else if (_reserved is not null)
        {
            _kept!.Abandon(_reserved);
        }
        (_held, _reserved) = (null, null);
    }

    /// <summary>Floats from a plane of a strip to the next: an odd number of cache lines where rows are whole ones.</summary>
    private static nint StripStride(long width) => (nint)((width * UpsamplerPlanCpu.StripRows) + Arena.Line);

    private static long StripBytes(UpsamplerPlanCpu plan) =>
        StripStride(plan.MaxWidth) * plan.Network.Config.ChannelsOut * sizeof(float);
}
