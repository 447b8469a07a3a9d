using System.Globalization;
using FastSeg.Deep;
using FastSeg.Runs;

namespace FastSeg.Perf.Kit;

/// <summary>
/// Labels of the kit's images on the device and on the CPU, for every model and for tiles of many sizes. They must be equal byte for byte;
/// behind the learned upsampler, which sums in another order than the CPU, at most one label in a thousand may differ.
/// </summary>
internal static class LabelStep
{
    /// <summary>The part of the labels that may differ behind the learned upsampler.</summary>
    private const double LearnedShare = 0.001;

    private static readonly string[] Columns = ["model", "image", "tile", "labels", "other labels", "allowed", "verdict"];

    /// <summary>Sizes of tiles: whole images, squares, and shapes that leave small rests at the edges.</summary>
    private static readonly (long Width, long Height)[] Tiles = [(2048, 2048), (256, 256), (512, 64), (136, 392), (200, 184)];

    /// <summary>The same for a mosaic, whose tiles are as large as runs have them.</summary>
    private static readonly (long Width, long Height)[] MosaicTiles = [(2048, 2048), (1024, 1024), (512, 512)];

    /// <summary>The same for the window of an image that a simulation has time for.</summary>
    private static readonly (long Width, long Height)[] SimulatedTiles = [(64, 64), (8, 8)];

    /// <summary>The same for the window that is looked at under tools which slow a device down.</summary>
    private static readonly (long Width, long Height)[] SmallTiles = [(256, 256), (72, 40)];

    /// <summary>At the image's corner, where the halo is smallest.</summary>
    internal static readonly Region SimulatedWindow = new(0, 0, 16, 8);

    /// <summary>The window for tools that slow a device down, with groups that see an edge and groups that see none.</summary>
    private static readonly Region SmallWindow = new(0, 0, 192, 112);

    public static void Run(StepWork work)
    {
        string[] models = [KitFolder.Scribble, KitFolder.Dense, KitFolder.Deep, KitFolder.Learned];
        for (int i = 0; i < models.Length; i++)
        {
            work.Waiting = models.Length - i;
            work.Worker("labels", models[i]);
        }
        work.Waiting = 0;
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo("whole images and the mosaic: a simulation has time for a window of them.");
        }
        else
        {
            work.Worker("labels", "mosaic");
        }
    }

    /// <summary>The labels of one model; "small" behind its name takes a window of one image, for tools that slow it down.</summary>
    public static void Work(KitWorker worker)
    {
        KitFolder kit = KitFolder.Required;
        string[] words = worker.Argument.Split(' ');
        bool mosaic = words[0] == "mosaic", small = worker.Simulated || words.Contains("small");
        string name = mosaic ? KitFolder.Dense : words[0];
        Model model = kit.Model(name);
        double share = name == KitFolder.Learned ? LearnedShare : 0;
        if (mosaic)
        {
            int side = kit.Recipe.MosaicSide;
            using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side, name: $"mosaic of {side} x {side}");
            Compare(worker, model, image, null, name, share, MosaicTiles, null);
            return;
        }
        (long Width, long Height)[] tiles = !small ? Tiles
            : !worker.Simulated ? SmallTiles
            : name == KitFolder.Dense ? SimulatedTiles : SimulatedTiles[..1];
        Region? window = !small ? null : worker.Simulated ? SimulatedWindow : SmallWindow;
        IReadOnlyList<string> images = model.Deep is null ? kit.Images : kit.Mapped;
        foreach (string path in small ? images.Take(1) : images)
        {
            using ImageReader image = ImageFile.Open(path);
            using DeepMaps? maps = model.Deep is { } deep ? KitFolder.Maps(path, deep, image.Info) : null;
            Compare(worker, model, image, maps, name, share, tiles, window);
        }
    }

    private static void Compare(
        KitWorker worker, Model model, ImageReader image, DeepMaps? maps, string what, double share, (long Width, long Height)[] tiles,
        Region? window)
    {
        byte[] expected = Labels(model, image, maps, window, new ComputeOptions { Backend = BackendKind.Cpu });
        long allowed = (long)(share * expected.Length);
        string name = Path.GetFileName(image.Info.Name);
        foreach ((long width, long height) in tiles)
        {
            string tile = $"{width} x {height}";
            var options = new ComputeOptions { Backend = worker.Kind, Tile = (width, height) };
            byte[] found = Labels(model, image, maps, window, options);
            long wrong = expected.Zip(found).LongCount(pair => pair.First != pair.Second);
            worker.Found.Row(
                "Labels", Columns, what, name, tile, Text(expected.Length), Text(wrong), Text(allowed), wrong <= allowed ? "ok" : "FAILED");
            if (wrong > allowed)
            {
                worker.Found.Fail($"{what}, {name}, tiles of {tile}: {wrong} labels differ from the CPU's, {allowed} may.");
                long columns = window?.Width ?? image.Info.Width;
                worker.Found.Note(
                    $"{what}, {name}, tiles of {tile}: {Where(expected, found, columns, Labels(model, image, maps, window, options))}");
            }
        }
    }

    /// <summary>What helps to find out why labels differ: where the first one is, and whether the device repeats itself.</summary>
    internal static string Where(byte[] expected, byte[] found, long columns, byte[] again)
    {
        int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => expected[i] != found[i])];
        string Place(int at) => $"{at % columns}, {at / columns}";
        string repeats = again.AsSpan().SequenceEqual(found) ? "the same labels" : "other labels, as after a race";
        return $"the first one is at {Place(wrong[0])} ({found[wrong[0]]} instead of {expected[wrong[0]]}), the last one at "
            + $"{Place(wrong[^1])}; the device's second run gives {repeats}.";
    }

    /// <summary>The labels of an image, or of a window of it.</summary>
    internal static byte[] Labels(Model model, ImageReader image, DeepMaps? maps, Region? window, ComputeOptions options)
    {
        var how = new SegmentOptions { Region = window };
        ImageLayout layout = new Segmenter(model).LabelLayout(image.Info, how);
        byte[] labels = new byte[layout.Width * layout.Height];
        using ImageWriter writer = MemoryWriter.Into<byte>(layout, labels);
        new SegmentRun(model, null, image, how, options) { KnownMaps = maps }.Run(new SegmentOutputs { Labels = writer });
        return labels;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
