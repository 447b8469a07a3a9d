using System.Collections.Concurrent;
using FastSeg.Native;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace FastSeg.Gpu;

/// <summary>
/// The one thread that owns a device: opens it, launches and copies, and disposes it. A device's context is current on this thread only,
/// so that libraries that use another context (XGBoost, ONNX Runtime) never meet it. Jobs alternate between two streams: while one's
/// kernels run, the other's pixels go up or its labels come down.
/// </summary>
internal sealed class GpuThread : IDisposable
{
    /// <summary>Streams, and halves of an arena.</summary>
    public const int Halves = 2;

    /// <summary>Looks at a busy device, a few microseconds each, before the thread naps a millisecond between them.</summary>
    private const int LooksBeforeNaps = 500;

    private readonly BlockingCollection<GpuJob> _queue = [];
    private readonly Thread _thread;
    private readonly AcceleratorStream[] _streams = new AcceleratorStream[Halves];
    private readonly Queue<(GpuJob Job, int Half)> _running = new();
    private GpuDevice? _device;
    private int _nextHalf;
    private int _looks;

    /// <summary>Starts the thread and opens the device.</summary>
    /// <exception cref="FastSegException">There is no such device.</exception>
    public GpuThread(BackendKind kind)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = $"FastSeg {kind} device" };
        _thread.Start();
        try
        {
            Invoke(_ =>
            {
                _device = GpuDevice.Open(kind);
                for (int i = 0; i < Halves; i++)
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

    /// <summary>The device; what it launches and allocates belongs on its thread.</summary>
    public GpuDevice Device => _device!;

    /// <summary>Runs something on the thread, alone on the device, and waits for it.</summary>
    public void Invoke(Action<GpuDevice> action)
    {
        using var call = new Call(action, this);
        Run(call);
    }

    /// <summary>Runs a job and waits for it. From several threads, several jobs are on their way.</summary>
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
            while (_running.Count > 0 && FinishNow)
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

    /// <summary>The next job; none for a moment while the device works, so that its end is seen. False when there will be none.</summary>
    private bool Next(out GpuJob? job)
    {
        if (_running.Count == 0)
        {
            _looks = 0;
            return _queue.TryTake(out job, Timeout.Infinite);
        }
        // A small image is done in less than the shortest nap; a long tile need not keep a core busy.
        if (!_queue.TryTake(out job, _looks++ < LooksBeforeNaps ? 0 : 1))
        {
            Thread.Yield();
        }
        return true;
    }

    /// <summary>
    /// Whether the oldest job is waited for now: its half is needed, or it is done. ILGPU cannot ask a stream; CUDA's driver is asked,
    /// and elsewhere the thread waits as soon as there is nothing else to start.
    /// </summary>
    private bool FinishNow => _running.Count == Halves || (_device!.Kind == BackendKind.Cuda ? IsDone() : _queue.Count == 0);

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
        int half = _nextHalf;
        Exception? failure = Try(() => job.Enqueue(_streams[half], half));
        if (failure is not null)
        {
            job.End(failure);
            return;
        }
        _nextHalf = (half + 1) % Halves;
        _running.Enqueue((job, half));
    }

    /// <summary>Waits for the oldest job.</summary>
    private void Finish()
    {
        (GpuJob job, int half) = _running.Dequeue();
        job.End(Try(_streams[half].Synchronize));
    }

    private bool IsDone() => CudaDriver.StreamQuery(((CudaStream)_streams[_running.Peek().Half]).StreamPtr) != CudaDriver.NotReady;

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

    /// <summary>Something else than a tile.</summary>
    private sealed class Call(Action<GpuDevice> action, GpuThread thread) : GpuJob
    {
        public override void Enqueue(AcceleratorStream stream, int half) => action(thread._device!);
    }
}
