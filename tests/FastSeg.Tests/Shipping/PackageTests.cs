using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using NUnit.Framework;

namespace FastSeg.Tests.Shipping;

/// <summary>The NuGet packages: what is in them, and programs outside the repository that use them.</summary>
[TestFixture]
internal sealed class PackageTests
{
    private static readonly string[] Code = ["FastSeg", "FastSeg.Kernels"], Natives = ["FastSeg.Deep", "FastSeg.Images"];

    private Consumers _consumers = null!;

    [OneTimeSetUp]
    public void PackAndBuild() => _consumers = new Consumers();

    [OneTimeTearDown]
    public void Remove() => _consumers?.Dispose();

    [Test]
    public void TheSampleRunsFromThePackageAlone()
    {
        string[] lines = _consumers.Run(Consumers.Sample).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Is.EqualTo("the pixel in the middle is matrix"));
        Assert.That(lines[1], Does.StartWith("particle: ").And.EndsWith($" % of {640 * 480} pixels"));
        string[] files = _consumers.Files(Consumers.Sample);
        Assert.That(files, Has.Member("OnnxSchema.dll").And.Member("FastSeg.Kernels.dll"));
        Assert.That(files, Has.None.Contains(".so").And.None.Contains("/"), "no native libraries");
    }

    [Test]
    public void ACallThatLacksItsNativeLibraryNamesThePackage()
    {
        string[] lines = UseNatives(Consumers.Bare);
        Assert.That(lines, Is.EqualTo((string[])
        [
            $"{Picture} is a PNG, which libvips reads, and it is not here; add the package FastSeg.Images to the program.",
            "Deep features need ONNX Runtime, whose native library is not here; add the package FastSeg.Deep to the program.",
        ]));
    }

    [Test]
    public void ThePackagesOfNativesBringThem()
    {
        Assert.That(UseNatives(Consumers.Whole), Is.EqualTo((string[])["512 x 512", "patches of 8"]));
        string[] files = _consumers.Files(Consumers.Whole);
        Assert.That(files, Has.Member("libvips.so.42").And.Member("libonnxruntime.so"));
        Assert.That(files, Has.None.StartsWith("onnxruntime").And.None.StartsWith("runtimes"), "no other system's libraries");
    }

    [Test]
    public void EveryPackageHasWhatItsReaderNeeds()
    {
        Assert.That(Directory.GetFiles(_consumers.Feed).Select(Path.GetFileName),
            Is.EquivalentTo(((string[])[.. Code, .. Natives]).Select(name => $"{name}.{FastSegVersion.Text}.nupkg")));
        foreach (string name in (string[])[.. Code, .. Natives])
        {
            using ZipArchive package = Open(name);
            Assert.That(package.Entries.Select(entry => entry.FullName), Has.Member("LICENSE").And.Member("README.md"), name);
            XElement metadata = Metadata(package);
            Assert.That(Text(metadata, "license"), Is.EqualTo("MIT"));
            Assert.That(Text(metadata, "readme"), Is.EqualTo("README.md"));
            Assert.That(Text(metadata, "description"), Is.Not.Empty.And.Not.EqualTo("Package Description"));
            Assert.That(_consumers.SourceOf(name), Is.EqualTo(_consumers.Feed), "the packages that were tested are those just packed");
        }
    }

    [Test]
    public void APackageBringsWhatItNeedsAndNoMore()
    {
        Assert.That(
            Dependencies("FastSeg"),
            Has.Member("FastSeg.Kernels").And.Member("Microsoft.ML.OnnxRuntime.Managed").And.Member("NetVips")
                .And.None.EqualTo("Microsoft.ML.OnnxRuntime").And.None.StartsWith("NetVips.Native").And.None.EqualTo("OnnxSchema"));
        Assert.That(Dependencies("FastSeg.Kernels"), Is.EqualTo((string[])["ILGPU"]));
        Assert.That(Dependencies("FastSeg.Deep"), Is.EqualTo((string[])["FastSeg", "Microsoft.ML.OnnxRuntime"]));
        Assert.That(Dependencies("FastSeg.Images"), Is.EqualTo((string[])["FastSeg", "NetVips.Native.linux-x64"]));
        Assert.That(Assemblies("FastSeg"), Is.EquivalentTo((string[])["FastSeg.dll", "FastSeg.xml", "OnnxSchema.dll"]));
        Assert.That(Assemblies("FastSeg.Kernels"), Is.EquivalentTo((string[])["FastSeg.Kernels.dll", "FastSeg.Kernels.xml"]));
        Assert.That(Natives.SelectMany(Assemblies), Is.Empty, "the library is one assembly");
    }

    [TestCase("FastSeg", "FastSeg.dll")]
    [TestCase("FastSeg", "OnnxSchema.dll")]
    [TestCase("FastSeg.Kernels", "FastSeg.Kernels.dll")]
    public void SymbolsLieInTheAssembliesAndNameNoFolderOfThisMachine(string package, string assembly)
    {
        using ZipArchive packed = Open(package);
        using var bytes = new MemoryStream();
        using (Stream entry = packed.GetEntry($"lib/net10.0/{assembly}")!.Open())
        {
            entry.CopyTo(bytes);
        }
        bytes.Position = 0;
        using var image = new PEReader(bytes);
        DebugDirectoryEntry symbols = image.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider provider = image.ReadEmbeddedPortablePdbDebugDirectoryData(symbols);
        MetadataReader reader = provider.GetMetadataReader();
        string[] documents = [.. reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name))];
        Assert.That(documents, Is.Not.Empty);
        Assert.That(documents, Has.All.StartsWith("/fastseg/"));
    }

    private static string Picture => TestData.File("samples", "ni", "test", "spot1_0d_1.png");

    private string[] UseNatives(string program) =>
        _consumers.Run(program, Picture, TestData.File("models", "fastseg-vit-tiny-8")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private ZipArchive Open(string package) =>
        ZipFile.OpenRead(Path.Combine(_consumers.Feed, $"{package}.{FastSegVersion.Text}.nupkg"));

    private static XElement Metadata(ZipArchive package)
    {
        using Stream nuspec = package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }

    private static string? Text(XElement metadata, string name) =>
        metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private IEnumerable<string> Dependencies(string package)
    {
        using ZipArchive packed = Open(package);
        return [.. from element in Metadata(packed).Descendants()
                   where element.Name.LocalName == "dependency"
                   select element.Attribute("id")!.Value];
    }

    private IEnumerable<string> Assemblies(string package)
    {
        using ZipArchive packed = Open(package);
        return [.. packed.Entries.Where(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal)).Select(entry => entry.Name)];
    }
}
