using FastSeg.Deep.Upsamplers;
using FastSeg.Learning.Network;
using FastSeg.Learning.Runs;
using FastSeg.Tests;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Training.Tests;

/// <summary>A training so small that it takes a moment: a tiny backbone, images of discs, few channels.</summary>
internal sealed class Job : IDisposable
{
    public const int Patch = 8, Side = 34 * Patch;

    private readonly TinyBackbone _backbone;
    private readonly TemporaryFolder _folder = new();

    public Job(TinyBackbone? backbone = null, int images = 2, int side = Side)
    {
        _backbone = backbone ?? new TinyBackbone(Patch);
        for (int i = 0; i < images; i++)
        {
            Images.Add(WriteScene($"{(char)('a' + i)}.png", side, i + 1));
        }
    }

    public List<string> Images { get; } = [];

    public string Output => _folder.File("upsampler.safetensors");

    public string Fitted => _folder.File("projection.safetensors");

    public TinyBackbone Backbone => _backbone;

    public string Folder => _folder.Path;

    public UpsamplerJob Wanted => new()
    {
        Images = Images,
        Backbone = _backbone.Folder,
        Output = Output,
        Recipe = UpsamplerRecipe.Free,
        Channels = 4,
        ProjectionOutput = Fitted,
        Steps = 12,
        Pieces = 2,
        Seed = 3,
        Threads = 1,
    };

    public string At(string name) => _folder.File(name);

    /// <summary>Runs a training and returns all that it said.</summary>
    public static List<UpsamplerNews> Run(UpsamplerJob job, CancellationToken cancellation = default, Action<UpsamplerNews>? tell = null)
    {
        var news = new List<UpsamplerNews>();
        new JobRun(job, item => { news.Add(item); tell?.Invoke(item); }, cancellation).Run();
        return news;
    }

    /// <summary>Runs a training until it says something that begins so, and stops it there; its state is kept.</summary>
    public static void StopAt(UpsamplerJob job, string words)
    {
        using var stop = new CancellationTokenSource();
        void Stop(UpsamplerNews news)
        {
            if (news.Text.StartsWith(words, StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }
        Assert.That(() => Run(job, stop.Token, Stop), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(job.StateFile), Is.EqualTo(job.Resumes));
    }

    /// <summary>A small network for the backbone and a projection.</summary>
    public UpsamplerConfig Small(string? projection) => new()
    {
        ChannelsIn = 4,
        ChannelsHidden = 4,
        ChannelsOut = 4,
        ChannelsDown = 2,
        Patch = _backbone.Patch,
        Padding = Padding.Replicate,
        NormaliseL1 = false,
        Align = Align.HalfPixel,
        Projection = projection,
        Standardise = Standardisation.Image,
    };

    /// <summary>Scribbles over the first image.</summary>
    public string WriteLabels()
    {
        var scene = new SyntheticScene(Side, Side);
        string path = _folder.File("labels.png");
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(Side, Side, SampleType.UInt8));
        writer.Write(new Region(0, 0, Side, Side), scene.Labels);
        writer.Commit();
        return path;
    }

    /// <summary>A network for the backbone, as a file.</summary>
    public string WriteNetwork(UpsamplerConfig config)
    {
        string path = At("from.safetensors");
        File.WriteAllBytes(path, UpsamplerFile.Trained(config, IdentityStart.Weights(config, 1), "a test", "{}"));
        return path;
    }

    public void Dispose()
    {
        _backbone.Dispose();
        _folder.Dispose();
    }

    private string WriteScene(string name, int side, int seed)
    {
        var scene = new SyntheticScene(side, side, seed);
        string path = _folder.File(name);
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(side, side, SampleType.UInt8));
        writer.Write(new Region(0, 0, side, side), scene.Pixels);
        writer.Commit();
        return path;
    }
}
