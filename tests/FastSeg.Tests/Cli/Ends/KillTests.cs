using System.Diagnostics;
using FastSeg.Tests.Hostile;
using FastSeg.Tests.Interop;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Ends;

/// <summary>
/// A kill at each step of giving three outputs their names: before and after it, files are those of one run. A small library in front of
/// the system's counts the steps and ends the process at one of them.
/// </summary>
internal sealed class KillTests : CliFixture
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <signal.h>
        #include <stdlib.h>
        #include <string.h>

        static int done;

        // Counts what happens to outputs of the run that this is about, and ends the process before step KILL_AT.
        static void count(const char *path) {
            const char *folder = getenv("KILL_IN"), *at = getenv("KILL_AT");
            if (folder && at && strncmp(path, folder, strlen(folder)) == 0 && __sync_add_and_fetch(&done, 1) == atoi(at)) raise(SIGKILL);
        }

        #define STEP(name, parameters, arguments, path) \
            int name parameters { \
                static int (*next) parameters; \
                if (!next) next = (int (*) parameters)dlsym(RTLD_NEXT, #name); \
                count(path); \
                return next arguments; \
            }

        STEP(rename, (const char *from, const char *to), (from, to), to)
        STEP(link, (const char *from, const char *to), (from, to), to)
        STEP(unlink, (const char *path), (path), path)
        """;

    private static readonly string[] Outputs = ["o.tif", "o_probabilities.tif", "o_confidence.tif"];

    [Test]
    public void AKillBetweenTwoStepsLeavesFilesOfOneRun()
    {
        CLibrary.Need("gcc");
        string library = At("steps.so");
        File.WriteAllText(At("steps.c"), Source);
        CLibrary.Run("gcc", "-shared", "-fPIC", "-O1", "-o", library, At("steps.c"), "-ldl");
        byte[][] old = Set(NewFolder(), "0,0,64,64"), made = Set(NewFolder(), "20,20,64,64");
        int step = 0, gone = 0;
        for (bool ended = false; !ended; step++)
        {
            Assert.That(step, Is.LessThan(40), "the run never ends by itself");
            string folder = NewFolder();
            Put(folder, old);
            ended = RunUntil(library, folder, step + 1) == 0;
            (int stayed, int fresh) = (Count(folder, old), Count(folder, made));
            int there = Outputs.Count(name => File.Exists(At(folder, name)));
            Assert.That(stayed + fresh, Is.EqualTo(there), $"step {step}: a file is neither old nor new");
            Assert.That(Math.Min(stayed, fresh), Is.Zero, $"step {step}: new files beside old ones");
            if (there < Outputs.Length)
            {
                gone++;
                // The next run finds what the dead one left, and gives the older files their names again where none is new.
                using (new FastSeg.Files.PartialFile(At(folder, "other.npy")))
                {
                }
                int again = Count(folder, old);
                Assert.That(again, Is.EqualTo(fresh == 0 ? Outputs.Length : 0), $"step {step}");
            }
            Assert.That(ended ? fresh : 0, Is.EqualTo(ended ? Outputs.Length : 0));
            // Where some names were new, the older files go with the second run, which finds all in their places.
            for (int run = 0; run < (there == Outputs.Length ? 0 : fresh == 0 ? 1 : 2); run++)
            {
                Assert.That(ChildProcess.Run(Command(folder, "20,20,64,64")).Outcome.Code, Is.Zero);
                Assert.That(Count(folder, made), Is.EqualTo(Outputs.Length));
            }
            string[] left = Directory.GetFileSystemEntries(folder);
            Assert.That(there == Outputs.Length || left.Length == Outputs.Length, $"step {step}: {string.Join(", ", left)}");
        }
        TestContext.Out.WriteLine($"{step} steps; after {gone} of them some names were missing");
        Assert.That(step, Is.GreaterThan(2 * Outputs.Length));
        Assert.That(gone, Is.GreaterThan(0));
    }

    private static string At(string folder, string name) => Path.Combine(folder, name);

    private string[] Command(string folder, string region) =>
        ["segment", Model, TestImage, "-o", At(folder, Outputs[0]), "--probabilities", "float", "--confidence", "--region", region];

    private byte[][] Set(string folder, string region)
    {
        Assert.That(ChildProcess.Run(Command(folder, region)).Outcome.Code, Is.Zero);
        return Array.ConvertAll(Outputs, name => File.ReadAllBytes(At(folder, name)));
    }

    private int RunUntil(string library, string folder, int step)
    {
        var start = new ProcessStartInfo(ChildProcess.Dotnet, [ChildProcess.Program, .. Command(folder, "20,20,64,64")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LD_PRELOAD"] = library;
        start.Environment["KILL_IN"] = folder;
        start.Environment["KILL_AT"] = $"{step}";
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero.Or.EqualTo(137), error);
        return process.ExitCode;
    }

    private static void Put(string folder, byte[][] set)
    {
        for (int i = 0; i < Outputs.Length; i++)
        {
            File.WriteAllBytes(At(folder, Outputs[i]), set[i]);
        }
    }

    private static int Count(string folder, byte[][] set) => Outputs.Where((name, i) =>
        File.Exists(At(folder, name)) && File.ReadAllBytes(At(folder, name)).AsSpan().SequenceEqual(set[i])).Count();
}
