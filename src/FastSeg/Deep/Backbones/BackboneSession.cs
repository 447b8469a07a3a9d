using Microsoft.ML.OnnxRuntime;
using OrtRunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

namespace FastSeg.Deep;

/// <summary>How ONNX Runtime is set up: the one place where a session's options are made.</summary>
internal static class BackboneSession
{
    /// <summary>Opens a network.</summary>
    /// <param name="path">The network's file.</param>
    /// <param name="threads">Threads of ONNX Runtime.</param>
    /// <param name="device">Ordinal of the CUDA device to compute on; null for the CPU.</param>
    /// <param name="onDevice">Whether it does.</param>
    /// <param name="note">Why it does not although a device was named; otherwise null.</param>
    /// <exception cref="OnnxRuntimeException">It is no network.</exception>
    public static InferenceSession Open(string path, int threads, int? device, out bool onDevice, out string? note)
    {
        KeepQuiet();
        note = null;
        if (device is { } ordinal)
        {
            using SessionOptions cuda = Options(threads);
            note = BackboneProvider.TryAdd(cuda, ordinal);
            if (note is null)
            {
                try
                {
                    onDevice = true;
                    return new InferenceSession(path, cuda);
                }
                catch (OnnxRuntimeException e)
                {
                    // Of the device or of the file: if of the file, the CPU fails too.
                    note = BackboneProvider.Failed(e);
                }
            }
        }
        onDevice = false;
        using SessionOptions options = Options(threads);
        return new InferenceSession(path, options);
    }

    /// <summary>
    /// Options of a run. Without <paramref name="keep"/> the memory that it worked in goes back to the system, and to the device, when it ends.
    /// </summary>
    /// <param name="keep">Whether it is kept.</param>
    /// <param name="device">Ordinal of the CUDA device that the session computes on; null for the CPU.</param>
    public static OrtRunOptions RunOptions(bool keep = false, int? device = null)
    {
        var options = new OrtRunOptions();
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
        // A pattern is one block for all of a pass, kept for every size of window that was ever run.
        EnableMemoryPattern = false,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
    };

    /// <summary>ONNX Runtime writes to stderr what its exceptions say already; unless the process set it up otherwise.</summary>
    internal static void KeepQuiet()
    {
        if (!OrtEnv.IsCreated)
        {
            var options = new EnvironmentCreationOptions { logId = "FastSeg", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            OrtEnv.CreateInstanceWithOptions(ref options);
        }
    }
}
