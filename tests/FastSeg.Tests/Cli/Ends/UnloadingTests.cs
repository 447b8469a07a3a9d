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

    private static Outcome Run(string library, string note, string command, string before = "") =>
        ChildProcess.Script($"{before}LD_PRELOAD='{library}' UNLOADED='{note}' exec \"$0\" \"$1\" {command}");
}
