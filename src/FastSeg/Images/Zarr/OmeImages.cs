using System.Globalization;
using System.Text;
using System.Xml;

namespace FastSeg.Images.Zarr;

/// <summary>
/// The OME-XML that a store in the layout of bioformats2raw has beside its list of images: an element for each image, in their order, from
/// which Bio-Formats takes names, sizes and types.
/// </summary>
internal static class OmeImages
{
    /// <summary>The file's name in the folder OME.</summary>
    public const string FileName = "METADATA.ome.xml";

    private const string Schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06";

    /// <summary>The text for images that are whole.</summary>
    /// <param name="folder">The folder that they lie in.</param>
    /// <param name="numbers">Their names.</param>
    public static byte[] Text(string folder, IReadOnlyList<int> numbers)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) }))
        {
            xml.WriteStartElement("OME", Schema);
            for (int i = 0; i < numbers.Count; i++)
            {
                Image(xml, i, new ZarrStore(Path.Combine(folder, $"{numbers[i]}"), $"{numbers[i]}"));
            }
            xml.WriteEndElement();
        }
        return bytes.ToArray();
    }

    private static void Image(XmlWriter xml, int number, ZarrStore store)
    {
        var image = Multiscale.Read(store);
        xml.WriteStartElement("Image");
        xml.WriteAttributeString("ID", Inv($"Image:{number}"));
        if (Multiscale.Group(store)?.Find("multiscales")?.List()[0].Find("name") is { IsText: true } name)
        {
            xml.WriteAttributeString("Name", Legal(name.Text()));
        }
        xml.WriteStartElement("Pixels");
        xml.WriteAttributeString("ID", Inv($"Pixels:{number}"));
        xml.WriteAttributeString("DimensionOrder", "XYZCT");
        SampleType type = image.Levels[0].Array.Type;
        xml.WriteAttributeString("Type", type == SampleType.Float32 ? "float" : type.Name());
        foreach (char axis in "xyzct")
        {
            xml.WriteAttributeString($"Size{char.ToUpperInvariant(axis)}", Inv($"{image.Length(axis)}"));
        }
        Size(xml, image);
        for (long channel = 0; channel < image.Length('c'); channel++)
        {
            xml.WriteStartElement("Channel");
            xml.WriteAttributeString("ID", Inv($"Channel:{number}:{channel}"));
            if (channel < image.ChannelNames.Count)
            {
                xml.WriteAttributeString("Name", Legal(image.ChannelNames[(int)channel]));
            }
            xml.WriteAttributeString("SamplesPerPixel", "1");
            xml.WriteEndElement();
        }
        xml.WriteStartElement("MetadataOnly");
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    /// <summary>The size of a pixel, in micrometres.</summary>
    private static void Size(XmlWriter xml, Multiscale image)
    {
        const double Micrometre = 1e-6;
        if (image.PixelSize(0) is { } size && LengthUnits.Metres(size.Unit) is > 0 and var metres)
        {
            // OME's default unit is the micrometre.
            double unit = metres == Micrometre ? 1 : metres / Micrometre;
            xml.WriteAttributeString("PhysicalSizeX", Inv($"{size.X * unit:R}"));
            xml.WriteAttributeString("PhysicalSizeY", Inv($"{size.Y * unit:R}"));
        }
    }

    /// <summary>A name without what XML cannot hold.</summary>
    private static string Legal(string name) =>
        string.Concat(name.EnumerateRunes().Where(rune => rune.Value >= ' ' && rune.Value is not (0xFFFE or 0xFFFF)));

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
