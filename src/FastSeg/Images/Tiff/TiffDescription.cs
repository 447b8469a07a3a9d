using System.Globalization;
using System.Text;

namespace FastSeg.Images.Tiff;

/// <summary>
/// What the description of a file's first page says of all pages: ImageJ's lines of KEY=VALUE, or OME-XML; and the classes of a label map,
/// in a line of our own.
/// </summary>
internal sealed class TiffDescription
{
    /// <summary>The longest description that is read; of a longer one, this beginning.</summary>
    private const int MostBytes = 16 << 20;

    /// <summary>Larger numbers in a description are damage.</summary>
    private const int MostImages = 1 << 30;

    private readonly Dictionary<string, string> _imageJ = [];
    private readonly OmeXml? _ome;

    private TiffDescription(string text)
    {
        Classes = ClassesOf(text);
        IsAperio = text.StartsWith("Aperio", StringComparison.Ordinal);
        if (text.StartsWith("ImageJ=", StringComparison.Ordinal))
        {
            foreach (string line in text.Split('\n'))
            {
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    _imageJ.TryAdd(line[..equals], line[(equals + 1)..].Trim());
                }
            }
        }
        else if (text.AsSpan(0, Math.Min(text.Length, 4096)).Contains("<OME", StringComparison.Ordinal))
        {
            _ome = OmeXml.Read(text);
        }
    }

    /// <summary>The classes that a label map's description names; empty where it names none.</summary>
    public IReadOnlyList<LabelClass> Classes { get; }

    /// <summary>Whether the file is one of Aperio's, whose pages are sizes of one image.</summary>
    public bool IsAperio { get; }

    /// <summary>How many images ImageJ's description names; 1 where it names none.</summary>
    public int Images => Number("images");

    /// <summary>The unit of length that ImageJ's description names; null where it names none.</summary>
    public string? Unit => _imageJ.TryGetValue("unit", out string? unit) && unit.Length > 0 ? TiffPixelSize.UnitName(unit) : null;

    /// <summary>Reads the description of a file's first page.</summary>
    public static TiffDescription Read(TiffTags first) => new(first.Text(TiffTags.ImageDescription, MostBytes));

    /// <summary>What is written: ImageJ's lines where a unit needs them, then the classes; null where there is nothing to say.</summary>
    public static string? Of(ImageLayout layout)
    {
        string? unit = TiffPixelSize.Description(layout), classes = ClassText.Of(layout.Classes);
        return classes is null ? unit : $"{unit}{ClassText.Keyword}={classes}\n";
    }

    /// <summary>The pixel size that OME-XML gives for a page; null where it gives none.</summary>
    public PixelSize? PixelSize(int page) => _ome?.Of(page)?.Size;

    /// <summary>What the pages are, as far as the description tells it and the file agrees.</summary>
    /// <param name="page">The page that is read.</param>
    /// <param name="pages">Pages in the file.</param>
    /// <param name="samples">Samples of a pixel.</param>
    public PageMeaning? Meaning(int page, int pages, int samples)
    {
        PageMeaning? meaning = _imageJ.Count > 0 && Images > 1 ? ImageJ() : _ome?.Of(page)?.Meaning(samples);
        return meaning is not null && meaning.First + (long)meaning.Pages - 1 <= pages ? meaning : null;
    }

    /// <summary>ImageJ's channels, slices and frames; all images are slices where they do not multiply to the number of images.</summary>
    private PageMeaning ImageJ()
    {
        int channels = Number("channels"), slices = Number("slices"), frames = Number("frames");
        bool agree = (Int128)channels * slices * frames == Images;
        return new PageMeaning("ImageJ", 1, agree ? channels : 1, agree ? slices : Images, agree ? frames : 1)
        {
            SliceStep = double.TryParse(
                _imageJ.GetValueOrDefault("spacing"), NumberStyles.Float, CultureInfo.InvariantCulture, out double step)
                && step > 0 && double.IsFinite(step) ? step : null,
            Composite = _imageJ.GetValueOrDefault("mode") == "composite",
        };
    }

    /// <summary>The classes in the line of our own.</summary>
    private static IReadOnlyList<LabelClass> ClassesOf(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(ClassText.Keyword + "=", StringComparison.Ordinal) && line.Length <= ClassText.MostBytes)
            {
                return ClassText.Read(Encoding.UTF8.GetBytes(line[(ClassText.Keyword.Length + 1)..].ToString()));
            }
        }
        return [];
    }

    private int Number(string key) =>
        int.TryParse(_imageJ.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= 1 and <= MostImages ? number : 1;
}
