using System.Runtime.InteropServices;
using ILGPU;

namespace FastSeg.Gpu;

/// <summary>
/// Where ILGPU finds the driver's libraries. It asks for "cuda" and "OpenCL", which on Linux only development packages provide; drivers
/// install libcuda.so.1 and libOpenCL.so.1.
/// </summary>
internal static class GpuLibraries
{
    private static readonly Lock Gate = new();
    private static bool _resolved;

    /// <summary>The driver's library of NVIDIA GPUs.</summary>
    public const string Cuda = "libcuda.so.1";

    /// <summary>The loader of OpenCL platforms.</summary>
    public const string OpenCl = "libOpenCL.so.1";

    /// <summary>Tells ILGPU, once.</summary>
    public static void Resolve()
    {
        lock (Gate)
        {
            if (!_resolved)
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, _, _) => Load(name));
                _resolved = true;
            }
        }
    }

    /// <summary>Whether a library can be loaded.</summary>
    public static bool Exists(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            return false;
        }
        NativeLibrary.Free(handle);
        return true;
    }

    private static nint Load(string name)
    {
        string? file = name switch { "cuda" => Cuda, "OpenCL" => OpenCl, _ => null };
        return file is not null && NativeLibrary.TryLoad(file, out nint handle) ? handle : 0;
    }
}
