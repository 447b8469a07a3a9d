using FastSeg.Images.Masks;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Masks;

/// <summary>Data bars are found to the row in real micrographs where they were drawn below, and nowhere else.</summary>
[TestFixture]
internal sealed class DataBarTests
{
    private static readonly DrawnBar[] Styles =
    [
        new(40, 0, 1), new(40, 1, 0), new(60, 0.5, 1), new(44, 0, 0.8, Frames: true), new(18, 0, 1), new(24, 0.9, 0.2),
    ];

    private static string[] Micrographs =>
        [.. new[] { "train", "test" }.SelectMany(set => Directory.GetFiles(Path.Combine(TestData.File("samples", "ni"), set), "*.png"))
            .Where(path => !path.EndsWith("_labels.png", StringComparison.Ordinal) && !path.EndsWith("_gt.png", StringComparison.Ordinal))];

    [Test]
    public void EveryStyleIsFoundToTheRow()
    {
        foreach (string path in Micrographs)
        {
            (byte[] pixels, int w, int h) = Grey(path);
            foreach (DrawnBar style in Styles)
            {
                byte[] bytes = [.. pixels, .. style.Draw(w, 0, 255).Select(value => (byte)value)];
                Found(MemoryImage.FromMemory<byte>(bytes, w, h + style.Rows), h, $"uint8, {style}");
                ushort[] wide = [.. bytes.Select(value => (ushort)(16 * value))];
                Found(MemoryImage.FromMemory<ushort>(wide, w, h + style.Rows), h, $"uint16, {style}");
                // The image takes a small part of the range, and the bar all of it.
                ushort[] narrow =
                    [.. pixels.Select(value => (ushort)(20000 + value)), .. style.Draw(w, 0, 65535).Select(value => (ushort)value)];
                Found(MemoryImage.FromMemory<ushort>(narrow, w, h + style.Rows), h, $"narrow uint16, {style}");
                float[] floats = Array.ConvertAll(bytes, value => value / 255f);
                Found(MemoryImage.FromMemory<float>(floats, w, h + style.Rows), h, $"float32, {style}");
                byte[] colour = [.. bytes.SelectMany((value, i) => i < pixels.Length ? (byte[])[value, value, value] : [value, value, 0])];
                Found(MemoryImage.FromMemory<byte>(colour, w, h + style.Rows, 3), h, $"RGB, {style}");
            }
        }
    }

    [Test]
    public void MicrographsHaveNone()
    {
        foreach (string path in Micrographs)
        {
            (byte[] pixels, int w, int h) = Grey(path);
            for (int top = 0; top < h / 2; top += 37)
            {
                byte[] part = pixels[(top * w)..((top + (h / 2)) * w)];
                NoneIn(MemoryImage.FromMemory<byte>(part, w, h / 2), $"{path} from row {top}");
                // Black and white saturated, as much of it as not.
                byte[] hard = Array.ConvertAll(part, value => (byte)Math.Clamp((value - 110) * 5, 0, 255));
                NoneIn(MemoryImage.FromMemory<byte>(hard, w, h / 2), $"{path}, saturated, from row {top}");
                byte[] two = Array.ConvertAll(part, value => (byte)(value > 110 ? 255 : 0));
                NoneIn(MemoryImage.FromMemory<byte>(two, w, h / 2), $"{path}, two values, from row {top}");
            }
        }
    }

    /// <summary>Rows below that are black, constant or nearly so are no bar: nothing is written in them.</summary>
    [TestCase(0)]
    [TestCase(0.01)]
    [TestCase(0.05)]
    public void BlackBelowIsNone(double specks)
    {
        (byte[] pixels, int w, int h) = Grey(Micrographs[0]);
        var random = new Random(2);
        byte[] black = [.. pixels, .. Enumerable.Range(0, w * 60).Select(_ => random.NextDouble() < specks ? (byte)255 : (byte)0)];
        NoneIn(MemoryImage.FromMemory<byte>(black, w, h + 60), $"{specks} of the pixels white");
    }

    [Test]
    public void ABarOfMoreThanAThirdIsNone()
    {
        (byte[] pixels, int w, int h) = Grey(Micrographs[0]);
        byte[] bar = [.. new DrawnBar(h, 0, 1).Draw(w, 0, 255).Select(value => (byte)value)];
        NoneIn(MemoryImage.FromMemory<byte>((byte[])[.. pixels, .. bar], w, 2 * h), "half of the page");
    }

    [Test]
    public void RealImagesHaveNone()
    {
        foreach (string name in (string[])["examples/0.tif", "examples/1.tif", "examples/0_large.png", "examples/ni_on_substrate.tif",
            "examples/plant.png", "examples/rgb.tif", "examples/cast_iron_alloy.jpg"])
        {
            using ImageReader image = ImageFile.Open(TestData.Shared(name.Split('/')));
            Assert.That(DataBarSearch.Find(image, new ComputeOptions()).IsEmpty, name);
        }
    }

    [Test]
    public void ABarIsLeftOutAsByAMask()
    {
        var scene = new SyntheticScene(220, 200);
        var bar = new DrawnBar(30, 0, 1);
        int h = 200 + bar.Rows;
        byte[] pixels = [.. scene.Pixels, .. bar.Draw(220, 0, 255).Select(value => (byte)value)];
        byte[] labels = [.. scene.Labels, .. Enumerable.Repeat((byte)7, 220 * bar.Rows)];
        byte[] kept = [.. Enumerable.Repeat((byte)1, 220 * 200), .. new byte[220 * bar.Rows]];
        MemoryImage image = MemoryImage.FromMemory<byte>(pixels, 220, h, name: "barred");
        MemoryImage drawn = MemoryImage.FromMemory<byte>(labels, 220, h, name: "drawn");
        MemoryImage mask = MemoryImage.FromMemory<byte>(kept, 220, h);
        TrainingResult found = Segmenter.Train(
            [new TrainingImage(image, drawn)], FeatureSpec.Paper with { DataBar = DataBar.Auto }, Trained.Quick);
        TrainingResult masked = Segmenter.Train([new TrainingImage(image, drawn) { Mask = mask }], training: Trained.Quick);
        Assert.That(found.Model.ForestBytes.ToArray(), Is.EqualTo(masked.Model.ForestBytes.ToArray()));
        Assert.That(found.Run.DataBars, Is.EqualTo((Region[])[new(0, 200, 220, bar.Rows)]));
        Assert.That(found.Run.Warnings, Is.EqualTo((string[])[
            $"drawn: {220 * bar.Rows} labelled pixels lie where the mask is 0 or in the data bar (rows 200 to {h - 1}); " +
                "they were not trained on."]));
        Model model = Model.Load(found.Model.ToBytes());
        byte[] byMask = Trained.Labels(masked.Model, image, options: new SegmentOptions { Mask = mask });
        Assert.That(Trained.Labels(model, image), Is.EqualTo(byMask), "the model keeps the option");
        Assert.That(byMask.AsSpan(220 * 200).ContainsAnyExcept((byte)0), Is.False);
        byte[] whole = Trained.Labels(model, image, options: new SegmentOptions { DataBar = DataBar.None });
        Assert.That(whole, Is.EqualTo(Trained.Labels(masked.Model, image)));
        LabelMap map = new Segmenter(masked.Model).Segment(image, new SegmentOptions { DataBar = DataBar.Auto });
        Assert.That(map.Run.DataBars, Is.EqualTo((Region[])[new(0, 200, 220, bar.Rows)]));
        Assert.That(map.Labels, Is.EqualTo(byMask));
        Assert.That(new Segmenter(masked.Model).Segment(scene.Image, new SegmentOptions { DataBar = DataBar.Auto }).Run.DataBars,
            Is.EqualTo((Region[])[default]), "none was found");
    }

    private static void Found(MemoryImage image, int top, string what)
    {
        Region bar = DataBarSearch.Find(image, new ComputeOptions());
        Assert.That(bar, Is.EqualTo(new Region(0, top, image.Info.Width, image.Info.Height - top)), what);
    }

    private static void NoneIn(MemoryImage image, string what) =>
        Assert.That(DataBarSearch.Find(image, new ComputeOptions()).IsEmpty, what);

    private static (byte[] Pixels, int Width, int Height) Grey(string path)
    {
        using ImageReader reader = ImageFile.Open(path);
        byte[] pixels = new byte[reader.Info.Bounds.Pixels * reader.Info.PixelBytes];
        reader.Read(reader.Info.Bounds, pixels);
        return (pixels, (int)reader.Info.Width, (int)reader.Info.Height);
    }
}
