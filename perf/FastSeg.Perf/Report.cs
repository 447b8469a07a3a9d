using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>What was measured and on what, for files.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The machine and the versions, as name and value.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts(PerfRun run)
    {
        List<(string, string)> facts =
        [
            ("date", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            .. Machine(),
            ("threads", run.Options.Threads.ToString(CultureInfo.InvariantCulture)),
            ("vector bits", VectorPath.Bits.ToString(CultureInfo.InvariantCulture)),
            ("copy bandwidth", string.Create(CultureInfo.InvariantCulture, $"{run.Bounds.BytesPerSecond / 1e9:F1} GB/s read plus written")),
            ("fused multiply-add rate", string.Create(CultureInfo.InvariantCulture, $"{run.Bounds.FlopsPerSecond / 1e9:F0} GFLOP/s")),
            (
                "runs",
                $"fastest of {run.Options.Runs}, of {5 * run.Options.Runs} where one takes less than 50 ms, after two seconds to warm up"),
            .. Versions(),
        ];
        facts.AddRange(run.PeerVersions.Select(peer => (peer.Key, peer.Value)));
        return facts;
    }

    /// <summary>The processor and its memory.</summary>
    public static IEnumerable<(string Name, string Value)> Machine() =>
    [
        ("processor", ProcessorName()),
        ("cores", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ("caches of core 0", Caches()),
        ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB"),
    ];

    /// <summary>The system and the versions of what the engine stands on.</summary>
    public static IEnumerable<(string Name, string Value)> Versions() =>
    [
        ("system", RuntimeInformation.OSDescription),
        (".NET", RuntimeInformation.FrameworkDescription),
        ("FastSeg", FastSegVersion.Text),
        ("libxgboost", XgBoostVersion()),
    ];

    /// <summary>Writes what the options ask for.</summary>
    public static void Write(PerfRun run)
    {
        IReadOnlyList<(string Name, string Value)> facts = Facts(run);
        if (run.Options.Json is { } file)
        {
            File.WriteAllText(file, Json(run, facts));
            PerfRun.Note($"written: {file}");
        }
        if (run.Options.Save)
        {
            string folder = Path.Combine(Repository.Root, "perf", "results", run.Options.Machine ?? MachineName());
            Directory.CreateDirectory(folder);
            string name = run.Options.Only.Count == PerfOptions.Usual.Length ? "all" : string.Join('-', run.Options.Only);
            string stem = Path.Combine(folder, name);
            File.WriteAllText(stem + ".json", Json(run, facts));
            File.WriteAllText(stem + ".md", Tables.Markdown(run, facts));
            PerfRun.Note($"written: {stem}.json and .md");
        }
    }

    private static string Json(PerfRun run, IReadOnlyList<(string Name, string Value)> facts) => JsonSerializer.Serialize(
        new
        {
            Machine = facts.ToDictionary(fact => fact.Name, fact => fact.Value),
            run.Bounds,
            Measurements = run.Measurements.Select(m => new
            {
                m.Group,
                m.Name,
                m.Seconds,
                m.Pixels,
                m.PixelsPerSecond,
                m.BytesPerSecond,
                m.FlopsPerSecond,
                BoundPixelsPerSecond = m.Bound(run.Bounds).PixelsPerSecond,
                BoundBy = m.Bound(run.Bounds).By,
                m.Note,
            }),
            run.Comparisons,
            run.Quantities,
            run.Latencies,
        },
        Indented) + "\n";

    /// <summary>A folder's name: "intel-r-xeon-r-processor-2-cores-avx512".</summary>
    private static string MachineName()
    {
        string vector = VectorPath.Bits == 512 ? "avx512" : "avx2";
        string name = $"{ProcessorName()} {Environment.ProcessorCount} cores {vector}".ToLowerInvariant();
        string[] words = new string([.. name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('-', words);
    }

    private static string XgBoostVersion()
    {
        try
        {
            return XgBoost.Version.ToString();
        }
        catch (FastSegException)
        {
            return "none";
        }
    }

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string Caches()
    {
        const string Folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(Folder))
        {
            return "not known";
        }
        string Read(string index, string name) => File.ReadAllText(Path.Combine(index, name)).Trim();
        return string.Join(", ", Directory.GetDirectories(Folder, "index*").Order()
            .Select(index => $"L{Read(index, "level")} {Read(index, "type")} {Read(index, "size")}"));
    }
}
