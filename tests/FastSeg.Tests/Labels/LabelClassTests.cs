using System.Buffers.Binary;
using System.Text;
using FastSeg.Images;
using FastSeg.Tests.Images;
using FastSeg.Tests.Interop;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Labels;

/// <summary>Label maps carry the values, names and colours of their classes, and other programs read the same values from them.</summary>
internal sealed class LabelClassTests
{
    private const int W = 300, H = 270;

    private static readonly LabelClass[] Classes =
        [new LabelClass(1, 85, "matrix"), new LabelClass(2, 170, "γ' \"fine\",\n<Ö>"), new LabelClass(3, 255, "pore")];

    private static readonly byte[] Map = [.. Enumerable.Range(0, W * H).Select(i => (byte)(((i % W / 7) + (i / W / 5)) % 4))];

    /// <summary>Our reader, as labels and as a picture.</summary>
    [Test]
    public void ClassesComeBack([Values(".tif", ".png")] string extension, [Values] bool sized, [Values] bool wide)
    {
        using var scratch = new Scratch();
        string path = Write(scratch, "map" + extension, sized, wide);
        using ImageReader labels = ImageFile.OpenLabels(path);
        Assert.That(labels.Info.Classes, Is.EqualTo(Classes));
        Assert.That(Scratch.ReadAll(labels), Is.EqualTo(Samples(wide)));
        Assert.That(labels.Info.PixelSize?.Unit, Is.EqualTo(sized && extension == ".tif" ? "nm" : null));
        using ImageReader picture = ImageFile.Open(path);
        Assert.That(picture.Info.Channels, Is.EqualTo(wide ? 1 : 3));
        using ImageReader voided = ImageFile.OpenLabels(path, new LabelOptions { Void = 2 });
        Assert.That(voided.Info.Classes, Is.EqualTo(Classes));
    }

    [Test]
    public void AMapWithoutClassesHasNone()
    {
        using var scratch = new Scratch();
        foreach (string name in (string[])["map.tif", "map.png", "map.npy"])
        {
            using (ImageWriter writer = ImageFile.Create(scratch[name], new ImageLayout(W, H, SampleType.UInt8) { IsLabelMap = true }))
            {
                writer.Write(new Region(0, 0, W, H), Map);
                writer.Commit();
            }
            using ImageReader labels = ImageFile.OpenLabels(scratch[name]);
            Assert.That(labels.Info.Classes, Is.Empty, name);
            Assert.That(Scratch.ReadAll(labels), Is.EqualTo(Map), name);
        }
    }

    /// <summary>A text that is damaged, hostile or contradicts itself is as none; the map is read.</summary>
    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{\"classes\":3}")]
    [TestCase("{\"classes\":[{\"label\":1,\"value\":85}]}")]
    [TestCase("{\"classes\":[{\"label\":0,\"value\":85,\"name\":\"a\"}]}")]
    [TestCase("{\"classes\":[{\"label\":1,\"value\":65536,\"name\":\"a\"}]}")]
    [TestCase("{\"classes\":[{\"label\":1,\"value\":5,\"name\":\"a\"},{\"label\":1,\"value\":6,\"name\":\"b\"}]}")]
    [TestCase("{\"classes\":[{\"label\":1,\"value\":5,\"name\":\"a\"},{\"label\":2,\"value\":5,\"name\":\"b\"}]}")]
    [TestCase("{\"classes\":[{\"label\":1,\"value\":5,\"name\":\"\\ud800\"}]}")]
    public void DamagedTextNamesNoClasses(string text) => Assert.That(ClassText.Read(Encoding.UTF8.GetBytes(text)), Is.Empty);

    [Test]
    public void HugeTextNamesNoClasses()
    {
        string many = string.Join(',', Enumerable.Range(1, 400).Select(i => $"{{\"label\":{i},\"value\":{i},\"name\":\"a\"}}"));
        Assert.That(ClassText.Read(Encoding.ASCII.GetBytes($"{{\"classes\":[{many}]}}")), Is.Empty);
        Assert.That(ClassText.Read(Encoding.ASCII.GetBytes($"{{\"classes\":[],\"x\":\"{new string('a', 2 << 20)}\"}}")), Is.Empty);
        var brackets = new StringBuilder().Insert(0, "[", 500_000);
        Assert.That(ClassText.Read(Encoding.ASCII.GetBytes($"{{\"classes\":{brackets}")), Is.Empty);
        Assert.That(ClassText.Of([new LabelClass(1, 1, new string('n', 2 << 20))]), Is.Null, "no file carries such a name");
    }

    /// <summary>A PNG's text may come before or behind others, and may be cut off by its length.</summary>
    [Test]
    public void TextOfOthersIsPassedOver()
    {
        using var scratch = new Scratch();
        byte[] file = File.ReadAllBytes(Write(scratch, "map.png", false, false));
        int at = file.AsSpan().IndexOf("tEXt"u8);
        Assert.That(file.AsSpan(at + 4, 8).SequenceEqual("fastseg\0"u8));
        byte[] renamed = [.. file];
        "comment\0"u8.CopyTo(renamed.AsSpan(at + 4));
        using ImageReader other = ImageFile.OpenLabels(scratch.Put("other.png", renamed));
        Assert.That((other.Info.Classes.Count, Scratch.ReadAll(other)), Is.EqualTo((0, Map)));
        byte[] cut = [.. file];
        BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(at - 4), int.MaxValue);
        Assert.That(() => ImageFile.OpenLabels(scratch.Put("cut.png", cut)), Throws.TypeOf<FastSegException>());
    }

    /// <summary>libtiff and libpng, by libvips, show the class colours.</summary>
    [TestCase(".tif")]
    [TestCase(".png")]
    public void OthersSeeTheClassColours(string extension)
    {
        using var scratch = new Scratch();
        using NetVips.Image peer = NetVips.Image.NewFromFile(Write(scratch, "map" + extension, true, false));
        byte[] expected =
        [
            .. Map.SelectMany(value => (byte[])(value switch
            {
                0 => [0, 0, 0],
                1 => [230, 159, 0],
                2 => [86, 180, 233],
                _ => [0, 158, 115],
            })),
        ];
        Assert.That((peer.Bands, peer.WriteToMemory<byte>().SequenceEqual(expected)), Is.EqualTo((3, true)));
    }

    /// <summary>What napari and scikit-image (by tifffile) and Pillow read are the labels; the text is where they show it.</summary>
    [Test]
    public void TifffileAndPillowReadTheValues()
    {
        string python = NumpyPython.Require();
        if (new Shell(TestData.Root).Run(python, "-c", "import tifffile, PIL").Code != 0)
        {
            Assert.Ignore("needs a Python with tifffile and Pillow");
        }
        using var scratch = new Scratch();
        scratch.Put("expected.raw", Map);
        const string Check =
            """
            import json, sys, numpy, tifffile
            from PIL import Image
            folder = sys.argv[1]
            expected = numpy.fromfile(folder + '/expected.raw', numpy.uint8).reshape(270, 300).astype(int)
            for name in sys.argv[2:]:
                path = folder + '/' + name
                picture = Image.open(path)
                assert 'wide' in name or picture.mode == 'P', (name, picture.mode)
                assert (numpy.asarray(picture) == expected * (100 if 'wide' in name else 1)).all(), name
                if name.endswith('.png'):
                    text = picture.text['fastseg']
                else:
                    array = tifffile.imread(path)
                    assert array.shape == expected.shape, (name, array.shape)
                    assert array.dtype == ('uint16' if 'wide' in name else 'uint8'), (name, array.dtype)
                    assert (array == expected * (100 if 'wide' in name else 1)).all(), name
                    page = tifffile.TiffFile(path).pages[0]
                    assert ('wide' in name) == (page.colormap is None), name
                    text = [l for l in page.description.splitlines() if l.startswith('fastseg=')][0][8:]
                classes = json.loads(text)['classes']
                assert [(c['label'], c['value']) for c in classes] == [(1, 85), (2, 170), (3, 255)], name
                assert classes[1]['name'] == '\u03b3\' "fine",\n<\u00d6>', name
            """;
        string[] names =
        [
            Name(Write(scratch, "map.tif", true, false)), Name(Write(scratch, "plain.tif", false, false)),
            Name(Write(scratch, "wide.tif", true, true)), Name(Write(scratch, "map.png", false, false)),
        ];
        FastSeg.Tests.Cli.Outcome outcome = new Shell(TestData.Root).Run(python, ["-c", Check, scratch.Folder, .. names]);
        Assert.That(outcome.Code, Is.Zero, outcome.Output + outcome.Error);
    }

    private static string Name(string path) => Path.GetFileName(path);

    private static byte[] Samples(bool wide) => wide
        ? [.. Map.SelectMany(value => BitConverter.GetBytes((ushort)(100 * value)))]
        : Map;

    private static string Write(Scratch scratch, string name, bool sized, bool wide)
    {
        var layout = new ImageLayout(W, H, wide ? SampleType.UInt16 : SampleType.UInt8)
        {
            IsLabelMap = true,
            Classes = Classes,
            PixelSize = sized ? new PixelSize(3, 3, "nm") : null,
        };
        using ImageWriter writer = ImageFile.Create(scratch[name], layout);
        writer.Write(new Region(0, 0, W, H), Samples(wide));
        writer.Commit();
        return scratch[name];
    }
}
