using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>The program as a process of its own: exit codes, signals, what is left on the disk.</summary>
internal sealed class ProcessTests : CliFixture
{
    private const int Side = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public void ExitCodesAndStreams()
    {
        Assert.That(Run("--version"), Is.EqualTo(new Outcome(0, $"fastseg {FastSegVersion.Text}\n", "")));
        Outcome usage = Run("segment", "--nope");
        Assert.That((usage.Code, usage.Output), Is.EqualTo((2, "")));
        Assert.That(usage.ErrorLines, Has.Length.EqualTo(2));
        Outcome failure = Run("info", At("gone.tif"));
        Assert.That((failure.Code, failure.Output), Is.EqualTo((1, "")));
        Assert.That(failure.ErrorLines, Has.Length.EqualTo(1));
        byte[] broken = File.ReadAllBytes(TestImage);
        broken[broken.Length / 2] ^= 0x55;
        File.WriteAllBytes(At("broken.png"), broken);
        Assert.That(
            Run("segment", Model, At("broken.png"), "-o", At("b.tif")).ErrorLines,
            Has.Length.EqualTo(1),
            "libvips keeps to itself what it thinks of the file");
        Outcome success = Run("segment", Model, TestImage, "-o", At("l.tif"));
        Assert.That((success.Code, success.Error), Is.EqualTo((0, "")), "no progress bar where stderr is no terminal");
    }

    [TestCase("INT")]
    [TestCase("TERM")]
    [TestCase("HUP")]
    public void AnInterruptedSegmentationExitsAsShellsSayAndLeavesNothing(string signal) =>
        AssertInterrupted(signal, WholeLabels(), "l.npy", "segment", Model, BigImage());

    [Test]
    public void AnInterruptedFeatureRunExitsAsShellsSayAndLeavesNothing() =>
        AssertInterrupted("INT", long.MaxValue, "f.npy", "features", BigImage(), "--families", "gaussian", "--sigmas", "1");

    /// <summary>
    /// Sends the signal when some tiles have been written, and looks for what is left in the output's folder and in TMPDIR.
    /// </summary>
    /// <param name="signal">The signal's name.</param>
    /// <param name="whole">Bytes that the run would write if it went on; it has to stop before three quarters of them.</param>
    /// <param name="output">Name of the output.</param>
    /// <param name="command">The command, without output and threads.</param>
    private void AssertInterrupted(string signal, long whole, string output, params string[] command)
    {
        const long SomeTiles = 64 << 10;
        string folder = NewFolder(), temporary = NewFolder();
        // A shell that runs the tests in the background may have SIGINT ignored, which children inherit. The runtime's own diagnostics
        // would leave their files in TMPDIR.
        string[] environment = ["--default-signal", $"TMPDIR={temporary}", "DOTNET_EnableDiagnostics=0"];
        string[] arguments = [.. command, "-o", Path.Combine(folder, output), "--threads", "1"];
        using Process process = Start("/usr/bin/env", [.. environment, Dotnet, Program, .. arguments]);
        var watch = Stopwatch.StartNew();
        while (BytesIn(folder) < SomeTiles)
        {
            Assert.That(process.HasExited, Is.False, "it ended before some tiles were written");
            Assert.That(watch.Elapsed, Is.LessThan(Patience));
            Thread.Sleep(1);
        }
        using (Process kill = Start("kill", [$"-{signal}", $"{process.Id}"]))
        {
            kill.WaitForExit();
        }
        long written = 0;
        while (!process.HasExited && watch.Elapsed < Patience)
        {
            written = Math.Max(written, BytesIn(folder));
            Thread.Sleep(1);
        }
        Outcome outcome = Finish(process);
        int number = signal switch { "TERM" => 15, "HUP" => 1, _ => 2 };
        Assert.That(outcome.Code, Is.EqualTo(128 + number), outcome.Error);
        Assert.That(written, Is.LessThan(whole / 4 * 3), "it stops in the middle");
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(temporary), Is.Empty);
    }

    /// <summary>With no folder for temporary files and none that it could write to.</summary>
    [Test]
    public void APlanCreatesNoFile()
    {
        string folder = NewFolder();
        string command = $"cd '{folder}'; TMPDIR=/nowhere DOTNET_EnableDiagnostics=0 exec '{Dotnet}' '{Program}' " +
            $"plan '{Model}' '{TestImage}' --probabilities float --confidence --format npy";
        using Process process = Start("/bin/bash", ["-c", command]);
        Outcome outcome = Finish(process);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((0, "")));
        Assert.That(outcome.Output, Does.Contain("writer"));
        Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
    }

    /// <summary>
    /// ONNX Runtime would keep a number for the machine, and what it has run, in the home folder, and send it to its makers.
    /// </summary>
    [Test]
    public void DeepFeaturesLeaveNothingInTheHomeFolder()
    {
        string home = NewFolder();
        // ONNX Runtime is quiet on machines that test software, and would be for that reason.
        string[] environment =
        [
            "-u", "CI", "-u", "GITHUB_ACTIONS", "-u", "TF_BUILD", "-u", "ORT_DISABLE_TELEMETRY", "-u", "ORT_RUNNING_UNIT_TESTS",
            "-u", "XDG_CACHE_HOME", $"HOME={home}", "DOTNET_EnableDiagnostics=0",
        ];
        string backbone = TestData.File("models", "fastseg-vit-tiny-8-int8");
        string[] command = ["features", TestImage, "--families", "gaussian", "--deep", backbone, "-o", Path.Combine(NewFolder(), "f.npy")];
        using Process process = Start("/usr/bin/env", [.. environment, Dotnet, Program, .. command]);
        Outcome outcome = Finish(process);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((0, "")));
        Assert.That(Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories), Is.Empty);
    }

    /// <summary>A closed or full standard stream neither aborts the process nor hides what went wrong.</summary>
    [TestCase("info gone.tif 2>&-", 1, "")]
    [TestCase("info gone.tif 2>/dev/full", 1, "")]
    [TestCase("--version >/dev/full", 1, "Standard output cannot be written")]
    public void BrokenStandardStreams(string arguments, int code, string sentence)
    {
        using Process process = Start("/bin/bash", ["-c", $"exec '{Dotnet}' '{Program}' {arguments}"]);
        Outcome outcome = Finish(process);
        Assert.That(outcome.Code, Is.EqualTo(code), outcome.Error);
        Assert.That(outcome.Error, sentence.Length == 0 ? Is.Empty : Does.StartWith("fastseg: ").And.Contain(sentence));
        Assert.That(outcome.ErrorLines, Has.Length.LessThanOrEqualTo(1));
    }

    [Test]
    public void DeepRunsPeakWhereTheirPlanSays()
    {
        string backbone = TestData.File("models", "fastseg-vit-tiny-8"), model = At("deep.fastseg");
        // Large enough for whole windows: the transformer's own memory is then a third of the total.
        File.WriteAllBytes(
            At("windows.npy"),
            Npy.Bytes("|u1", "(512, 512)", [.. Enumerable.Range(0, 512 * 512).Select(i => (byte)((i * 31) ^ (i / 512)))]));
        AssertPeak("train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "2", "--deep", backbone, "-o", model);
        AssertPeak("segment", model, At("windows.npy"), "--deep", backbone, "-o", At("deep.tif"));
        AssertPeak("features", At("windows.npy"), "--model", model, "--deep", backbone, "-o", At("deep.npy"));
    }

    /// <summary>
    /// Noise, so that trees grow full; most of it is labelled. The second fold is a dot of each class, so its model is trained on nearly
    /// all rows again.
    /// </summary>
    [TestCase("--no-score", "--smooth", "none")]
    [TestCase("--smooth", "none")]
    [TestCase("--no-score", "--training", "published")]
    public void TrainingPeaksWhereItsPlanSays(params string[] options)
    {
        const int Width = 200, Height = 150;
        byte[] samples = new byte[Width * Height];
        new Random(1).NextBytes(samples);
        // Three columns of 60 pixels, a gap above each of them, and a dot at the top.
        byte[] labels = [.. Enumerable.Range(0, Width * Height).Select(i =>
        {
            int x = i % Width, y = i / Width;
            return (byte)(x % 66 < 60 && x < 198 && (y >= 10 || (y < 2 && x % 66 < 2)) ? 1 + (x / 66) : 0);
        })];
        string image = At("rows.npy"), drawn = At("strokes.npy");
        File.WriteAllBytes(image, Npy.Bytes("|u1", $"({Height}, {Width})", samples));
        File.WriteAllBytes(drawn, Npy.Bytes("|u1", $"({Height}, {Width})", labels));
        double share = AssertPeak(
            ["train", "--image", image, "--labels", drawn, "--rounds", "10", .. options, "-o", At("peak.fastseg")]);
        Assert.That(share, Is.LessThanOrEqualTo(1), "no training takes more than was planned");
    }

    /// <summary>Runs a command; returns its peak memory over the planned.</summary>
    private double AssertPeak(params string[] arguments)
    {
        string report = At("peak.json");
        Outcome outcome = Run([.. arguments, "--threads", "2", "--report", report]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(report));
        double planned = json.RootElement.GetProperty("predictedPeakBytes").GetDouble();
        double peak = json.RootElement.GetProperty("peakBytes").GetDouble();
        Assert.That(
            peak / planned,
            Is.EqualTo(1).Within(0.15),
            $"{arguments[0]}: planned {planned / 1048576:F0} MiB, {peak / 1048576:F0} MiB at the peak");
        return peak / planned;
    }

    [Test]
    public void ADiskThatFillsUpIsOneLineAndLeavesNothing()
    {
        string folder = NewFolder();
        // The shell lets a file grow to 2 MiB only, which acts like a full disk. .NET would map its code from a larger file unless told not
        // to.
        string command =
            "ulimit -f 2048; export DOTNET_EnableWriteXorExecute=0; " +
                $"exec '{Dotnet}' '{Program}' features '{TestImage}' -o '{folder}/f.npy'";
        using Process process = Start("/bin/bash", ["-c", command]);
        Outcome outcome = Finish(process);
        Assert.That(outcome.Code, Is.EqualTo(1), outcome.Error);
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.Contain("f.npy").And.Contain("ulimit -f"));
        Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
    }

    private static long BytesIn(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        }
        catch (FileNotFoundException)
        {
            // The program removed it meanwhile.
            return 0;
        }
    }

    /// <summary>Bytes of the big image's label map.</summary>
    private long WholeLabels()
    {
        string path = At("whole.npy");
        if (!File.Exists(path))
        {
            Succeed("segment", Model, BigImage(), "-o", path);
        }
        return new FileInfo(path).Length;
    }

    private static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static string Program => Path.Combine(AppContext.BaseDirectory, "FastSeg.Cli.dll");

    private static Outcome Run(params string[] arguments)
    {
        using Process process = Start(Dotnet, [Program, .. arguments]);
        return Finish(process);
    }

    private static Process Start(string file, string[] arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static Outcome Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            Assert.Fail("the program did not end");
        }
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>The test image repeated until a segmentation takes a while.</summary>
    private string BigImage()
    {
        string path = At("big.npy");
        if (!File.Exists(path))
        {
            using ImageReader small = ImageFile.Open(TestImage);
            byte[] tile = Read(small), samples = new byte[Side * Side];
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = tile[(i / Side % 256 * 256) + (i % 256)];
            }
            File.WriteAllBytes(path, Npy.Bytes("|u1", $"({Side}, {Side})", samples));
        }
        return path;
    }
}
