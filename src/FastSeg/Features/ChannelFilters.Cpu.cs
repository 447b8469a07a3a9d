using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>Every filter of one channel, descending a panel band by band.</summary>
/// <remarks>
/// Band b of a panel has rows 16 b - 4 to 16 b + 11, counted from the panel's first row. With the two rows around them, which the
/// derivatives look at, these end where the blocks of <see cref="Gaussian{TLanes,TVector}"/> end.
/// </remarks>
internal sealed unsafe class ChannelFilters<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Border = Gaussian<TLanes, TVector>.Border;
    private const int BlockRows = Gaussian<TLanes, TVector>.BlockRows;

    private readonly FeatureSpec _spec;
    private readonly PlaneLayout _layout;
    private readonly Gaussian<TLanes, TVector> _blur;
    private readonly PixelWindow<TLanes, TVector> _pixels;
    private readonly Derivatives<TLanes, TVector> _derivatives;

    /// <summary>
    /// Of a panel's first 256 columns, and of those behind: 320 columns would be cut into segments of 20 pixels, which take as long as 32.
    /// The columns behind come first. Up to 12 floats that they write too many lie in the next row, which the first columns write again, or
    /// in the plane's padding.
    /// </summary>
    private readonly Membrane<TLanes, TVector>? _membrane, _membraneOfRest;
    private readonly Structure<TLanes, TVector>[] _structures = [];
    private readonly Disk<TLanes, TVector>? _disks;
    private readonly int _blurs;
    private PixelSource _source;
    private Region _panel;
    private int _band;

    /// <summary>Plans the filters that the specification asks for and carves their buffers.</summary>
    public ChannelFilters(Arena arena, FeatureSpec spec, int maxWidth, long maxHeight)
    {
        _spec = spec;
        _layout = new PlaneLayout(spec);
        IReadOnlyList<double> sigmas = spec.Has(FeatureSpec.Blurred) ? spec.Sigmas : [];
        _blurs = sigmas.Count;
        _blur = new Gaussian<TLanes, TVector>(arena, spec, sigmas, maxWidth);
        _pixels = new PixelWindow<TLanes, TVector>(arena, maxWidth);
        _derivatives = new Derivatives<TLanes, TVector>(arena, _blur.Stride);
        if (spec.Has(Families.Membrane))
        {
            int whole = Math.Min(maxWidth, Band.PanelWidth), rest = maxWidth - whole;
            _membrane = new Membrane<TLanes, TVector>(arena, spec.Membrane, whole, whole);
            _membraneOfRest = rest == 0 ? null : new Membrane<TLanes, TVector>(arena, spec.Membrane, rest, whole);
        }
        if (_layout.Structure >= 0)
        {
            _structures = [.. spec.Sigmas.Select(sigma => new Structure<TLanes, TVector>(arena, spec, sigma, maxWidth, maxHeight))];
        }
        if (spec.Has(FeatureSpec.OverDisks) && spec.Sigmas.Count > 0)
        {
            _disks = new Disk<TLanes, TVector>(arena, spec, _layout, maxWidth);
        }
    }

    /// <summary>Begins a panel: makes the steps of the blur that its first band waits for.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _band = 0;
        _blur.Start(source, panel);
        _pixels.Start(source, panel);
        long whole = Math.Min(panel.Width, Band.PanelWidth);
        _membrane?.Start(source, panel with { Width = whole });
        _membraneOfRest?.Start(source, panel with { X = panel.X + whole, Width = panel.Width - whole });
        foreach (Structure<TLanes, TVector> structure in _structures)
        {
            structure.Start(source, panel);
        }
        for (int i = 0; i < _blur.Lead; i++)
        {
            _blur.Step();
        }
    }

    /// <summary>Computes the planes of the next band; the channel's plane 0 begins at <c>band.First</c>.</summary>
    public void Run(in Band band)
    {
        _blur.Step();
        _pixels.Step();
        // Row 0 of the blur's window, counted from the panel's first row.
        int top = (BlockRows * _band++) - (3 * Border);
        var rows = new WindowRows(
            (int)(band.Y - _panel.Y) - top,
            band.Height,
            band.Width,
            Top: (int)Math.Max(0, _source.Bounds.Y - _panel.Y - top),
            Bottom: (int)Math.Min(Gaussian<TLanes, TVector>.WindowRows - 1, _source.Bounds.Bottom - 1 - _panel.Y - top),
            LeftEdge: _panel.X == _source.Bounds.X,
            RightEdge: _panel.Right == _source.Bounds.Right);
        for (int scale = 0; scale <= _blurs; scale++)
        {
            bool image = scale == 0;
            _derivatives.Run(
                image ? _pixels.Window : _blur.Window(scale - 1), image ? _pixels.Stride : _blur.Stride, rows, Planes(band, scale));
        }
        if (_layout.Dog >= 0)
        {
            Differences(band, rows);
        }
        _membraneOfRest?.Run(band.From(Math.Min(band.Width, Band.PanelWidth)), _layout.Membrane);
        _membrane?.Run(band.Until(Band.PanelWidth), _layout.Membrane);
        for (int i = 0; i < _structures.Length; i++)
        {
            _structures[i].Run(band, rows.First, _layout.Structure + (2 * i));
        }
        _disks?.Run(_source, band);
    }

    private DerivedPlanes Planes(in Band band, int scale) => new()
    {
        Gaussian = Plane(band, _layout.Gaussian(scale)),
        Sobel = Plane(band, _layout.Sobel(scale)),
        Eig1 = Plane(band, _layout.Hessian(scale)),
        Laplacian = Plane(band, _layout.Laplacian < 0 ? PlaneLayout.Off : _layout.Laplacian + scale),
        PlaneStride = band.PlaneStride,
        RowStride = band.RowStride,
    };

    /// <summary>First float of a plane; null where its family is off.</summary>
    private static float* Plane(in Band band, int plane) => plane < 0 ? null : band.Row(plane, 0);

    /// <summary>All differences of a row, then of the next: a row of every blur stays in the L1 cache for all of its differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Differences(in Band band, in WindowRows rows)
    {
        for (int row = 0; row < band.Height; row++)
        {
            nint at = ((nint)(rows.First + row) * _blur.Stride) + Border;
            int plane = _layout.Dog;
            for (int i = 0; i < _blurs; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    Dog<TLanes, TVector>.Run(_blur.Window(j) + at, _blur.Window(i) + at, band.Width, band.Row(plane++, row));
                }
            }
        }
    }
}
