using FastSeg;
using FastSeg.Perf;
using FastSeg.Perf.Drawing;
using FastSeg.Perf.Kit;
using FastSeg.Perf.Memory;

if (args is not ["kit", ..] && args.Contains("--help"))
{
    Console.WriteLine(PerfOptions.Usage);
    return 0;
}
try
{
    if (args is ["kit", .. string[] words])
    {
        return KitProgram.Run(words);
    }
    PerfOptions options = PerfOptions.Parse(args);
    var run = new PerfRun(options, Bounds.Measure(options.Threads));
    foreach ((string name, string value) in Report.Facts(run))
    {
        PerfRun.Note($"{name}: {value}");
    }
    Console.WriteLine();
    Console.WriteLine(Tables.Header);
    foreach (string group in options.Only)
    {
        Action<PerfRun> bench = group switch
        {
            "backbone" => BackboneBench.Run,
            "doors" => LatencyBench.Doors,
            "filters" => FilterBench.Run + (Action<PerfRun>)FeaturePeer.Run,
            "forest" => ForestBench.Run,
            "gpu" => GpuBench.Run,
            "interactive" => BoosterBench.Run + (Action<PerfRun>)InteractiveBench.Run,
            "job" => JobBench.Run + (Action<PerfRun>)SmoothedJobBench.Run + StandardisedJobBench.Run,
            "large" => LargeBench.Run + (Action<PerfRun>)KillBench.Run,
            "latency" => LatencyBench.Run,
            "loop" => LoopBench.Run,
            "memory" => MemoryBench.Run + (Action<PerfRun>)PeakBench.Run,
            "smooth" => SmoothBench.Run,
            "studio" => StudioBench.Run,
            "upsampler" => UpsamplerBench.Run,
            _ => throw new InvalidOperationException(group),
        };
        bench(run);
    }
    Report.Write(run);
    return 0;
}
catch (FastSegException e)
{
    Console.Error.WriteLine($"fastseg perf: {e.Message}");
    return 1;
}
