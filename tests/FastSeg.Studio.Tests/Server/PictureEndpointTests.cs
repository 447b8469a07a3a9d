using System.Net;
using System.Text.Json;
using FastSeg.Studio.Pictures;
using FastSeg.Studio.Tests.Pictures;
using FastSeg.Tests;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Pictures as the page fetches them.</summary>
[TestFixture]
internal sealed class PictureEndpointTests
{
    private static readonly SampleType[] Types = Blocks.Types;

    private readonly Dictionary<SampleType, MemoryImage> _images = Types.ToDictionary(type => type, type => Blocks.Noise(type, 500, 300));
    private RunningStudio _studio = null!;

    [OneTimeSetUp]
    public void Start() => _studio = new RunningStudio(folder =>
    {
        for (int i = 0; i < Types.Length; i++)
        {
            using ImageWriter writer = ImageFile.Create(Path.Combine(folder, $"{i}.tif"), new ImageLayout(500, 300, Types[i]));
            writer.Write(new Region(0, 0, 500, 300), Blocks.Whole(_images[Types[i]]).Samples);
            writer.Commit();
        }
    });

    [OneTimeTearDown]
    public void Stop()
    {
        _studio.Dispose();
        foreach (MemoryImage image in _images.Values)
        {
            image.Dispose();
        }
    }

    [Test]
    public void ATileIsTheImageThroughTheWindow([ValueSource(nameof(Types))] SampleType type)
    {
        SampleBlock part = SampleBlock.Read(_images[type], new Region(256, 256, 244, 44));
        byte[] wanted = new Window(-100.5, 300).Apply(part);
        Assert.That(Pixels(_studio.Get($"{Root(type)}/tile/0/1/1?low=-100.5&high=300"), 244, 44), Is.EqualTo(wanted));
        wanted = new Window(0, 200).Apply(Blocks.Whole(_images[type]).Half());
        Assert.That(Pixels(_studio.Get($"{Root(type)}/tile/1/0/0?low=0&high=200"), 250, 150), Is.EqualTo(wanted));
    }

    [Test]
    public void WithoutAWindowItIsTheHistograms([ValueSource(nameof(Types))] SampleType type)
    {
        JsonElement histogram = _studio.Json($"{Root(type)}/histogram");
        double low = histogram.GetProperty("low").GetDouble(), high = histogram.GetProperty("high").GetDouble();
        Assert.That(histogram.GetProperty("type").GetString(), Is.EqualTo(type.Name()));
        Assert.That(histogram.GetProperty("bins").EnumerateArray().Sum(bin => bin.GetInt64()), Is.EqualTo(500 * 300));
        Window window = type == SampleType.UInt8 ? Window.Bytes : new Window(low, high);
        byte[] wanted = window.Apply(Blocks.Whole(_images[type]));
        Assert.That(Pixels(_studio.Get($"{Root(type)}/overview"), 500, 300), Is.EqualTo(wanted));
    }

    [Test]
    public void ABrowserKeepsATileWhileImageAndWindowAreTheSame()
    {
        string path = $"{Root(SampleType.UInt16)}/tile/0/0/0?low=0&high=";
        using HttpRequestMessage request = _studio.Request(HttpMethod.Get, $"{path}1000");
        using HttpResponseMessage first = _studio.Client.Send(request);
        foreach ((string high, HttpStatusCode wanted) in ((string, HttpStatusCode)[])
            [("1000", HttpStatusCode.NotModified), ("1001", HttpStatusCode.OK)])
        {
            using HttpRequestMessage again = _studio.Request(HttpMethod.Get, $"{path}{high}");
            again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using HttpResponseMessage second = _studio.Client.Send(again);
            Assert.That(second.StatusCode, Is.EqualTo(wanted), high);
        }
    }

    [Test]
    public void AThumbnailIsSmall()
    {
        byte[] thumbnail = _studio.Get($"{Root(SampleType.Float32)}/thumbnail");
        Assert.That(Pixels(thumbnail, 125, 75), Has.Length.EqualTo(125 * 75));
    }

    [Test]
    public void EachPageHasASizeOfItsOwn()
    {
        using var studio = new RunningStudio(folder => File.WriteAllBytes(Path.Combine(folder, "pages.tif"), TiffBuilder.Build(
            [
                new TiffBuilder().Image(new byte[60 * 50], 60, 50, 1, SampleType.UInt8),
                new TiffBuilder().Image(new byte[90 * 20], 90, 20, 1, SampleType.UInt8),
            ],
            bigEndian: false,
            bigTiff: false)));
        foreach ((int page, int width, int height) in ((int, int, int)[])[(1, 60, 50), (2, 90, 20)])
        {
            JsonElement size = studio.Json($"api/images/i1/{page}");
            Assert.That((size.GetProperty("width").GetInt32(), size.GetProperty("height").GetInt32()), Is.EqualTo((width, height)));
            Assert.That(Pixels(studio.Get($"api/images/i1/{page}/overview"), width, height), Is.All.Zero);
            string whole = $"x=0&y=0&width={width}&height={height}";
            Assert.That(studio.Get($"api/images/i1/{page}/labels?{whole}"), Has.Length.EqualTo(width * height));
        }
        Assert.That(
            studio.Send(studio.Request(HttpMethod.Get, "api/images/i1/3")).Status, Is.EqualTo(HttpStatusCode.BadRequest), "it has two");
    }

    private static string Root(SampleType type) => $"api/images/i{Array.IndexOf(Types, type) + 1}/1";

    /// <summary>The values of a grey PNG, which must have a size.</summary>
    private static byte[] Pixels(byte[] png, int width, int height)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.png"), png);
        using ImageReader reader = ImageFile.Open(folder.File("a.png"));
        Assert.That((reader.Info.Width, reader.Info.Height, reader.Info.Channels), Is.EqualTo(((long)width, (long)height, 1)));
        return Blocks.Whole(reader).Samples;
    }
}
