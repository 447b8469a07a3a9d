using FastSeg.Kernels;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace FastSeg.Gpu;

/// <summary>
/// Owns one of ILGPU's contexts and its accelerator. The thread that opened the device, that of a <c>GpuThread</c>, launches and copies
/// everything.
/// </summary>
internal sealed class GpuDevice : IDisposable
{
    /// <summary>Threads of a warp on the simulated device, and warps of a group. Each thread is one of the operating system's.</summary>
    private const int SimulatedWarp = 32, SimulatedWarps = 4;

    private readonly Context _context;
    private readonly KernelLoader _loader;

    private GpuDevice(BackendKind kind, Context context, Accelerator accelerator, KernelLoader? loader)
    {
        Kind = kind;
        _context = context;
        _loader = loader ?? (kind == BackendKind.Simulated ? KernelLoader.Simulated : new KernelLoader());
        Accelerator = accelerator;
    }

    /// <summary>CUDA, OpenCL or simulated.</summary>
    public BackendKind Kind { get; }

    /// <summary>ILGPU's accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The device's name, as reports write it.</summary>
    public string Name => Kind == BackendKind.Simulated ? "simulated on the CPU" : Accelerator.Name;

    /// <summary>Bytes of the device's memory; the simulated device has as many as the process may use.</summary>
    public long MemoryBytes => Kind == BackendKind.Simulated ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : Accelerator.MemorySize;

    /// <summary>The device's ordinal among CUDA's; null for other kinds.</summary>
    public int? CudaOrdinal => Accelerator is CudaAccelerator cuda ? cuda.DeviceId : null;

    /// <summary>Columns of a two-dimensional group: as many as a warp has threads, so that a warp reads neighbouring pixels.</summary>
    public static int GroupColumns => 32;

    /// <summary>Rows of a two-dimensional group: 8 on a GPU, 4 on the simulated device, whose groups have at most 128 threads.</summary>
    public int GroupRows => _loader.GroupRows ?? (Accelerator.AcceleratorType == AcceleratorType.CPU ? SimulatedWarps : 8);

    /// <summary>Threads of a group, in one dimension or two.</summary>
    public int GroupSize => GroupColumns * GroupRows;

    /// <summary>A launch over <paramref name="depth"/> planes, with a thread for each pixel.</summary>
    public KernelConfig Cover(int width, int height, int depth) => new(
        new Index3D(Groups(width, GroupColumns), Groups(height, GroupRows), depth), new Index3D(GroupColumns, GroupRows, 1));

    /// <summary>Compiles a kernel and returns what launches it.</summary>
    /// <typeparam name="TLaunch">An action of the stream, the grid and the kernel's parameters.</typeparam>
    public TLaunch Load<TLaunch>(Delegate kernel) where TLaunch : Delegate? =>
        (TLaunch)_loader.Load(Accelerator, kernel.Method, typeof(TLaunch));

    /// <summary>Compiles a kernel into what launches it; see <see cref="Load{TLaunch}(Delegate)"/>.</summary>
    public void Load<TLaunch>(Delegate kernel, out TLaunch launch) where TLaunch : Delegate? => launch = Load<TLaunch>(kernel);

    /// <summary>How many groups of <paramref name="size"/> threads have at least <paramref name="count"/> threads together.</summary>
    public static int Groups(int count, int size) => (count + size - 1) / size;

    /// <summary>Opens the first device of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="loader">What compiles its kernels; null for what is usual.</param>
    /// <exception cref="FastSegException">There is none; the sentence says what was found and what would be right.</exception>
    public static GpuDevice Open(BackendKind kind, KernelLoader? loader = null) => kind switch
    {
        BackendKind.Simulated => Open(
            kind, builder => builder.CPU(new CPUDevice(SimulatedWarp, SimulatedWarps, 1)), context => context.CreateCPUAccelerator(0),
            loader),
        BackendKind.Cuda => Open(kind, builder => builder.Cuda(), context => context.CreateCudaAccelerator(0), loader),
        BackendKind.OpenCl => Open(kind, builder => builder.OpenCL(Suits), context => context.CreateCLAccelerator(0), loader),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind is no device."),
    };

    /// <summary>
    /// Opens ILGPU's CPU accelerator, which simulates warps of 32 and groups of up to 128 threads. It is slow, and meant for tests.
    /// </summary>
    public static GpuDevice OpenSimulated() => Open(BackendKind.Simulated);

    /// <summary>Whether an OpenCL device has what ILGPU's code needs: OpenCL C 2.0 and a generic address space.</summary>
    public static bool Suits(CLDevice device) =>
        device.CLStdVersion >= CLBackend.MinimumVersion && device.Capabilities.GenericAddressSpace;

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    private static GpuDevice Open(
        BackendKind kind, Action<Context.Builder> devices, Func<Context, Accelerator> create, KernelLoader? loader)
    {
        GpuLibraries.Resolve();
        Context context = Context.Create(builder => devices(builder.Optimize(OptimizationLevel.O2)));
        try
        {
            // ILGPU gives a context without any device a CPU device of its own, so the kind has to be looked at.
            AcceleratorType type = kind switch
            {
                BackendKind.Cuda => AcceleratorType.Cuda,
                BackendKind.OpenCl => AcceleratorType.OpenCL,
                _ => AcceleratorType.CPU,
            };
            if (!context.Devices.Any(device => device.AcceleratorType == type))
            {
                throw new FastSegException(
                    $"There is no device for the backend {kind.Name()}: {GpuProbe.WhyNone(kind)}", Setting.Backend, "the backend");
            }
            Fma.Register(context);
            GroupBarrier.Register(context);
            return new GpuDevice(kind, context, create(context), loader);
        }
        catch (Exception e) when (GpuErrors.IsDevices(e))
        {
            context.Dispose();
            throw GpuErrors.Sentence(e, $"opening the device for the backend {kind.Name()}");
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }
}
