using System.Diagnostics;
using FastSeg.Tests.Hostile;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>
/// A process that is killed at any moment is gone on with, to the same bytes. A few times in every run of the tests, many when asked for:
/// <c>./fastseg test --filter Category=LongKills</c>.
/// </summary>
internal sealed class KillResumeTests : CliFixture
{
    private const int Width = 1500, Height = 1100;

    private string _image = "";

    [OneTimeSetUp]
    public void WriteImage()
    {
        _image = At("image.tif");
        Write(_image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
    }

    [TestCase("labels.tif", 5)]
    [TestCase("labels.ome.zarr", 5)]
    [TestCase("labels.tif", 50, Explicit = true, Category = "LongKills")]
    [TestCase("labels.ome.zarr", 50, Explicit = true, Category = "LongKills")]
    public void AKilledRunGoesOnToTheSameBytes(string name, int times) => Kill(name, times, [Model, _image]);

    /// <summary>Waits until a file has so many bytes, or the process has ended.</summary>
    private static void WaitForGrowth(Process process, string path, long bytes)
    {
        while (!process.HasExited && !(File.Exists(path) && new FileInfo(path).Length >= bytes))
        {
            Thread.Sleep(1);
        }
    }

    private void Kill(string name, int times, string[] what)
    {
        string whole = NewFolder();
        string[] Command(string folder) =>
            ["segment", .. what, "-o", Path.Combine(folder, name), "--chunk", "128", "--threads", "2", "--resume"];
        var clock = Stopwatch.StartNew();
        Outcome outcome = ChildProcess.Run(Command(whole)).Outcome;
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        double milliseconds = clock.Elapsed.TotalMilliseconds;
        string[] expected = ZarrWriterTests.Hashes(whole);
        var random = new Random(times);
        int inTheMiddle = 0;
        for (int i = 0; i < times; i++)
        {
            string folder = NewFolder();
            using (Process process = ChildProcess.Start(ChildProcess.Dotnet, [ChildProcess.Program, .. Command(folder)]))
            {
                if (i % 2 == 0)
                {
                    // When some random part of the results is written.
                    WaitForGrowth(process, Path.Combine(folder, $".{name}.fastseg-run", "journal"), 1000 + random.Next(3000));
                }
                else
                {
                    process.WaitForExit((int)(milliseconds * (0.2 + (0.8 * random.NextDouble()))));
                }
                process.Kill();
                process.WaitForExit();
            }
            inTheMiddle += Path.Exists(Path.Combine(folder, $".{name}.fastseg-run", "data")) ? 1 : 0;
            if (Path.Exists(Path.Combine(folder, name)) && !Directory.Exists(Path.Combine(folder, $".{name}.fastseg-run")))
            {
                Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(expected), $"kill {i} came too late");
                continue;
            }
            outcome = ChildProcess.Run(Command(folder)).Outcome;
            Assert.That(outcome.Code, Is.Zero, $"kill {i}: {outcome.Error}");
            Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(expected), $"kill {i}");
            Directory.Delete(folder, recursive: true);
        }
        TestContext.Out.WriteLine($"{times} kills, {inTheMiddle} of them while results were written");
        Assert.That(inTheMiddle, Is.GreaterThan(0), "no kill hit anything");
    }
}
