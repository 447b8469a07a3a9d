using System.Collections.Concurrent;
using FastSeg.Native;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace FastSeg.Gpu;

/// <summary>
/// The one thread that owns a device: it opens it, launches and copies, and disposes it. A device's context is current on this thread
/// only, so that libraries which use another context (XGBoost, ONNX Runtime) never meet it. Jobs alternate between two streams: while the
/// kernels of one run, pixels of the other go up or its labels come down.
/// </summary>
internal sealed class GpuThread : IDisposable
{
    /// <summary>Number of streams; each has a slot of the arena.</summary>
    public const int Slots = 2;

    /// <summary>
    /// How often the thread looks at a busy device, for a few microseconds each time, before it naps a millisecond between two looks.
    /// </summary>
    private const int LooksBeforeNaps = 500;

    private readonly BlockingCollection<GpuJob> _queue = [];
    private readonly Thread _thread;
    private readonly AcceleratorStream[] _streams = new AcceleratorStream[Slots];

    /// <summary>Jobs in the streams, the oldest first; at most one a stream.</summary>
    private readonly Queue<(GpuJob Job, int Slot)> _running = new();

    private GpuDevice? _device;
    private int _nextSlot;
    private int _looks;

    /// <summary>Starts the thread and opens the device.</summary>
    /// <param name="kind">The kind of device.</param>
    /// <param name="loader">What compiles its kernels; null for what is usual.</param>
    /// <exception cref="FastSegException">There is no such device.</exception>
    public GpuThread(BackendKind kind, KernelLoader? loader = null)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = $"FastSeg {kind} device" };
        _thread.Start();
        try
        {
            Invoke(_ =>
            {
                _device = GpuDevice.Open(kind, loader);
                for (int i = 0; i < Slots; i++)
                {
                    _streams[i] = _device.Accelerator.CreateStream();
                }
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The device; only its thread may launch and allocate with it.</summary>
    public GpuDevice Device => _device!;

    /// <summary>Runs an action on the thread while no job is on the device, and waits for it.</summary>
    public void Invoke(Action<GpuDevice> action)
    {
        using var call = new Call(action, this);
        Run(call);
    }

    /// <summary>Runs a job and waits for it. Several threads may call at once; then several jobs are on their way.</summary>
    public void Run(GpuJob job)
    {
        job.Begin();
        _queue.Add(job);
        job.Wait();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Loop()
    {
        while (Next(out GpuJob? job))
        {
            if (job is not null)
            {
                Start(job);
            }
            while (_running.Count > 0 && ShouldFinish)
            {
                Finish();
            }
        }
        foreach (AcceleratorStream? stream in _streams)
        {
            stream?.Dispose();
        }
        _device?.Dispose();
    }

    /// <summary>
    /// Takes the next job. While the device works it does not wait for one, so that the end of the work is seen, and may return without a
    /// job.
    /// </summary>
    /// <returns>False when there will be no more jobs.</returns>
    private bool Next(out GpuJob? job)
    {
        if (_running.Count == 0)
        {
            _looks = 0;
            return _queue.TryTake(out job, Timeout.Infinite);
        }
        // A small image is done in less than the shortest nap; but a long tile must not keep a core busy with looking.
        if (!_queue.TryTake(out job, _looks++ < LooksBeforeNaps ? 0 : 1))
        {
            Thread.Yield();
        }
        return true;
    }

    /// <summary>
    /// Whether to wait for the oldest job now: because its slot is needed, or because it is done. ILGPU cannot ask a stream, so CUDA's
    /// driver is asked; on other devices the thread waits as soon as there is nothing else to start.
    /// </summary>
    private bool ShouldFinish => _running.Count == Slots || (_device!.Kind == BackendKind.Cuda ? IsDone() : _queue.Count == 0);

    /// <summary>Puts a job into the next stream, or runs an action once the device is idle.</summary>
    private void Start(GpuJob job)
    {
        if (job is Call)
        {
            while (_running.Count > 0)
            {
                Finish();
            }
            job.End(Try(() => job.Enqueue(null!, 0)));
            return;
        }
        int slot = _nextSlot;
        Exception? failure = Try(() => job.Enqueue(_streams[slot], slot));
        if (failure is not null)
        {
            job.End(failure);
            return;
        }
        _nextSlot = (slot + 1) % Slots;
        _running.Enqueue((job, slot));
    }

    /// <summary>Waits for the oldest job and ends it.</summary>
    private void Finish()
    {
        (GpuJob job, int slot) = _running.Dequeue();
        job.End(Try(_streams[slot].Synchronize));
    }

    /// <summary>Whether the oldest job's stream has no work left, or its device has failed: waiting will say which.</summary>
    private bool IsDone() =>
        CudaDriver.StreamQuery(((CudaStream)_streams[_running.Peek().Slot]).StreamPtr) != CudaDriver.NotReady;

    /// <summary>Runs an action and returns what it threw, a device's failure as a sentence.</summary>
    private static Exception? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (GpuErrors.IsDevices(e))
        {
            return GpuErrors.Sentence(e, "computing");
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>An action that runs alone on the device.</summary>
    private sealed class Call(Action<GpuDevice> action, GpuThread thread) : GpuJob
    {
        public override void Enqueue(AcceleratorStream stream, int slot) => action(thread._device!);
    }
}
