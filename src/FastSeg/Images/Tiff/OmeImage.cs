using System.Globalization;
using System.Xml;

namespace FastSeg.Images.Tiff;

/// <summary>One image of an OME-XML description.</summary>
internal sealed class OmeImage
{
    /// <summary>Larger numbers are damage.</summary>
    private const int Most = 1 << 20;

    private readonly List<string> _names = [];
    private readonly PagePlaces _places = new();
    private int _channels, _slices, _frames, _samples;
    private string _order = "CZT";
    private int[]? _pages;

    /// <summary>Its first page, from 1.</summary>
    public int First { get; private set; }

    /// <summary>How many pages it has.</summary>
    public int Planes => (int)Math.Min((long)_channels / _samples * _slices * _frames, int.MaxValue - First);

    /// <summary>Its pixel size; null where none is given.</summary>
    public PixelSize? Size { get; private set; }

    /// <summary>Reads an element "Pixels", on which the reader stands.</summary>
    /// <param name="xml">The reader; it stands at the element's end afterwards.</param>
    /// <param name="first">The page at which the image begins where it names none.</param>
    public static OmeImage Read(XmlReader xml, int first)
    {
        var image = new OmeImage
        {
            First = first,
            Size = ReadSize(xml),
            _channels = Number(xml, "SizeC"),
            _slices = Number(xml, "SizeZ"),
            _frames = Number(xml, "SizeT"),
            _samples = 1,
        };
        string order = xml.GetAttribute("DimensionOrder") ?? "";
        image._order = order is "XYCZT" or "XYCTZ" or "XYZCT" or "XYZTC" or "XYTCZ" or "XYTZC" ? order[2..] : "CZT";
        if (!xml.IsEmptyElement)
        {
            int depth = xml.Depth;
            while (OmeXml.Next(xml) && xml.Depth > depth)
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Channel")
                {
                    image.AddChannel(xml);
                }
                else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "TiffData")
                {
                    image._places.Add(xml);
                }
            }
        }
        image.Begin(first);
        return image;
    }

    /// <summary>What its pages are.</summary>
    /// <param name="samples">Samples of a pixel: that many channels share a page.</param>
    public PageMeaning? Meaning(int samples)
    {
        int channels = _channels % samples == 0 ? _channels / samples : _channels;
        bool named = _names.Count == channels && _names.TrueForAll(name => name.Length > 0);
        return (long)channels * _slices * _frames > int.MaxValue - First ? null
            : new PageMeaning("OME-XML", First, channels, _slices, _frames)
            {
                Order = _order,
                Places = channels == PagedChannels ? _pages : null,
                ChannelNames = named ? _names : [],
            };
    }

    /// <summary>Channels that have pages of their own; samples that share a page are often more than "SizeC" says.</summary>
    private int PagedChannels => Math.Max(1, _channels / _samples);

    /// <summary>Finds the pages: those of the blocks where these tell every plane's, else from the first block's on.</summary>
    private void Begin(int first)
    {
        First = _places.First ?? first;
        _pages = _places.Of(_order, PagedChannels, _slices, _frames);
        First = _pages?.Min() ?? First;
    }

    private void AddChannel(XmlReader xml)
    {
        if (_names.Count < Most)
        {
            _names.Add(xml.GetAttribute("Name") ?? "");
        }
        _samples = Math.Max(_samples, Number(xml, "SamplesPerPixel"));
    }

    /// <summary>Both sides of a pixel in the unit of the horizontal one; micrometres where no unit is named, as OME says.</summary>
    private static PixelSize? ReadSize(XmlReader xml)
    {
        double x = Length(xml, "PhysicalSizeX"), y = Length(xml, "PhysicalSizeY");
        string unit = xml.GetAttribute("PhysicalSizeXUnit") ?? "µm", unitY = xml.GetAttribute("PhysicalSizeYUnit") ?? "µm";
        if (!(x > 0))
        {
            return null;
        }
        double metresX = Metres(unit), metresY = Metres(unitY);
        y = y > 0 ? y : x;
        return unit == unitY || !(y > 0) ? new PixelSize(x, y, TiffPixelSize.UnitName(unit))
            : metresX > 0 && metresY > 0 ? new PixelSize(x, y * metresY / metresX, TiffPixelSize.UnitName(unit))
            : null;
    }

    private static double Length(XmlReader xml, string name) =>
        double.TryParse(xml.GetAttribute(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double length)
        && double.IsFinite(length) ? length : 0;

    private static int Number(XmlReader xml, string name) =>
        int.TryParse(xml.GetAttribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= 1 and <= Most ? number : 1;

    /// <summary>Metres of a unit; 0 where it is no length.</summary>
    private static double Metres(string unit) => unit switch
    {
        "pm" => 1e-12,
        "Å" => 1e-10,
        "nm" => 1e-9,
        "µm" or "μm" or "um" => 1e-6,
        "mm" => 1e-3,
        "cm" => 1e-2,
        "m" => 1,
        "in" => 0.0254,
        _ => 0,
    };
}
