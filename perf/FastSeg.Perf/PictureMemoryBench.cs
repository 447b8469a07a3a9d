using NetVips;

namespace FastSeg.Perf;

/// <summary>
/// Peak memory of `train`, and of `segment` on a part of each kind of picture that libvips decodes as a whole, against their plans.
/// </summary>
internal static class PictureMemoryBench
{
    private const int Trained = 512;

    private static readonly (string Kind, int Width, int Height, int Bands, Func<Image, byte[]> Coded)[] Pictures =
    [
        ("PNG", 4096, 4096, 1, image => image.PngsaveBuffer(compression: 1)),
        ("PNG, wide", 100_000, 150, 3, image => image.PngsaveBuffer(compression: 1)),
        ("PNG, interlaced", 3000, 3000, 3, image => image.PngsaveBuffer(compression: 1, interlace: true)),
        ("JPEG", 4096, 4096, 3, image => image.JpegsaveBuffer()),
        ("JPEG, wide", 60_000, 200, 1, image => image.JpegsaveBuffer()),
        ("JPEG, progressive", 4096, 4096, 3, image => image.JpegsaveBuffer(interlace: true)),
        ("WebP", 4000, 3000, 3, image => image.WebpsaveBuffer(effort: 0)),
        ("WebP, wide", 16_000, 300, 3, image => image.WebpsaveBuffer(effort: 0)),
        ("WebP, lossless with alpha", 2500, 2000, 4, image => image.WebpsaveBuffer(lossless: true, effort: 0)),
    ];

    public static void Run(PerfRun run)
    {
        using var folder = new ScratchFolder();
        string[] models = [Train(run, folder, 1), Train(run, folder, 3)];
        string picture = folder.File("picture"), labels = folder.File("labels.tif");
        foreach ((string kind, int width, int height, int bands, Func<Image, byte[]> coded) in Pictures)
        {
            File.WriteAllBytes(picture, Coded(width, height, bands, coded));
            string model = models[bands == 1 ? 0 : 1];
            Add(run, $"segment, {width} x {height} {kind}", OwnProcess.Run(
                run, folder, "segment", model, picture, "--region", "0,0,1000,100", "-o", labels));
        }
    }

    private static string Train(PerfRun run, ScratchFolder folder, int bands)
    {
        string image = folder.File($"image{bands}.png"), strokes = folder.File("strokes.png"), model = folder.File($"{bands}.fastseg");
        File.WriteAllBytes(image, Coded(Trained, Trained, bands, picture => picture.PngsaveBuffer()));
        // Bands of rows, of two classes in turn.
        byte[] drawn = new byte[Trained * Trained];
        for (int i = 0; i < drawn.Length; i++)
        {
            int row = i / Trained;
            drawn[i] = (byte)(row % 128 < 40 ? 1 + (row / 128 % 2) : 0);
        }
        using Image labels = Image.NewFromMemory(drawn, Trained, Trained, 1, Enums.BandFormat.Uchar);
        File.WriteAllBytes(strokes, labels.PngsaveBuffer());
        Add(run, $"train, {bands} channel(s)", OwnProcess.Run(
            run, folder, "train", "--image", image, "--labels", strokes, "--rounds", "20", "-o", model));
        return model;
    }

    private static void Add(PerfRun run, string what, OwnProcess own) =>
        run.Add(new Quantity("memory", $"peak of {what}", own.PeakBytes / 1048576.0, "MiB", own.AgainstPlan));

    /// <summary>Micrographs side by side, in every channel another brightness.</summary>
    private static byte[] Coded(int width, int height, int bands, Func<Image, byte[]> coded)
    {
        byte[] mosaic = PerfImages.Mosaic(Trained), samples = new byte[width * height * bands];
        for (int i = 0; i < samples.Length; i++)
        {
            int pixel = i / bands;
            samples[i] = (byte)(mosaic[(pixel / width % Trained * Trained) + (pixel % width % Trained)] >> (i % bands));
        }
        using Image memory = Image.NewFromMemory(samples, width, height, bands, Enums.BandFormat.Uchar);
        using Image image = memory.Copy(interpretation: bands == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return coded(image);
    }
}
