using System.Globalization;
using FastSeg.Common;
using FastSeg.Deep.Convolutions;
using FastSeg.Deep.Upsamplers;
using FastSeg.Native;
using FastSeg.Tests.Deep.Upsamplers;

namespace FastSeg.Perf;

/// <summary>
/// The convolutional upsampler on one image, cut into as many bands of rows as there are threads; with --peers also ONNX Runtime on the
/// same network at a fixed size, exported by perf/peers/upsampler.py into out/. The arithmetic that is stated is the plain network's,
/// layer by layer; ours does less of it, and what it does is in the note.
/// </summary>
internal static unsafe class UpsamplerBench
{
    public static void Run(PerfRun run)
    {
        ReadOnlySpan<(int, int, Goal?)> cases = [(32, 504, null), (32, 1008, Goal.AtLeast(3.2)), (128, 1008, Goal.AtLeast(3))];
        foreach ((int channels, int side, Goal? goal) in cases)
        {
            var network = new UpsamplerCase(channels, channels, side, side, 14, Padding.Replicate);
            using var result = new HostBuffer((long)channels * side * side * sizeof(float));
            using UpsamplerPeer? peer = run.Options.Peers ? UpsamplerPeer.Open(run, network) : null;
            Measure(run, network, result, peer, goal);
        }
        Memory(run);
        DeepMemoryBench.Upsample(run);
    }

    private static void Measure(PerfRun run, UpsamplerCase network, HostBuffer result, UpsamplerPeer? peer, Goal? goal)
    {
        using var weights = new Upsampler(network.Config, network.Tensors());
        var plan = new UpsamplerPlanCpu(weights, network.Height, network.Width, network.LowHeight, network.LowWidth, network.Width);
        int threads = run.Options.Threads, rows = (network.Height + threads - 1) / threads;
        UpsamplerCpu[] workers = [.. Enumerable.Range(0, threads).Select(_ => UpsamplerCpu.Create(plan))];
        double[] seconds;
        fixed (float* image = network.Image, features = network.Features)
        {
            float* guide = image, low = features;
            void Ours() => Workers.Run(threads, threads, new ComputeOptions { Threads = threads }, (worker, index) =>
            {
                int y = (int)index * rows;
                var region = new Region(0, y, network.Width, Math.Min(rows, network.Height - y));
                var seen = new GuidanceImage(
                    guide, (nint)network.Height * network.Width, network.Width, new Region(0, 0, network.Width, network.Height));
                var planes = new OutputPlanes(
                    (float*)result.Pointer + ((nint)y * network.Width), (nint)network.Height * network.Width, network.Width);
                workers[worker].Run(new LowFeatures(low, network.ChannelsIn, network.LowHeight, network.LowWidth), seen, region, planes);
            });
            seconds = run.Best(peer is null ? [Ours] : [Ours, peer.Run]);
        }
        Array.ForEach(workers, worker => worker.Dispose());
        (double plain, double done) = Flops(plan);
        long pixels = (long)network.Height * network.Width;
        var ours = new Measurement("upsampler", $"k = {network.ChannelsIn}, {network.Height} x {network.Width}", seconds[0], pixels)
        {
            FlopsPerPixel = plain / pixels,
            BytesPerPixel = sizeof(float) * network.ChannelsOut,
            OwnBound = (run.Bounds.FlopsPerSecond / done * pixels, "products"),
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"does {done / pixels / 1e3:F0} of {plain / pixels / 1e3:F0} kFLOP a pixel, "
                + $"{done / seconds[0] / 1e9:F0} GFLOP/s; {UpsamplerCpu.Bytes(plan) >> 20} MiB a thread"),
        };
        run.Add(ours);
        peer?.Add(run, ours, seconds[1], result, goal);
    }

    /// <summary>Operations of the plain network, and of the products that ours computes (its transformations not counted).</summary>
    private static (double Plain, double Done) Flops(UpsamplerPlanCpu plan)
    {
        double plain = 0, done = 0;
        for (int s = 0; s < plan.Stages.Count; s++)
        {
            UpsamplerStageCpu stage = plan.Stages[s];
            double pixels = (double)stage.Height * stage.Width;
            if (stage.Convolution is Convolution direct)
            {
                double flops = 2.0 * direct.Kernel * direct.Kernel * direct.Inputs * direct.Outputs * pixels;
                (plain, done) = (plain + flops, done + flops);
            }
            else if (stage.Winograd is WinogradConvolution winograd)
            {
                double flops = 18.0 * winograd.Inputs * winograd.Outputs * pixels;
                // The way out is the last 3 x 3 and a 1 x 1 convolution in one.
                plain += flops + (s == plan.Stages.Count - 1 ? 2.0 * winograd.Outputs * winograd.Outputs * pixels : 0);
                done += flops / 4;
            }
            else if (stage.Kind == UpsamplerKindCpu.DoubleRows)
            {
                double flops = 18.0 * stage.Doubling!.Inputs * stage.Doubling.Outputs * pixels;
                (plain, done) = (plain + flops, done + (flops / 4));
            }
        }
        return (plain, done);
    }

    private static void Memory(PerfRun run)
    {
        var network = new UpsamplerCase(32, 32, 8192, 8192, 16, Padding.Replicate);
        using var weights = new Upsampler(network.Config, network.Tensors());
        foreach (int width in (int[])[512, 1024, 8192])
        {
            var plan = new UpsamplerPlanCpu(weights, 8192, 8192, 512, 512, width);
            run.Add(new Quantity(
                "upsampler",
                $"k = 32, 8192 x 8192 in tiles {width} wide: buffers of a thread",
                UpsamplerCpu.Bytes(plan) / 1048576.0,
                "MiB"));
        }
        run.Add(new Quantity("upsampler", "k = 32: packed weights, shared", weights.Bytes / 1048576.0, "MiB"));
    }
}
