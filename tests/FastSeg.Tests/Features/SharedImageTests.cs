using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>Compares the features of every real image of the shared data, as a whole, with the reference.</summary>
public class SharedImageTests
{
    [TestCase("examples")]
    [TestCase("ni/train")]
    [TestCase("ni/test")]
    public void Agrees_with_the_reference_on_real_images(string folder)
    {
        string[] files = [.. Directory.GetFiles(TestData.Shared(folder)).Where(IsImage).Order()];
        Assert.That(files, Is.Not.Empty);
        foreach (string file in files)
        {
            using ImageReader image = ImageFile.Open(file);
            ImageInfo info = image.Info;
            byte[] samples = new byte[info.Bounds.Pixels * info.PixelBytes];
            image.Read(info.Bounds, samples);
            using var reader = new SampleReader(samples, (int)info.Width, (int)info.Height, info.Channels, info.Type);
            float[][] planes = BankRun.Planes(FeatureSpec.Paper, reader, 300, 300);
            int count = FeatureSpec.Paper.Names.Count;
            for (int channel = 0; channel < info.Channels; channel++)
            {
                double worst = FeatureBound.Check(
                    FeatureSpec.Paper, reader.Channel(channel), planes.AsSpan(channel * count, count), Path.GetFileName(file));
                TestContext.Out.WriteLine($"{Path.GetFileName(file)}, channel {channel}: {worst:F3} of the allowed error");
            }
        }
    }

    private static bool IsImage(string file) =>
        !file.Contains("_labels", StringComparison.Ordinal) && !file.Contains("_gt", StringComparison.Ordinal)
        && !file.Contains("_ground_truth", StringComparison.Ordinal) && Path.GetExtension(file) is ".tif" or ".png" or ".jpg";
}
