using System.Globalization;
using System.Xml;

namespace FastSeg.Images.Tiff;

/// <summary>
/// The images that an OME-XML description lists: their pixel size and unit, their channels, and which pages are theirs. Damaged XML
/// counts as far as it goes.
/// </summary>
internal sealed class OmeXml
{
    /// <summary>More images than any file has; what follows is left out.</summary>
    private const int MostImages = 1 << 16;

    private readonly List<OmeImage> _images = [];

    private OmeXml()
    {
    }

    /// <summary>Reads a description.</summary>
    public static OmeXml Read(string text)
    {
        var ome = new OmeXml();
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using var xml = XmlReader.Create(new StringReader(text), settings);
            int next = 1;
            while (ome._images.Count < MostImages && xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Pixels")
                {
                    OmeImage image = OmeImage.Read(xml, next);
                    ome._images.Add(image);
                    next = image.First + image.Planes;
                }
            }
        }
        catch (XmlException)
        {
            // What came before is kept.
        }
        return ome;
    }

    /// <summary>The image of which a page is a part; null where none claims it.</summary>
    public OmeImage? Of(int page) => _images.Find(image => page >= image.First && page - image.First < image.Planes);
}
