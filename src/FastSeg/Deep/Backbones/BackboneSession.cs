using FastSeg.Native;
using Microsoft.ML.OnnxRuntime;

namespace FastSeg.Deep.Backbones;

/// <summary>A network opened in ONNX Runtime. This is the one place where options of sessions and runs are made.</summary>
/// <param name="Inference">ONNX Runtime's session.</param>
/// <param name="Device">Ordinal of the CUDA device that computes; null for the CPU.</param>
/// <param name="Note">Why the CPU computes although a device was named; otherwise null.</param>
internal sealed record BackboneSession(InferenceSession Inference, int? Device, string? Note)
{
    /// <summary>Opens a network.</summary>
    /// <param name="path">The network's file.</param>
    /// <param name="threads">Threads of ONNX Runtime.</param>
    /// <param name="device">Ordinal of the CUDA device to compute on; null for the CPU.</param>
    /// <exception cref="OnnxRuntimeException">It is no network.</exception>
    public static BackboneSession Open(string path, int threads, int? device)
    {
        KeepQuiet();
        string? note = null;
        if (device is { } ordinal)
        {
            using SessionOptions cuda = Options(threads);
            note = BackboneProvider.TryAdd(cuda, ordinal);
            if (note is null)
            {
                try
                {
                    return new BackboneSession(new InferenceSession(path, cuda), device, null);
                }
                catch (OnnxRuntimeException e)
                {
                    // Either the device or the file is at fault. If it is the file, the CPU below fails too.
                    note = BackboneProvider.Failed(e);
                }
            }
        }
        using SessionOptions options = Options(threads);
        return new BackboneSession(new InferenceSession(path, options), null, note);
    }

    /// <summary>Opens a network that lies in memory, on the CPU.</summary>
    /// <param name="network">The bytes of an ONNX file.</param>
    /// <param name="threads">Threads of ONNX Runtime.</param>
    /// <param name="optimised">Whether ONNX Runtime may rewrite the graph.</param>
    /// <exception cref="OnnxRuntimeException">It is no network.</exception>
    public static InferenceSession OpenBytes(byte[] network, int threads, bool optimised)
    {
        KeepQuiet();
        using SessionOptions options = Options(threads);
        if (!optimised)
        {
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        }
        return new InferenceSession(network, options);
    }

    /// <summary>
    /// Options of a run. Unless <paramref name="keep"/> is set, the memory that the run worked in goes back to the system, and to the
    /// device, when it ends.
    /// </summary>
    /// <param name="keep">Whether the memory is kept for another run.</param>
    /// <param name="device">Ordinal of the CUDA device that the session computes on; null for the CPU.</param>
    public static RunOptions PassOptions(bool keep = false, int? device = null)
    {
        var options = new RunOptions();
        if (!keep)
        {
            options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", device is { } ordinal ? $"cpu:0;gpu:{ordinal}" : "cpu:0");
        }
        return options;
    }

    private static SessionOptions Options(int threads) => new()
    {
        IntraOpNumThreads = threads,
        InterOpNumThreads = 1,
        // A memory pattern is one block for all of a pass, and ONNX Runtime would keep one for every size of window it ever ran.
        EnableMemoryPattern = false,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
    };

    /// <summary>
    /// Keeps ONNX Runtime from writing to stderr what its exceptions say already, and from telling its makers what is run on this machine,
    /// unless the process has set it up otherwise. This is the first call of ONNX Runtime, whichever way leads to it. Since version 1.29
    /// its Linux library keeps a number for the machine and the names and hashes of networks in <c>~/.cache/Microsoft</c> and sends them to
    /// Microsoft, unless <c>ORT_DISABLE_TELEMETRY</c> is set before it is created. What the user has set is kept.
    /// </summary>
    /// <exception cref="FastSegException">The program was shipped without ONNX Runtime's native library.</exception>
    internal static void KeepQuiet()
    {
        try
        {
            if (!OrtEnv.IsCreated)
            {
                NativeEnvironment.Suggest("ORT_DISABLE_TELEMETRY", "1");
                var options = new EnvironmentCreationOptions { logId = "FastSeg", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                OrtEnv created = OrtEnv.CreateInstanceWithOptions(ref options);
                if (OperatingSystem.IsWindows())
                {
                    // There the variable cannot be set from here.
                    created.DisableTelemetryEvents();
                }
            }
        }
        catch (Exception e) when (MissingLibrary.Explains(e))
        {
            throw new FastSegException(
                "Deep features need ONNX Runtime, whose native library is not here; add the package FastSeg.Deep to the program.", e);
        }
    }
}
