using System.Globalization;
using FastSeg.Native;
using FastSeg.Tests.Deep.Upsamplers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FastSeg.Perf;

/// <summary>ONNX Runtime on the same network and input as ours, inputs and outputs bound to buffers of ours.</summary>
/// <remarks>
/// At some sizes the two do not agree although ours equals PyTorch's: for the nearest cell ONNX Runtime divides by the rounded ratio of
/// the sizes, where PyTorch multiplies by its inverse. At 1008 pixels and patches of 14, 63 cells become 72: cell 8 is 8 / 1.1428572 =
/// 6.9999995 there and 8 x 0.875 = 7 in PyTorch. At 504 pixels nothing of the kind happens, and they agree to 1e-5.
/// </remarks>
internal sealed unsafe class UpsamplerPeer : IDisposable
{
    private readonly UpsamplerCase _network;
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly Microsoft.ML.OnnxRuntime.RunOptions _runOptions = new();
    private readonly HostBuffer[] _buffers;
    private readonly OrtValue[] _values;

    private UpsamplerPeer(UpsamplerCase network, string file, int threads)
    {
        _network = network;
        _options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        _session = new InferenceSession(file, _options);
        _binding = _session.CreateIoBinding();
        long[][] shapes =
        [
            [1, 3, network.Height, network.Width],
            [1, network.ChannelsIn, network.LowHeight, network.LowWidth],
            [1, network.ChannelsOut, network.Height, network.Width],
        ];
        _buffers = [.. shapes.Select(shape => new HostBuffer(shape.Aggregate((a, b) => a * b) * sizeof(float)))];
        Guidance(network).CopyTo(new Span<float>(_buffers[0].Pointer, checked((int)(_buffers[0].Length / sizeof(float)))));
        network.Features.CopyTo(new Span<float>(_buffers[1].Pointer, checked((int)(_buffers[1].Length / sizeof(float)))));
        _values = [.. shapes.Select((shape, i) => Value((float*)_buffers[i].Pointer, shape))];
        _binding.BindInput("guidance", _values[0]);
        _binding.BindInput("features", _values[1]);
        _binding.BindOutput("result", _values[2]);
    }

    /// <summary>Opens the network at its size, exported first where it is not there yet; null, with a note, where that fails.</summary>
    public static UpsamplerPeer? Open(PerfRun run, UpsamplerCase network)
    {
        string folder = Path.Combine(Repository.Root, "out");
        string file = Path.Combine(folder, $"upsampler-{network.ChannelsIn}-{network.Height}x{network.Width}.onnx");
        Directory.CreateDirectory(folder);
        string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
        if (!File.Exists(file) && Python.Run(
            run, "upsampler.py", "onnx", "--channels", Text(network.ChannelsIn),
            "--height", Text(network.Height), "--width", Text(network.Width), "-o", file) is null)
        {
            return null;
        }
        run.PeerVersions["ONNX Runtime"] = OrtEnv.Instance().GetVersionString();
        return new UpsamplerPeer(network, file, run.Options.Threads);
    }

    /// <summary>One pass.</summary>
    public void Run() => _session.RunWithBinding(_runOptions, _binding);

    /// <summary>Reports its time beside ours, and whether the results agree.</summary>
    public void Add(PerfRun run, Measurement ours, double seconds, HostBuffer result, Goal? goal)
    {
        run.Add(new Measurement(
            "upsampler",
            $"  ONNX Runtime, {_network.ChannelsIn} at {_network.Height}",
            seconds,
            ours.Pixels)
        {
            FlopsPerPixel = ours.FlopsPerPixel,
        });
        run.Add(new Comparison(
            ours.Name, "ONNX Runtime", ours.PixelsPerSecond, ours.Pixels / seconds, Agreement(result, _buffers[2]))
        {
            Goal = goal,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runOptions.Dispose();
        _binding.Dispose();
        _session.Dispose();
        _options.Dispose();
        Array.ForEach(_values, value => value.Dispose());
        Array.ForEach(_buffers, buffer => buffer.Dispose());
    }

    private static OrtValue Value(float* data, long[] shape)
    {
        long bytes = shape.Aggregate((a, b) => a * b) * sizeof(float);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)data, bytes);
    }

    private static float[] Guidance(UpsamplerCase network)
    {
        float[] guidance = network.Image;
        int plane = network.Height * network.Width;
        for (int i = 0; i < guidance.Length; i++)
        {
            guidance[i] = (guidance[i] - network.Config.GuidanceMean[i / plane]) / network.Config.GuidanceStd[i / plane];
        }
        return guidance;
    }

    private static string Agreement(HostBuffer ours, HostBuffer theirs)
    {
        long count = ours.Length / sizeof(float);
        float* a = (float*)ours.Pointer, b = (float*)theirs.Pointer;
        float least = float.MaxValue, most = float.MinValue, worst = 0;
        for (long i = 0; i < count; i++)
        {
            (least, most) = (Math.Min(least, b[i]), Math.Max(most, b[i]));
            worst = float.IsNaN(a[i]) ? float.PositiveInfinity : Math.Max(worst, Math.Abs(a[i] - b[i]));
        }
        double part = worst / (most - least);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(part <= 1e-4 ? "agree" : "differ (see UpsamplerPeer)")}: largest difference {part:E1} of the range");
    }
}
