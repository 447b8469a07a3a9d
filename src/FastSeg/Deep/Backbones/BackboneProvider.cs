using FastSeg.Deep.Backbones;
using FastSeg.Files;
using Microsoft.ML.OnnxRuntime;

namespace FastSeg;

/// <summary>ONNX Runtime's CUDA provider, where this build has one and the machine can load it.</summary>
public static class BackboneProvider
{
    private const string Cuda = "CUDAExecutionProvider";

    /// <summary>
    /// Without TF32, whose products keep 10 of a float's 23 bits. Memory is taken as it is needed, not in doubling steps, and given back
    /// after a pass.
    /// </summary>
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["use_tf32"] = "0",
        ["arena_extend_strategy"] = "kSameAsRequested",
    };

    /// <summary>Which ONNX Runtime there is, and whether it computes on a GPU here.</summary>
    /// <param name="device">Ordinal of the CUDA device; null where there is none.</param>
    public static string Describe(int? device)
    {
        BackboneSession.KeepQuiet();
        string name = $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}";
        if (device is { } ordinal)
        {
            return WhyNot(ordinal) ?? $"{name} with its CUDA provider: the transformer runs on the GPU.";
        }
        string provider = InBuild ? " with its CUDA provider, for which there is no GPU" : ", built without its CUDA provider";
        return $"{name}{provider}: the transformer runs on the CPU.";
    }

    /// <summary>Makes a session compute on a device.</summary>
    /// <param name="options">The session's options.</param>
    /// <param name="device">Ordinal of the CUDA device.</param>
    /// <returns>Null, or why the CPU computes, as a sentence.</returns>
    internal static string? TryAdd(SessionOptions options, int device)
    {
        BackboneSession.KeepQuiet();
        if (!InBuild)
        {
            return OnCpu("was built without its CUDA provider; -p:OnnxRuntimePackage=Microsoft.ML.OnnxRuntime.Gpu builds with it");
        }
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>(Settings) { ["device_id"] = $"{device}" });
            options.AppendExecutionProvider_CUDA(cuda);
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            return Failed(e);
        }
    }

    /// <summary>The sentence for a provider that is in the build and fails.</summary>
    internal static string Failed(OnnxRuntimeException e) =>
        OnCpu($"cannot use its CUDA provider, which needs CUDA 13 and cuDNN 9 ({Reason(e.Message)})");

    /// <summary>The end of a message of ONNX Runtime, which says the reason; in front it names source lines and classes.</summary>
    internal static string Reason(string message)
    {
        string line = InputFile.OneLine(message);
        foreach (string mark in (string[])[" with error: ", " : FAIL : ", " : EP_FAIL : "])
        {
            int at = line.LastIndexOf(mark, StringComparison.Ordinal);
            if (at >= 0)
            {
                return line[(at + mark.Length)..];
            }
        }
        return line;
    }

    private static bool InBuild => OrtEnv.Instance().GetAvailableProviders().Contains(Cuda);

    private static string? WhyNot(int device)
    {
        using var options = new SessionOptions();
        return TryAdd(options, device);
    }

    private static string OnCpu(string why) =>
        $"The transformer runs on the CPU: ONNX Runtime {OrtEnv.Instance().GetVersionString()} {why}.";
}
