extern alias Perf;

using System.Text.RegularExpressions;
using FastSeg.Tests.Gpu.Ptx;
using FastSeg.Tests.Kernels;
using NUnit.Framework;
using Perf::FastSeg.Perf.Kit;

namespace FastSeg.Tests.Gpu.Kit;

/// <summary>What the kit makes of other programs: of NVIDIA's and of Python, as they answer and as they refuse.</summary>
[TestFixture]
internal sealed class KitToolTests
{
    private const string Nvidia = "nvidia-smi", Sanitizer = "compute-sanitizer", Profiler = "ncu", Python = "python3";
    private const string Summary = "========= ERROR SUMMARY: 2 errors";

    [Test]
    public void ClocksAreAskedFor()
    {
        using var scene = new KitScene();
        scene.Add(Nvidia, "echo 'NVIDIA H200, 580.1, 345 MHz, 1980 MHz, 3201 MHz, 3201 MHz, 700.00 W, 30, Enabled, Disabled'");
        DeviceStep.Clocks(scene.Work, "before");
        string[] row = scene.Rows(Nvidia).Single();
        Assert.That((row[0], row[2], row[^1]), Is.EqualTo(("NVIDIA H200", "345 MHz", "before")));
    }

    [Test]
    public void ClocksThatAreRefusedAreNotPossibleHere()
    {
        using var scene = new KitScene();
        scene.Add(Nvidia, "echo 'Failed to initialize NVML: Insufficient Permissions'; exit 4");
        DeviceStep.Clocks(scene.Work, "before");
        Assert.That(scene.Found.NotPossible, Has.One.Contains("Insufficient Permissions"));
        Assert.That(scene.Found.Failures, Is.Empty);
    }

    [Test]
    public void NothingNamesTheCardOrOthersProcesses()
    {
        const string Said =
            """
            Driver Version : 580.1
            GPU 00000000:01:00.0
                Product Name : NVIDIA H200
                Serial Number : 1234567890
                GPU UUID : GPU-1234
                Clocks
                    SM : 345 MHz
                Processes
                    Process ID : 4711
                        Name : /home/somebody/secret
                Max Clocks
                    SM : 1980 MHz
            """;
        string kept = DeviceStep.WithoutNames(Said);
        Assert.That(kept, Does.Contain("NVIDIA H200").And.Contain("345 MHz").And.Contain("Max Clocks").And.Contain("1980 MHz"));
        Assert.That(kept, Does.Not.Contain("1234").And.Not.Contain("4711").And.Not.Contain("secret"));
    }

    [Test]
    public void SanitizersVerdictsAreTaken()
    {
        using var scene = new KitScene();
        scene.Add(
            Sanitizer,
            """
            echo "$@" >> "$0.calls"
            echo '========= COMPUTE-SANITIZER'
            case "$2 $*" in
              racecheck*learned*) echo '========= RACECHECK SUMMARY: 2 hazards displayed (2 errors, 0 warnings)';;
              racecheck*) echo '========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)';;
              *) echo '========= ERROR SUMMARY: 0 errors';;
            esac
            """);
        SanitizerStep.Run(scene.Work);
        Assert.That(
            scene.Rows(Sanitizer).Select(row => (row[0], row[2])),
            Is.EqualTo(((string, string)[])
            [
                ("memcheck, dense", "ok"), ("racecheck, dense", "ok"), ("memcheck, learned", "ok"), ("racecheck, learned", "FAILED"),
            ]));
        Assert.That(scene.Found.Failures, Has.One.Contains("2 hazards"));
        Assert.That(
            File.ReadAllLines(scene.File($"bin/{Sanitizer}.calls"))[0],
            Does.StartWith("--tool memcheck --target-processes all --report-api-errors no ").And.EndsWith("cuda dense small"));
    }

    /// <summary>Where a kernel's error was found, nothing that the sanitizer says it cannot do hides it.</summary>
    [TestCase("Program hit CUDA_ERROR_NOT_SUPPORTED (error 801) due to \"operation not supported\" on CUDA API call", Summary)]
    [TestCase("Error: Device not supported. Please refer to the documentation", Summary)]
    [TestCase("Error: Device not supported. Please refer to the documentation", "")]
    [TestCase("COMPUTE-SANITIZER", "")]
    [TestCase("COMPUTE-SANITIZER", "========= ERROR SUMMARY: 0 errors\n" + Summary)]
    public void ARefusalHidesNoError(string says, string summary)
    {
        using var scene = new KitScene();
        scene.Add(
            Sanitizer,
            $"""
            cat <<'END'
            ========= {says}
            ========= Invalid __global__ read of size 4 bytes
            {summary}
            END
            """);
        SanitizerStep.Run(scene.Work);
        Assert.That(scene.Rows(Sanitizer).Select(row => row[2]), Is.EqualTo((string[])["FAILED", "FAILED", "FAILED", "FAILED"]));
        Assert.That(scene.Found.Failures, Has.Count.EqualTo(4));
        Assert.That(scene.Found.NotPossible, Is.Empty);
    }

    /// <summary>A call that the driver does not offer is no refusal of the sanitizer.</summary>
    [Test]
    public void ACallThatIsNotSupportedIsNoRefusal()
    {
        using var scene = new KitScene();
        scene.Add(
            Sanitizer,
            """
            echo '========= Program hit CUDA_ERROR_NOT_SUPPORTED (error 801) due to "operation not supported" on CUDA API call'
            echo '========= ERROR SUMMARY: 0 errors'
            """);
        SanitizerStep.Run(scene.Work);
        Assert.That(scene.Rows(Sanitizer).Select(row => row[2]), Is.EqualTo((string[])["ok", "ok", "ok", "ok"]));
        Assert.That(scene.Found.NotPossible, Is.Empty);
    }

    /// <summary>As on machines whose runtime shields the device: the errors that it counts are its own.</summary>
    [TestCase("echo '========= Error: Device not supported. Please refer to the documentation'; echo '========= ERROR SUMMARY: 1 error'")]
    [TestCase("echo '========= Internal Sanitizer Error: device failed'; exit 1")]
    public void ASanitizerThatCannotWorkIsNotPossibleHere(string says)
    {
        using var scene = new KitScene();
        scene.Add(Sanitizer, says);
        SanitizerStep.Run(scene.Work);
        Assert.That(scene.Found.NotPossible, Has.Count.EqualTo(4));
        Assert.That(scene.Found.Failures, Is.Empty);
    }

    [Test]
    public void CountersAreARowOfEachLaunch()
    {
        using var scene = new KitScene();
        scene.Add(
            Profiler,
            """
            echo "$@" >> "$0.calls"
            echo '==PROF== Connected to process 1'
            echo '"ID","Kernel Name","Grid Size","Section Name","Metric Name","Metric Unit","Metric Value"'
            echo '"0","Kernel_AlongY","(9, 17, 1)","SpeedOfLight","Memory Throughput","%","41.5"'
            echo '"0","Kernel_AlongY","(9, 17, 1)","MemoryWorkloadAnalysis","Memory Throughput","Gbyte/second","1,700"'
            echo '"0","Kernel_AlongY","(9, 17, 1)","SpeedOfLight","Duration","us","104.2"'
            echo '"1","Kernel_WalkFew","(999, 1, 1)","SpeedOfLight","Duration","ms","2.1"'
            echo '"1","Kernel_WalkFew","(999, 1, 1)","InstructionStats","Executed Instructions","inst","1,234,567"'
            """);
        CounterStep.Run(scene.Work);
        string[][] rows = scene.Rows(Profiler);
        Assert.That(rows, Has.Length.EqualTo(4), "two launches of two models");
        Assert.That(rows[0][..4], Is.EqualTo((string[])["dense", "Kernel_AlongY", "(9, 17, 1)", "104.2 us"]));
        Assert.That(rows[0][6], Is.EqualTo("41.5"), "the part of what is possible");
        Assert.That(rows[1][^1], Is.EqualTo("1,234,567 inst"));
        Assert.That(
            File.ReadAllLines(scene.File($"bin/{Profiler}.calls"))[1], Does.Contain("--clock-control none").And.EndsWith("cuda learned"));
    }

    [TestCase("echo '==ERROR== ERR_NVGPUCTRPERM - The user does not have permission'; echo '==PROF== Disconnected'; exit 1")]
    [TestCase("echo '==ERROR== ERR_NVGPUCTRPERM'; echo '\"ID\",\"Kernel Name\"'; echo '\"0\",\"x\"'")]
    public void CountersThatMayNotBeReadAreNotPossibleHere(string says)
    {
        using var scene = new KitScene();
        scene.Add(Profiler, says);
        CounterStep.Run(scene.Work);
        Assert.That(scene.Found.NotPossible, Has.Count.EqualTo(2).And.All.Contains("ERR_NVGPUCTRPERM"));
        Assert.That(scene.Found.Failures, Is.Empty);
        Assert.That(scene.Rows(Profiler), Is.Empty);
    }

    /// <summary>The kernels that the profiler is asked for have such names.</summary>
    [TestCase("Forest.WalkFew"), TestCase("Gaussian.AlongY"), TestCase("Doubling.Columns"), TestCase("Derivatives.Run<FloatSink>")]
    public void TheProfilersKernelsHaveTheseNames(string kernel)
    {
        string ptx = KernelHost.Ptx(PtxKernelTests.AllKernels().Single(method => PtxTwin.NameOf(method) == kernel));
        string name = ptx.Split(".visible .entry ")[1].Split('(')[0];
        Assert.That(CounterStep.Runs.Any(run => Regex.IsMatch(name, $"^(?:{run.Kernels})$")), name);
    }

    /// <summary>The python3 that has PyTorch is taken, and what it said before it was stopped counts.</summary>
    [Test]
    public void PyTorchIsFoundBehindAnotherPythonAndKeepsWhatItSaid()
    {
        using KitScene scene = KitScene.Stopped(
            played =>
            {
                played.Add(Python, "exit 1");
                played.Add(
                    Python,
                    """
                    if [ "$1" = -c ]; then exit 0; fi
                    echo '{"what": "Gaussians", "size": "64 x 64", "seconds": 0.002, "pixels": 4096}'
                    sleep 60
                    """,
                    "more");
                PeerStep.Run(played.Work);
                played.Report.End();
            },
            played => played.Rows("PyTorch").Length > 0);
        Assert.That(scene.Rows("PyTorch").Single(), Is.EqualTo((string[])["Gaussians", "64 x 64", "2.000", "0.002"]));
        Assert.That(scene.Report.State, Is.EqualTo("stopped at its limit"));
    }

    [TestCase("echo 'PyTorch sees no GPU.'; exit 3", 1, 0)]
    [TestCase("echo 'Segmentation fault' >&2; exit 139", 0, 1)]
    public void APyTorchThatCannotWorkOrFailsIsSaid(string says, int notPossible, int failures)
    {
        using var scene = new KitScene();
        scene.Add(Python, $"if [ \"$1\" = -c ]; then exit 0; fi; {says}");
        PeerStep.Run(scene.Work);
        Assert.That((scene.Found.NotPossible.Count, scene.Found.Failures.Count), Is.EqualTo((notPossible, failures)));
    }
}
