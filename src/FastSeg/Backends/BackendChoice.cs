using FastSeg.Gpu;

namespace FastSeg.Backends;

/// <summary>Chooses what computes. A device is opened once for the whole process and kept.</summary>
internal static class BackendChoice
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<BackendKind, GpuBackendFactory> Opened = [];
    private static string? _passedOver;
    private static bool _looked;

    /// <summary>The factory of the backend of a kind; with auto, of the best one there is.</summary>
    /// <exception cref="FastSegException">The device that was asked for is not there or cannot be opened.</exception>
    public static BackendFactory Choose(BackendKind kind)
    {
        if (kind == BackendKind.Cpu)
        {
            return CpuBackendFactory.Instance;
        }
        lock (Gate)
        {
            return kind == BackendKind.Auto ? Best() : Open(kind);
        }
    }

    /// <summary>
    /// Why an existing device is not used with auto; null for other kinds, where there is nothing to say, or before auto was ever chosen.
    /// </summary>
    public static string? PassedOver(BackendKind kind) => kind == BackendKind.Auto ? _passedOver : null;

    /// <summary>Ordinal of the CUDA device that computes for a kind; null where none does.</summary>
    /// <exception cref="FastSegException">CUDA was asked for and cannot be opened.</exception>
    public static int? CudaOrdinal(BackendKind kind) =>
        kind is BackendKind.Auto or BackendKind.Cuda && Choose(kind) is GpuBackendFactory factory
            ? factory.Thread.Device.CudaOrdinal
            : null;

    /// <summary>The CUDA device where it can be used, otherwise the CPU. Devices are looked for at the first call only.</summary>
    private static BackendFactory Best()
    {
        if (!_looked)
        {
            _looked = true;
            Look();
        }
        return Opened.TryGetValue(BackendKind.Cuda, out GpuBackendFactory? factory) ? factory : CpuBackendFactory.Instance;
    }

    /// <summary>Opens the first CUDA device, or notes why an existing one is passed over.</summary>
    private static void Look()
    {
        if (!GpuLibraries.Exists(GpuLibraries.Cuda))
        {
            return;
        }
        GpuFound device = GpuProbe.Run().First(found => found.Backend == BackendKind.Cuda);
        try
        {
            if (device.PassedOver.Length > 0)
            {
                // Only a GPU that exists and cannot be used is worth a sentence; a machine without one is not.
                _passedOver = device.Exists ? $"{device.Name} is not used: {device.PassedOver} The CPU computes." : null;
                return;
            }
            Open(BackendKind.Cuda);
        }
        catch (FastSegException e)
        {
            _passedOver = $"{device.Name} is not used: {e.Message} The CPU computes.";
        }
    }

    private static GpuBackendFactory Open(BackendKind kind)
    {
        if (!Opened.TryGetValue(kind, out GpuBackendFactory? factory))
        {
            Opened.Add(kind, factory = new GpuBackendFactory(kind));
        }
        return factory;
    }
}
