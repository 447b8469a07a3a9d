namespace FastSeg;

/// <summary>What computes features and applies trees.</summary>
public enum BackendKind
{
    /// <summary>The first CUDA device where it can be used, otherwise the CPU.</summary>
    Auto,

    /// <summary>The processor's vector units.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A GPU through OpenCL 2.0 or later with a generic address space.</summary>
    OpenCl,

    /// <summary>The GPU backend on a device that ILGPU simulates on the processor: slow, and meant for tests.</summary>
    Simulated,
}

/// <summary>The names of backends.</summary>
public static class BackendKinds
{
    /// <summary>
    /// The backend's name in lower case, as reports and command lines write it: "auto", "cpu", "cuda", "opencl" or "simulated".
    /// </summary>
    public static string Name(this BackendKind kind) => kind.ToString().ToLowerInvariant();
}
