using Microsoft.ML.OnnxRuntime;
using OrtRunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

namespace FastSeg.Deep;

/// <summary>How ONNX Runtime is set up: the one place where a session's options are made.</summary>
internal static class BackboneSession
{
    /// <summary>Opens a network.</summary>
    /// <param name="path">The network's file.</param>
    /// <param name="threads">Threads of ONNX Runtime.</param>
    public static InferenceSession Open(string path, int threads)
    {
        KeepQuiet();
        using SessionOptions options = Options(threads);
        return new InferenceSession(path, options);
    }

    /// <summary>Options of a run. Without <paramref name="keep"/> the memory that it worked in goes back to the system when it ends.</summary>
    public static OrtRunOptions RunOptions(bool keep = false)
    {
        var options = new OrtRunOptions();
        if (!keep)
        {
            options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
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
    private static void KeepQuiet()
    {
        if (!OrtEnv.IsCreated)
        {
            var options = new EnvironmentCreationOptions { logId = "FastSeg", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            OrtEnv.CreateInstanceWithOptions(ref options);
        }
    }
}
