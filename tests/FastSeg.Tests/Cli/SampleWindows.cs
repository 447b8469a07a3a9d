using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>
/// Windows of 256 x 256 pixels of the sample's images, two to train on and two others, in a folder like samples/ni: the commands' tests
/// need real images, and small ones so that they stay quick.
/// </summary>
[SetUpFixture]
internal sealed class SampleWindows
{
    private const int Side = 256;

    /// <summary>Image by image, the left and upper end of a window that holds much of the rarest class.</summary>
    private static readonly (string Name, string Second, int X, int Y)[] Windows =
    [
        ("train/lshr_15kx_3kv_0", "_labels", 32, 256), ("train/spot4_180d_2", "_labels", 256, 192),
        ("test/me3_15kx_3kv_2", "_gt", 160, 192), ("test/spot2_0d_0", "_gt", 32, 96),
    ];

    /// <summary>The folder with train/ and test/.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetTempPath(), $"fastseg-windows-{Environment.ProcessId}");

    [OneTimeSetUp]
    public void Cut()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "train"));
        Directory.CreateDirectory(Path.Combine(Folder, "test"));
        foreach ((string name, string second, int x, int y) in Windows)
        {
            Cut(ImageFile.Open, $"{name}.png", x, y);
            Cut(path => ImageFile.OpenLabels(path), $"{name}{second}.png", x, y);
        }
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(Folder, recursive: true);

    private static void Cut(Func<string, ImageReader> open, string name, int x, int y)
    {
        byte[] samples = new byte[Side * Side];
        using ImageReader whole = open(TestData.File("samples", "ni", name));
        whole.Read(new Region(x, y, Side, Side), samples);
        using ImageWriter window = ImageFile.Create(Path.Combine(Folder, name), new ImageLayout(Side, Side, SampleType.UInt8));
        window.Write(new Region(0, 0, Side, Side), samples);
        window.Commit();
    }
}
