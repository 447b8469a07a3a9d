using FastSeg.Gpu;

namespace FastSeg.Backends;

/// <summary>Chooses where to compute. A device is opened once for the whole process and kept.</summary>
internal static class BackendChoice
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<BackendKind, GpuBackendFactory> Opened = [];
    private static string? _passedOver;
    private static bool _looked;

    /// <summary>The backend factory for a choice.</summary>
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

    /// <summary>Why a device that is there is not used, where the choice was left to us; null where there is nothing to say.</summary>
    public static string? PassedOver(BackendKind kind) => kind == BackendKind.Auto ? _passedOver : null;

    /// <summary>Ordinal of the CUDA device that a choice takes; null where it takes none.</summary>
    /// <exception cref="FastSegException">CUDA was asked for and cannot be opened.</exception>
    public static int? CudaOrdinal(BackendKind kind) =>
        kind is BackendKind.Auto or BackendKind.Cuda && Choose(kind) is GpuBackendFactory factory
            ? factory.Thread.Device.CudaOrdinal
            : null;

    private static BackendFactory Best()
    {
        if (!_looked)
        {
            _looked = true;
            Look();
        }
        return Opened.TryGetValue(BackendKind.Cuda, out GpuBackendFactory? factory) ? factory : CpuBackendFactory.Instance;
    }

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
                // No GPU at all is no news; one that cannot be used is.
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
