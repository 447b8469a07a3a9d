using FastSeg.Checks;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>An image and a map of its cells for joint bilateral upsampling, random unless they are given.</summary>
internal sealed unsafe class JointBilateralCase
{
    private readonly float[] _cells;
    private readonly int _channels, _colours, _patch;

    public JointBilateralCase(
        int channels, int colours, int patch, int height, int width, Func<int, int, float>? image = null,
        Func<int, int, float>? cell = null)
    {
        (_channels, _colours, _patch, Height, Width) = (channels, colours, patch, height, width);
        var random = new Random(patch + colours);
        Image = RandomNetwork.Samples(random, colours * height * width);
        // Smooth but for noise, so that several cells resemble a pixel.
        for (int i = 0; i < Image.Length; i++)
        {
            Image[i] = image?.Invoke(i / width % height, i % width) ?? (0.4f + (0.1f * Image[i]) + (0.3f * (i % width) / width));
        }
        _cells = RandomNetwork.Numbers(random, channels * Rows * Columns);
        for (int i = 0; i < _cells.Length && cell is not null; i++)
        {
            _cells[i] = cell(i / Columns % Rows, i % Columns);
        }
    }

    public int Height { get; }

    public int Width { get; }

    public int Rows => (Height + _patch - 1) / _patch;

    public int Columns => (Width + _patch - 1) / _patch;

    public float[] Image { get; }

    public Region All => new(0, 0, Width, Height);

    public JointBilateralReference Reference => new(
        Height, Width, _colours, _patch, (colour, y, x) => Image[(((colour * Height) + y) * Width) + x]);

    public float Cell(int channel, int row, int column) => _cells[(((channel * Rows) + row) * Columns) + column];

    /// <summary>The map; the caller disposes it.</summary>
    public LowResolution Map()
    {
        var map = new LowResolution(_channels, Rows, Columns, _patch);
        _cells.CopyTo(new Span<float>(map.Plane(0), _cells.Length));
        return map;
    }

    /// <summary>The planes of an area in a tile, from a copy of no more of the image than the tile's guidance.</summary>
    public float[] Planes(Region tile, Region area)
    {
        using LowResolution map = Map();
        using var joint = new JointBilateralCpu(map, _colours, tile.Width, tile.Height);
        Region seen = JointBilateral.Guidance(tile, _patch).Intersect(All);
        float[] part = Part(seen), planes = new float[_channels * area.Pixels];
        fixed (float* image = part, first = planes)
        {
            joint.Start(new GuidanceImage(image, (nint)seen.Pixels, (nint)seen.Width, seen), tile);
            joint.Planes(area, first, (nint)area.Width, (nint)area.Pixels);
        }
        return planes;
    }

    /// <summary>A part of the image, colour by colour.</summary>
    public float[] Part(Region seen)
    {
        float[] part = new float[_colours * seen.Pixels];
        for (int i = 0; i < part.Length; i++)
        {
            long colour = i / seen.Pixels, y = seen.Y + (i % seen.Pixels / seen.Width), x = seen.X + (i % seen.Width);
            part[i] = Image[(((colour * Height) + y) * Width) + x];
        }
        return part;
    }
}
