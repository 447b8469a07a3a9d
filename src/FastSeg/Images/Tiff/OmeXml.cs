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

    /// <summary>Elements lie in fewer others; a reader keeps all that are open.</summary>
    private const int Deepest = 64;

    /// <summary>Different names, of elements and attributes, and attributes of one element; a reader keeps all of them, too.</summary>
    private const int MostNames = 4096, MostAttributes = 256;

    /// <summary>What holds no elements, whatever stands in it.</summary>
    private static readonly (string Open, string Close)[] Opaque = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];

    private readonly List<OmeImage> _images = [];

    private OmeXml()
    {
    }

    /// <summary>Reads a description.</summary>
    public static OmeXml Read(string text)
    {
        var ome = new OmeXml();
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            NameTable = new FewNames(),
        };
        try
        {
            using var xml = XmlReader.Create(new StringReader(text[..Sound(text)]), settings);
            int next = 1;
            while (ome._images.Count < MostImages && Next(xml))
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

    /// <summary>Goes to the next node; false at the end, and where elements lie deeper than any description's.</summary>
    public static bool Next(XmlReader xml) => xml.Read() && xml.Depth <= Deepest;

    /// <summary>Letters before the first element that has too many attributes.</summary>
    private static int Sound(ReadOnlySpan<char> text)
    {
        for (int at = 0; at < text.Length;)
        {
            int begin = text[at..].IndexOf('<');
            if (begin < 0)
            {
                break;
            }
            at += begin;
            int length = Length(text[at..]);
            if (length < 0)
            {
                return at;
            }
            at += length;
        }
        return text.Length;
    }

    /// <summary>Letters of a tag, a comment or the like, which the text begins with; negative for a tag of too many attributes.</summary>
    private static int Length(ReadOnlySpan<char> text)
    {
        foreach ((string open, string close) in Opaque)
        {
            if (text.StartsWith(open, StringComparison.Ordinal))
            {
                int inside = text[open.Length..].IndexOf(close, StringComparison.Ordinal);
                return inside < 0 ? text.Length : open.Length + inside + close.Length;
            }
        }
        int attributes = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] is '"' or '\'')
            {
                int value = text[(i + 1)..].IndexOf(text[i]);
                if (value < 0)
                {
                    break;
                }
                i += value + 1;
            }
            else if (text[i] == '>')
            {
                return i + 1;
            }
            else if (text[i] == '=' && ++attributes > MostAttributes)
            {
                return -1;
            }
        }
        return text.Length;
    }

    /// <summary>The image of which a page is a part; null where none claims it.</summary>
    public OmeImage? Of(int page) => _images.Find(image => page >= image.First && page - image.First < image.Planes);

    /// <summary>Takes so many names and no more.</summary>
    private sealed class FewNames : NameTable
    {
        private int _count;

        public override string Add(char[] key, int start, int len) => Get(key, start, len) ?? Counted(base.Add(key, start, len));

        public override string Add(string key) => Get(key) ?? Counted(base.Add(key));

        private string Counted(string name) => ++_count <= MostNames ? name : throw new XmlException("There are too many names.");
    }
}
