using System.Globalization;
using FastSeg.Checks;
using FastSeg.Common;
using FastSeg.Deep;

namespace FastSeg.Perf.Kit;

/// <summary>Fills a new kit with images and models. It runs where the repository is: the machine with the GPU trains nothing.</summary>
internal static class KitPrepare
{
    /// <summary>Images whose deep features the kit brings along: half a megabyte each.</summary>
    private const int MappedImages = 2;

    /// <summary>Images on which the deep models are trained. Their labels are only compared with the CPU's.</summary>
    private const int DeepTrainingImages = 1;

    private const int MosaicSide = 4096;
    private const string BackboneName = "fastseg-vit-tiny-8-int8";

    /// <summary>Writes images, models and the recipe.</summary>
    /// <param name="root">The kit's folder.</param>
    /// <param name="commit">The commit of the sources.</param>
    public static void Run(string root, string commit)
    {
        // Images become TIFFs, which need no libvips.
        IReadOnlyList<string> from = PerfImages.Micrographs;
        string[] names = [.. from.Select(path => $"{Path.GetFileNameWithoutExtension(path)}.tif")];
        string today = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        KitFolder kit = KitFolder.Create(root, new Recipe(commit, today, MosaicSide, names));
        foreach ((string source, string target) in from.Zip(kit.Images))
        {
            Copy(source, target);
        }
        var run = new PerfRun(PerfOptions.Parse([]), new Bounds(0, 0));
        DenseModel.Get(run).Save(kit.ModelPath(KitFolder.Dense));
        ScribbleModel.Get(run).Save(kit.ModelPath(KitFolder.Scribble));
        using Backbone backbone = Backbone.Open(Path.Combine(Repository.Root, "models", BackboneName), run.Options.Threads);
        foreach ((string name, Upsampling upsampling) in
            (ReadOnlySpan<(string, Upsampling)>)[(KitFolder.Deep, Upsampling.Bilinear), (KitFolder.Learned, Upsampling.Learned)])
        {
            var deep = new DeepOptions(backbone) { Upsampling = upsampling };
            DenseModel.Train(run, new TrainingOptions(), deep, DeepTrainingImages).Model.Save(kit.ModelPath(name));
        }
        // The transformer is none of our kernels: its result comes along, and the machine with the GPU needs no ONNX Runtime. Both models
        // have the projection of the transformer's folder, so both have the same maps.
        DeepModel model = kit.Model(KitFolder.Deep).Deep!;
        foreach (string path in kit.Images.Take(MappedImages))
        {
            using ImageReader image = ImageFile.Open(path);
            using DeepMaps maps = DeepMaps.Compute(
                model, backbone, image, CheckScene.Map(image), new StageTimes(), new ComputeOptions(), atOnce: 1);
            KitFolder.Keep(path, maps);
        }
    }

    private static void Copy(string source, string target)
    {
        using ImageReader image = ImageFile.Open(source);
        byte[] samples = new byte[image.Info.Bounds.Pixels * image.Info.PixelBytes];
        image.Read(image.Info.Bounds, samples);
        using ImageWriter writer = ImageFile.Create(target, new ImageLayout(image.Info.Width, image.Info.Height, image.Info.Type));
        writer.Write(image.Info.Bounds, samples);
        writer.Commit();
    }
}
