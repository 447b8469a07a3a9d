using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf.Kit;

/// <summary>The same work in PyTorch on the same GPU, where it is there.</summary>
internal static class PeerStep
{
    private const string Script = "torch_peer.py";

    /// <summary>Ends well where PyTorch is installed, without loading it.</summary>
    private const string Asks = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)";

    public static void Run(StepWork work)
    {
        string[] pythons = [.. work.Find("python3")];
        if (pythons.Length == 0)
        {
            work.Found.CannotDo("PyTorch: there is no python3.");
            return;
        }
        // The first python3 need not be the one that has PyTorch.
        work.Waiting = pythons.Length;
        string python = Array.Find(pythons, candidate => work.Run($"{candidate}: PyTorch", candidate, ["-c", Asks]) is { Code: 0 })
            ?? pythons[0];
        work.Waiting = 0;
        string device = work.Settings.Simulated ? "cpu" : "cuda";
        string script = KitFolder.Here?.File("peers", Script) ?? Path.Combine(Repository.Root, "tools", "gpu-kit", Script);
        if (work.Run("PyTorch", python, [script, "--device", device]) is not { } ended)
        {
            return;
        }
        foreach (string line in ended.Output.Split('\n').Where(line => line.StartsWith('{')))
        {
            Take(work, JsonDocument.Parse(line).RootElement);
        }
        if (ended.Code == 3)
        {
            work.Found.CannotDo($"PyTorch: {ended.LastLine}");
        }
        else if (ended.Code is not (0 or null))
        {
            work.Found.Fail($"PyTorch's script ended with exit code {ended.Code}: {ended.LastLine}");
        }
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo("PyTorch's times: where a simulation stands in for a GPU, it only went through its script on the CPU.");
        }
    }

    private static void Take(StepWork work, JsonElement line)
    {
        if (line.TryGetProperty("note", out JsonElement note))
        {
            work.Found.Note(note.GetString()!);
            return;
        }
        double seconds = line.GetProperty("seconds").GetDouble(), pixels = line.GetProperty("pixels").GetDouble();
        bool counts = !work.Settings.Simulated;
        string Text(double value) => counts ? value.ToString("0.000", CultureInfo.InvariantCulture) : "";
        work.Found.Row(
            "PyTorch", ["what", "size", "ms", "Gpx/s"], line.GetProperty("what").GetString()!, line.GetProperty("size").GetString()!,
            Text(1e3 * seconds), Text(pixels / seconds / 1e9));
    }
}
