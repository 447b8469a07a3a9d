using FastSeg.Checks;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using FastSeg.Simd;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>
/// A network of random weights and its inputs, all of them functions of names and positions, as perf/peers/upsampler.py makes them too.
/// </summary>
internal sealed unsafe record UpsamplerCase(int ChannelsIn, int ChannelsOut, int Height, int Width, int Patch, Padding Padding)
{
    public int LowHeight => Math.Max(1, Height / Patch);

    public int LowWidth => Math.Max(1, Width / Patch);

    public UpsamplerConfig Config { get; init; } = new()
    {
        ChannelsIn = ChannelsIn,
        ChannelsHidden = ChannelsIn == 384 ? 96 : ChannelsIn,
        ChannelsOut = ChannelsOut,
        ChannelsDown = ChannelsIn is 128 or 384 ? 64 : 32,
        Patch = Patch,
        Padding = Padding,
        GuidanceScale = 1,
        NormaliseL1 = false,
    };

    public string GoldenName =>
        $"upsampler-{ChannelsIn}-{ChannelsOut}-{Height}x{Width}-p{Patch}-"
        + $"{(Padding == Padding.Zeros ? "zeros" : "replicate")}{(Config.NormaliseL1 ? "-published" : "")}.npy";

    /// <summary>The same with the settings of the published checkpoints.</summary>
    public UpsamplerCase AsPublished() => this with { Config = Config with { GuidanceScale = 255, NormaliseL1 = true } };

    /// <summary>The same with pixels that have centres when they are doubled.</summary>
    public UpsamplerCase HalfPixel() => With(Align.HalfPixel);

    /// <summary>The same with another alignment.</summary>
    public UpsamplerCase With(Align align) => this with { Config = Config with { Align = align } };

    public float[] Image => [.. Uniform("image", 3 * Height * Width).Select(value => (float)(0.5 + (0.5 * value)))];

    public float[] Features => [.. Uniform("features", ChannelsIn * LowHeight * LowWidth).Select(value => (float)value)];

    /// <summary>SplitMix64 from the FNV-1a hash of the name, as numbers in [-1, 1).</summary>
    public static double[] Uniform(string name, int count)
    {
        ulong seed = 14695981039346656037;
        foreach (char letter in name)
        {
            seed = (seed ^ letter) * 1099511628211;
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = seed + ((ulong)(i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            values[i] = ((z ^ (z >> 31)) >> 11) * Math.ScaleB(1, -52) - 1;
        }
        return values;
    }

    public List<WeightTensor> Tensors()
    {
        var tensors = new List<WeightTensor>();
        int levels = Config.Levels, hidden = Config.ChannelsHidden, down = Config.ChannelsDown;
        for (int i = 0; i < levels; i++)
        {
            Double(tensors, $"downsampler.downsample_layers.{i}.maxpool_conv.1.double_conv", i == 0 ? 3 : down + 3, down, down, 3);
        }
        Double(tensors, "upsampler.inp_conv.double_conv", ChannelsIn, hidden, hidden, 5);
        int Width(int level) =>
            ChannelsIn == ChannelsOut ? hidden : hidden + (int)Math.Floor((ChannelsOut - hidden) * (double)level / levels);
        for (int i = 0; i < levels; i++)
        {
            int inside = Width(i) + down + 3;
            Double(tensors, $"upsampler.upsamples.{i}.conv.double_conv", inside, inside, Width(i + 1), 3);
            Convolution(tensors, $"upsampler.upsamples.{i}.up.1", Width(i + 1), Width(i + 1), 3, true);
        }
        Convolution(tensors, "upsampler.outp_conv", Width(levels), ChannelsOut, 3, true);
        Convolution(tensors, "upsampler.mlp", ChannelsOut, ChannelsOut, 1, true);
        return tensors;
    }

    /// <summary>The float64 result.</summary>
    public float[] Reference()
    {
        var image = new ReferencePlanes(3, Height, Width, [.. Image.Select(value => (double)value)]);
        var features = new ReferencePlanes(ChannelsIn, LowHeight, LowWidth, [.. Features.Select(value => (double)value)]);
        return [.. new UpsamplerReference(Config, Tensors()).Run(image, features).Values.Select(value => (float)value)];
    }

    /// <summary>Our result, computed in tiles; the image it sees ends with what the plan says a tile needs.</summary>
    public float[] Run(int tileWidth, int tileHeight, int bits = 0, IEnumerable<WeightTensor>? weights = null)
    {
        int before = VectorPath.Bits;
        VectorPath.Bits = bits == 0 ? before : bits;
        try
        {
            using var network = new Upsampler(Config, weights ?? Tensors());
            var plan = new UpsamplerPlanCpu(network, Height, Width, LowHeight, LowWidth, tileWidth);
            using UpsamplerCpu worker = UpsamplerCpu.Create(plan);
            float[] result = new float[ChannelsOut * Height * Width];
            for (int y = 0; y < Height; y += tileHeight)
            {
                for (int x = 0; x < Width; x += tileWidth)
                {
                    RunTile(plan, worker, new Region(x, y, Math.Min(tileWidth, Width - x), Math.Min(tileHeight, Height - y)), result);
                }
            }
            return result;
        }
        finally
        {
            VectorPath.Bits = before;
        }
    }

    private void RunTile(UpsamplerPlanCpu plan, UpsamplerCpu worker, Region region, float[] result)
    {
        Region seen = plan.Guidance(region);
        float[] image = Image, part = new float[3 * seen.Pixels];
        for (int i = 0; i < part.Length; i++)
        {
            long plane = i / seen.Pixels, y = (i % seen.Pixels / seen.Width) + seen.Y, x = (i % seen.Width) + seen.X;
            part[i] = image[(((plane * Height) + y) * Width) + x];
        }
        fixed (float* guide = part, low = Features, to = result)
        {
            var planes = new OutputPlanes(to + (region.Y * Width) + region.X, (nint)Height * Width, Width);
            var guidance = new GuidanceImage(guide, (nint)seen.Pixels, (nint)seen.Width, seen);
            worker.Run(new LowFeatures(low, ChannelsIn, LowHeight, LowWidth), guidance, region, planes);
        }
    }

    private static void Double(List<WeightTensor> tensors, string name, int inside, int middle, int outside, int size)
    {
        Convolution(tensors, $"{name}.0", inside, middle, size, true);
        Norm(tensors, $"{name}.1", middle);
        Convolution(tensors, $"{name}.3", middle, outside, size, false);
        Norm(tensors, $"{name}.4", outside);
    }

    private static void Convolution(List<WeightTensor> tensors, string name, int inside, int outside, int size, bool bias)
    {
        Add(tensors, $"{name}.weight", [outside, inside, size, size], 0, Math.Sqrt(3.0 / (inside * size * size)));
        if (bias)
        {
            Add(tensors, $"{name}.bias", [outside], 0, 0.2);
        }
    }

    private static void Norm(List<WeightTensor> tensors, string name, int channels)
    {
        Add(tensors, $"{name}.weight", [channels], 1, 0.5);
        Add(tensors, $"{name}.bias", [channels], 0, 0.2);
        Add(tensors, $"{name}.running_mean", [channels], 0, 0.2);
        Add(tensors, $"{name}.running_var", [channels], 1, 0.5);
    }

    private static void Add(List<WeightTensor> tensors, string name, long[] shape, double centre, double spread)
    {
        int count = (int)shape.Aggregate((a, b) => a * b);
        tensors.Add(new WeightTensor(name, shape, [.. Uniform(name, count).Select(value => (float)(centre + (spread * value)))]));
    }
}
