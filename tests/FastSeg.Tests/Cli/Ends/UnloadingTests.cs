using System.Diagnostics;
using FastSeg.Tests.Hostile;
using FastSeg.Tests.Interop;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Ends;

/// <summary>Ends at which libraries must not be unloaded: a small library in the process notes whether it was.</summary>
internal sealed class UnloadingTests : CliFixture
{
    private const string Source = """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <unistd.h>

        __attribute__((destructor)) static void unloaded(void) {
            const char *note = getenv("UNLOADED");
            if (note) close(open(note, O_CREAT | O_WRONLY, 0600));
        }
        """;

    /// <summary>What training calls of libxgboost, with a round that never ends; unloaded under it, the process exits with 99.</summary>
    private const string Endless = """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <unistd.h>

        static volatile int inside;
        static char handle;

        void XGBoostVersion(int *major, int *minor, int *patch) { *major = 1; *minor = 7; *patch = 4; }
        const char *XGBGetLastError(void) { return ""; }
        int XGDMatrixCreateFromDense(const char *data, const char *config, void **matrix) { *matrix = &handle; return 0; }
        int XGDMatrixSetInfoFromInterface(void *matrix, const char *field, const char *data) { return 0; }
        int XGDMatrixFree(void *matrix) { return 0; }
        int XGBoosterCreate(void **matrices, unsigned long count, void **booster) { *booster = &handle; return 0; }
        int XGBoosterSetParam(void *booster, const char *name, const char *value) { return 0; }
        int XGBoosterFree(void *booster) { return 0; }

        int XGBoosterUpdateOneIter(void *booster, int round, void *matrix) {
            inside = 1;
            close(open(getenv("ENTERED"), O_CREAT | O_WRONLY, 0600));
            for (;;) pause();
        }

        __attribute__((destructor)) static void unloaded(void) { if (inside) _exit(99); }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Where memory is short, .NET's own end needs more of it, and fails now and then.</summary>
    [Test]
    public void AProcessWithTooLittleMemoryEndsAtOnce()
    {
        CLibrary.Need("gcc");
        string library = At("unloaded.so");
        File.WriteAllText(At("unloaded.c"), Source);
        CLibrary.Run("gcc", "-shared", "-fPIC", "-O1", "-o", library, At("unloaded.c"));
        string whole = At("whole"), little = At("little");
        Assert.That(Run(library, whole, $"info '{Model}'").Code, Is.Zero);
        Assert.That(File.Exists(whole), "an end as usual");
        Outcome outcome = Run(library, little, $"segment '{Model}' '{TestImage}' -o '{At("little.tif")}'", "ulimit -d 71680; ");
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((1, outcome.Error)));
        Assert.That(outcome.Error, Does.Contain("the limits of this process are too low for it"));
        Assert.That(File.Exists(little), Is.False);
    }

    /// <summary>
    /// A signal during a call of libxgboost that does not end: the process goes all the same, and does not unload the library under it.
    /// </summary>
    [Test]
    public void ACallThatDoesNotEndIsLeftWhereItStands()
    {
        CLibrary.Need("gcc");
        string library = At("libxgboost.so"), entered = At("entered"), folder = NewFolder();
        File.WriteAllText(At("xgboost.c"), Endless);
        CLibrary.Run("gcc", "-shared", "-fPIC", "-O1", "-o", library, At("xgboost.c"));
        using Process process = ChildProcess.Start(
            "/usr/bin/env",
            [
                "--default-signal", $"FASTSEG_XGBOOST={library}", $"ENTERED={entered}", ChildProcess.Dotnet, ChildProcess.Program,
                "train", "--image", TrainImage, "--labels", TrainLabels, "--booster", "xgboost", "--no-score",
                "-o", Path.Combine(folder, "m.fastseg"),
            ]);
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            Assert.That(SpinWait.SpinUntil(() => process.HasExited || File.Exists(entered), Patience));
            Assert.That(process.HasExited, Is.False);
            Assert.That(ChildProcess.Script($"kill -TERM {process.Id}").Code, Is.Zero);
            Assert.That(process.WaitForExit(Patience), "the call is waited for");
            Assert.That((process.ExitCode, error.Result), Is.EqualTo((143, "fastseg: interrupted; unfinished outputs were removed.\n")));
            Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static Outcome Run(string library, string note, string command, string before = "") =>
        ChildProcess.Script($"{before}LD_PRELOAD='{library}' UNLOADED='{note}' exec \"$0\" \"$1\" {command}");
}
