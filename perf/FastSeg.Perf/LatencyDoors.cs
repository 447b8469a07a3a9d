using System.Diagnostics;
using System.Globalization;

namespace FastSeg.Perf;

/// <summary>The same frames through C and Python, each in a fresh process; their results are compared with C#'s.</summary>
internal static class LatencyDoors
{
    /// <summary>Side of frames so small that the call itself is most of their time.</summary>
    private const int SmallSide = 16;

    /// <summary>Most seconds that a door may add to a call, and that a fresh process may take to its first labels.</summary>
    private const double CMost = 30e-6, PythonMost = 100e-6, FirstMost = 0.6;

    public static void Run(PerfRun run, Model dense, int side)
    {
        string library = Path.Combine(Repository.Root, "out", "library");
        if (!File.Exists(Path.Combine(library, "lib", "libfastseg.so")))
        {
            PerfRun.Note($"latency: C and Python are left out, there is no {library}; run tools/publish.sh --library");
            return;
        }
        using var folder = new ScratchFolder();
        string model = folder.File("dense.fastseg");
        dense.Save(model);
        (string Door, string[] Command, double Most)[] doors =
        [
            ("C", [Compile(folder, library)], CMost),
            ("Python", ["/usr/bin/python3", Path.Combine(Repository.Root, "perf", "doors", "latency.py")], PythonMost),
        ];
        Latency small = LatencyBench.Segment(run, "dense", dense, SmallSide, SampleType.UInt8);
        run.Add(small);
        foreach ((string door, string[] command, double most) in doors)
        {
            Latency? Time(string what, string argument, int frameSide, SampleType type) => Call(
                run, folder, library, door, command, LatencyBench.Name(what, frameSide, type), argument, frameSide, type);
            if (Time("segment, dense", model, SmallSide, SampleType.UInt8) is not { } called)
            {
                continue;
            }
            run.Add(called);
            run.Add(new Quantity("latency", $"{door} adds to a call", 1e6 * (called.Median - small.Median), "us")
            {
                Goal = Goal.AtMost(1e6 * most),
            });
            foreach (SampleType type in (SampleType[])[SampleType.UInt8, SampleType.UInt16])
            {
                if (Time("features", "features", side, type) is { } features)
                {
                    run.Add(features);
                }
                if (Time("segment, dense", model, side, type) is { } segment)
                {
                    run.Add(segment);
                }
            }
        }
    }

    /// <summary>How many bytes of a door's result are others than those of the same frame through a session here.</summary>
    private static double Differences(PerfRun run, string what, int side, SampleType type, string result)
    {
        byte[] theirs = File.ReadAllBytes(result);
        var options = new FrameOptions { Threads = run.Options.Threads, Backend = BackendKind.Cpu };
        using var session = what == "features"
            ? SegmentationSession.OfFeatures(FeatureSpec.Paper, new FrameShape(side, side, type), options)
            : new SegmentationSession(Model.Load(what), new FrameShape(side, side, type), options);
        bool features = session.Model is null;
        long bytes = (long)side * side * (features ? session.PlaneNames.Count * sizeof(float) : 1);
        using var frames = new LatencyFrames(side, type, bytes);
        if (features)
        {
            session.Features(frames.Frame, frames.Planes);
        }
        else
        {
            session.Segment(frames.Frame, frames.Labels);
        }
        byte[] ours = frames.Result(theirs.Length);
        return ours.Zip(theirs).Count(pair => pair.First != pair.Second);
    }

    /// <summary>Compiles the C program.</summary>
    private static string Compile(ScratchFolder folder, string library)
    {
        string program = folder.File("latency"), libraries = Path.Combine(library, "lib");
        string[] arguments =
        [
            "-std=c99", "-O2", "-Wall", "-Werror", "-I", Path.Combine(library, "include"),
            Path.Combine(Repository.Root, "perf", "doors", "latency.c"), "-o", program,
            "-L", libraries, "-lfastseg", $"-Wl,-rpath,{libraries}",
        ];
        using Process compiler = Process.Start(new ProcessStartInfo("cc", arguments))!;
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? program : throw new FastSegException("perf/doors/latency.c does not compile with cc.");
    }

    /// <summary>Runs a door's program; null with a note where it fails.</summary>
    private static Latency? Call(
        PerfRun run, ScratchFolder folder, string library, string door, string[] command, string name, string what, int side,
        SampleType type)
    {
        using var frames = new LatencyFrames(side, type, 1);
        string frame = folder.File("frame.raw"), result = folder.File("result.raw");
        frames.Save(frame);
        string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["FASTSEG_LIBRARY"] = library,
                ["PYTHONPATH"] = Path.Combine(Repository.Root, "src", "python"),
            },
        };
        foreach (string argument in (string[])[
            .. command[1..], what, Number(side), type.Name(), frame, result, Number(LatencyClock.Most), Number(LatencyClock.Limit),
            Number(run.Options.Threads)])
        {
            start.ArgumentList.Add(argument);
        }
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string? firstLine = process.StandardOutput.ReadLine();
        double fresh = Stopwatch.GetElapsedTime(started).TotalSeconds;
        string[] lines = [.. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        process.WaitForExit();
        if (process.ExitCode != 0 || firstLine is null)
        {
            PerfRun.Note($"latency: {door} is left out: {errors.Result.Trim().Split('\n')[^1]}");
            return null;
        }
        if (what != "features" && side > SmallSide)
        {
            run.Add(new Quantity("latency", $"{door}, a fresh process to its first labels of {name}", fresh, "s")
            {
                Goal = door == "C" ? Goal.AtMost(FirstMost) : null,
            });
        }
        double different = Differences(run, what, side, type, result);
        run.Add(new Quantity("latency", $"{door}, bytes that differ from C#'s: {name}", different, "bytes") { Goal = Goal.AtMost(0) });
        double Value(string line) => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
        return new Latency(name, door, [.. lines.Skip(1).Select(Value).Order()]) { SetUp = Value(lines[0]), First = Value(firstLine) };
    }
}
