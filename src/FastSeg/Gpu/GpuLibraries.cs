using System.Runtime.InteropServices;
using ILGPU;

namespace FastSeg.Gpu;

/// <summary>
/// Finds the driver's libraries for ILGPU. It asks for "cuda" and "OpenCL", names that only development packages provide on Linux; drivers
/// install libcuda.so.1 and libOpenCL.so.1.
/// </summary>
internal static class GpuLibraries
{
    private static readonly Lock Gate = new();
    private static bool _resolved;

    /// <summary>The library of NVIDIA's driver.</summary>
    public const string Cuda = "libcuda.so.1";

    /// <summary>The library that loads OpenCL's platforms.</summary>
    public const string OpenCl = "libOpenCL.so.1";

    /// <summary>Makes ILGPU's imports find the libraries. Called before anything of ILGPU; only the first call does something.</summary>
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
