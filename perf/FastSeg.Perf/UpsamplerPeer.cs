using System.Globalization;
using FastSeg.Native;
using FastSeg.Tests.Deep;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FastSeg.Perf;

/// <summary>ONNX Runtime on the same network and input as ours, inputs and outputs bound to buffers of ours.</summary>
/// <remarks>
/// At some sizes the two do not agree although ours equals PyTorch's: for the nearest cell ONNX Runtime divides by the rounded ratio of
/// the sizes, where PyTorch multiplies by its inverse. At 1008 pixels and patches of 14, 63 cells become 72: cell 8 is 8 / 1.1428572 =
/// 6.9999995 there and 8 x 0.875 = 7 in PyTorch. At 504 pixels nothing of the kind happens, and they agree to 1e-5.
/// </remarks>
internal static unsafe class UpsamplerPeer
{
    public static void Run(PerfRun run, UpsamplerCase network, Measurement ours, HostBuffer result, Goal? goal)
    {
        string folder = Path.Combine(Repository.Root, "out");
        string file = Path.Combine(folder, $"upsampler-{network.ChannelsIn}-{network.Height}x{network.Width}.onnx");
        Directory.CreateDirectory(folder);
        string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
        if (!File.Exists(file) && Python.Run(
            run, "upsampler.py", "onnx", "--channels", Text(network.ChannelsIn), "--height", Text(network.Height), "--width", Text(network.Width), "-o", file) is null)
        {
            return;
        }
        run.PeerVersions["ONNX Runtime"] = OrtEnv.Instance().GetVersionString();
        using var options = new SessionOptions { IntraOpNumThreads = run.Options.Threads, InterOpNumThreads = 1 };
        using var session = new InferenceSession(file, options);
        using var theirs = new HostBuffer(result.Length);
        float[] guidance = Guidance(network);
        fixed (float* guide = guidance, features = network.Features)
        {
            using OrtValue first = Value(guide, [1, 3, network.Height, network.Width]);
            using OrtValue second = Value(features, [1, network.ChannelsIn, network.LowHeight, network.LowWidth]);
            using OrtValue output = Value((float*)theirs.Pointer, [1, network.ChannelsOut, network.Height, network.Width]);
            using OrtIoBinding binding = session.CreateIoBinding();
            binding.BindInput("guidance", first);
            binding.BindInput("features", second);
            binding.BindOutput("result", output);
            using var runOptions = new Microsoft.ML.OnnxRuntime.RunOptions();
            double seconds = run.Best(() => session.RunWithBinding(runOptions, binding));
            run.Add(new Measurement("upsampler", $"  ONNX Runtime, {network.ChannelsIn} at {network.Height}", seconds, ours.Pixels) { FlopsPerPixel = ours.FlopsPerPixel });
            run.Add(new Comparison(ours.Name, "ONNX Runtime", ours.PixelsPerSecond, ours.Pixels / seconds, Agreement(result, theirs)) { Goal = goal });
        }
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
        return string.Create(CultureInfo.InvariantCulture, $"{(part <= 1e-4 ? "agree" : "differ (see UpsamplerPeer)")}: largest difference {part:E1} of the range");
    }
}
