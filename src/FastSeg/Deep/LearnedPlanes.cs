using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>
/// Deep features of a tile from a learned upsampler, for one worker: reads the guidance around the tile, runs the network over it, and
/// hands the planes out band by band. Not thread-safe.
/// </summary>
internal sealed unsafe class LearnedPlanes : IDisposable
{
    private readonly UpsamplerPlan _plan;
    private readonly UpsamplerCpu _network;
    private readonly LowResolution _map;
    private readonly ImageReader _image;
    private readonly InputRange _range;
    private readonly HostBuffer _samples;
    private readonly HostBuffer _guidance;
    private readonly HostBuffer _planes;
    private Region _core;

    /// <summary>Allocates what tiles of a grid need.</summary>
    public LearnedPlanes(UpsamplerPlan plan, LowResolution map, ImageReader image, InputRange range, TileGrid grid)
    {
        (_plan, _map, _image, _range) = (plan, map, image, range);
        (long guidance, long core) = Largest(plan, image.Info, grid);
        _network = UpsamplerCpu.Create(plan);
        _samples = new HostBuffer(guidance * image.Info.PixelBytes);
        _guidance = new HostBuffer(guidance * image.Info.Channels * sizeof(float));
        _planes = new HostBuffer(core * plan.Network.Config.ChannelsOut * sizeof(float));
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(UpsamplerPlan plan, ImageInfo image, TileGrid grid)
    {
        (long guidance, long core) = Largest(plan, image, grid);
        return UpsamplerCpu.Bytes(plan)
            + (guidance * (image.PixelBytes + ((long)image.Channels * sizeof(float)))) + (core * plan.Network.Config.ChannelsOut * sizeof(float));
    }

    /// <summary>The network on an image whose sides are filled up to multiples of the patch.</summary>
    public static UpsamplerPlan PlanFor(Upsampler network, ImageInfo image, long maxWidth)
    {
        int patch = network.Config.Patch;
        int rows = checked((int)LowResolutionTokens.Cells(image.Height, patch)), columns = checked((int)LowResolutionTokens.Cells(image.Width, patch));
        return new UpsamplerPlan(network, checked(rows * patch), checked(columns * patch), rows, columns, (int)maxWidth);
    }

    /// <summary>The planes of the tile last started: channels x rows x columns of its core, back to back.</summary>
    public float* Planes => (float*)_planes.Pointer;

    /// <summary>Computes the planes of a tile's core.</summary>
    public void Start(Region core)
    {
        _core = core;
        Region area = _plan.Guidance(core).Intersect(_image.Info.Bounds);
        _image.Read(area, _samples.Span<byte>(0, checked((int)(area.Pixels * _image.Info.PixelBytes))));
        if (!SampleChecks.AllFinite(_samples.Pointer, area.Pixels * _image.Info.Channels, _image.Info.Type))
        {
            throw SampleChecks.FirstNotFinite(_image);
        }
        ToUnit(area.Pixels);
        // Grey guidance is shown to the network in all three colours.
        nint planeStride = _image.Info.Channels == 1 ? 0 : (nint)area.Pixels;
        var guidance = new GuidanceImage((float*)_guidance.Pointer, planeStride, (nint)area.Width, area);
        var features = new LowFeatures(_map.Plane(0), _map.Channels, (int)_map.Rows, (int)_map.Columns);
        _network.Run(features, guidance, core, new OutputPlanes((float*)_planes.Pointer, (nint)core.Pixels, (nint)core.Width));
    }

    /// <summary>Copies a band of the tile last started into the band's last planes.</summary>
    public void Fill(in Band band, int firstPlane)
    {
        for (int plane = firstPlane; plane < band.Planes; plane++)
        {
            for (int row = 0; row < band.Height; row++)
            {
                float* from = (float*)_planes.Pointer + ((plane - firstPlane) * _core.Pixels) + ((band.Y + row - _core.Y) * _core.Width) + (band.X - _core.X);
                new ReadOnlySpan<float>(from, band.Width).CopyTo(new Span<float>(band.Row(plane, row), band.Width));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _samples.Dispose();
        _guidance.Dispose();
        _planes.Dispose();
    }

    /// <summary>Pixels of the largest guidance region and of the largest core of a grid's tiles.</summary>
    private static (long Guidance, long Core) Largest(UpsamplerPlan plan, ImageInfo image, TileGrid grid)
    {
        long guidance = 0, core = 0;
        for (long i = 0; i < grid.Count; i++)
        {
            guidance = Math.Max(guidance, plan.Guidance(grid[i]).Intersect(image.Bounds).Pixels);
            core = Math.Max(core, grid[i].Pixels);
        }
        return (guidance, core);
    }

    /// <summary>Samples to planes of 0..1, as the transformer saw them.</summary>
    private void ToUnit(long pixels)
    {
        int channels = _image.Info.Channels;
        float* to = (float*)_guidance.Pointer;
        byte* bytes = _samples.Pointer;
        for (int channel = 0; channel < channels; channel++, to += pixels)
        {
            switch (_image.Info.Type)
            {
                case SampleType.UInt8:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _range.Unit(bytes[(i * channels) + channel] / 255f);
                    }
                    break;
                case SampleType.UInt16:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _range.Unit(((ushort*)bytes)[(i * channels) + channel] / 65535f);
                    }
                    break;
                default:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _range.Unit(((float*)bytes)[(i * channels) + channel]);
                    }
                    break;
            }
        }
    }
}
