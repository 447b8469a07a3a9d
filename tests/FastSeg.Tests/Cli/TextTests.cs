using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Text;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Sizes, units, tables and the names of outputs.</summary>
internal sealed class TextTests
{
    [TestCase("4GiB", 4L << 30)]
    [TestCase("512MiB", 512L << 20)]
    [TestCase("1.5GB", 1_500_000_000)]
    [TestCase("2 kib", 2048)]
    [TestCase("1TB", 1_000_000_000_000)]
    [TestCase("2G", 2L << 30)]
    [TestCase("2g", 2L << 30)]
    [TestCase("512m", 512L << 20)]
    [TestCase("1.5k", 1536)]
    [TestCase("2 T", 2L << 40)]
    [TestCase("100B", 100)]
    [TestCase("123456", 123456)]
    public void SizesAreBytes(string text, long bytes) => Assert.That(MemoryOption.Parse(text), Is.EqualTo(bytes));

    [TestCase("")]
    [TestCase("GiB")]
    [TestCase("-1GiB")]
    [TestCase("0")]
    [TestCase("1e9")]
    [TestCase("4 giga")]
    [TestCase("4Gi")]
    [TestCase("NaN")]
    [TestCase("99999999999TiB")]
    public void AnythingElseIsNoSize(string text) => Assert.That(MemoryOption.Parse(text), Is.Null);

    [TestCase(0, "0 B")]
    [TestCase(1023, "1023 B")]
    [TestCase(1536, "1.5 KiB")]
    [TestCase(3L << 30, "3.0 GiB")]
    public void BytesAreReadable(long bytes, string text) => Assert.That(Units.Bytes(bytes), Is.EqualTo(text));

    [TestCase(3.5e-7, "3.5E-07")]
    [TestCase(0.25, "0.25")]
    [TestCase(1.0 / 3, "0.333333")]
    public void SmallSizesKeepTheirDigits(double size, string text) => Assert.That(Units.Significant(size), Is.EqualTo(text));

    [Test]
    public void ColumnsAlign()
    {
        using var output = new StringWriter { NewLine = "\n" };
        new TextTable(false, true).Row("a", "1").Row("long", "100").Write(output, "");
        Assert.That(output.ToString(), Is.EqualTo("a       1\nlong  100\n"));
    }

    [TestCase("a/b.c.tif", "b.c")]
    [TestCase("b.tif#2", "b_page2")]
    [TestCase("b#x.tif", "b#x")]
    public void StemsNameTheResults(string image, string stem) => Assert.That(OutputPaths.Stem(image), Is.EqualTo(stem));

    [Test]
    public void ExtraOutputsLieBesideTheLabels()
    {
        OutputPaths paths = OutputPaths.Resolve(["a.tif"], "x/l.npy", null, probabilities: true, confidence: true)[0];
        Assert.That(paths, Is.EqualTo(new OutputPaths("x/l.npy", "x/l_probabilities.npy", "x/l_confidence.npy")));
        OutputPaths[] folder = OutputPaths.Resolve(["a.tif", "b.png"], "x", null, probabilities: false, confidence: false);
        Assert.That(folder.Select(path => path.Labels), Is.EqualTo((string[])["x/a.tif", "x/b.tif"]));
    }

    [Test]
    public void AnExtraOutputThatHitsAnotherImagesIsRefused() => Assert.That(
        () => OutputPaths.Resolve(["a.tif", "a_confidence.tif"], "x/", null, probabilities: false, confidence: true),
        Throws.TypeOf<UsageException>());

    [Test]
    public void UnexpectedFailuresAreOneLine()
    {
        Assert.That(
            ErrorText.Of(new InvalidOperationException("first\n  second\r\n")),
            Is.EqualTo("unexpected InvalidOperationException: first second (--verbose shows where)"));
        Assert.That(ErrorText.Of(new FastSegException("a\nb")), Is.EqualTo("a\\nb"));
        Assert.That(
            ErrorText.Of(new TypeInitializationException("VectorPath", new FastSegException("FASTSEG_VECTOR is wrong."))),
            Is.EqualTo("FASTSEG_VECTOR is wrong."));
        Assert.That(ErrorText.Of(new OutOfMemoryException()), Does.Contain("--memory"));
    }
}
