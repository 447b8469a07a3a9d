namespace FastSeg.Deep.Weights;

/// <summary>Which tensors an upsampler of a configuration has, by the names of the published checkpoints, with their shapes.</summary>
internal static class UpsamplerShapes
{
    private const int Colours = 3, InputKernel = 5;

    /// <summary>Channels behind each level of the upsampler, coarsest first.</summary>
    public static int[] Widths(UpsamplerConfig config)
    {
        int levels = config.Levels;
        int[] widths = new int[levels];
        for (int level = 0; level < levels; level++)
        {
            // Where the output has other channels than the input, they run linearly, rounded down, from the hidden ones to the output's.
            double step = levels > 1 ? (config.ChannelsOut - config.ChannelsHidden) / (double)(levels - 1) : 0;
            widths[level] = config.ChannelsIn == config.ChannelsOut ? config.ChannelsHidden : (int)(config.ChannelsHidden + (level * step));
        }
        if (levels > 1 && config.ChannelsIn != config.ChannelsOut)
        {
            widths[^1] = config.ChannelsOut;
        }
        return widths;
    }

    /// <summary>
    /// Channels behind each level as the tensors have them. "Linearly, rounded down" can be read in two ways; so where channels change, the
    /// tensors decide, and have to fit each other only.
    /// </summary>
    public static int[] Widths(UpsamplerConfig config, IReadOnlyDictionary<string, WeightTensor> tensors)
    {
        int[] widths = Widths(config);
        for (int level = 0; level < widths.Length - 1 && config.ChannelsIn != config.ChannelsOut; level++)
        {
            if (tensors.TryGetValue($"{Up(level)}.weight", out WeightTensor? up)
                && up.Shape.Count == 4 && up.Shape[0] is >= 1 and <= UpsamplerConfigReader.MaxChannels)
            {
                widths[level] = (int)up.Shape[0];
            }
        }
        return widths;
    }

    /// <summary>Every tensor that the network computes with.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> Of(UpsamplerConfig config, int[] widths)
    {
        var tensors = new List<(string, long[])>();
        void Convolution(string name, int channelsOut, int channelsIn, int kernel, bool bias)
        {
            tensors.Add(($"{name}.weight", [channelsOut, channelsIn, kernel, kernel]));
            if (bias)
            {
                tensors.Add(($"{name}.bias", [channelsOut]));
            }
        }
        void Double(string name, int channelsIn, int between, int channelsOut, int kernel)
        {
            Convolution($"{name}.double_conv.0", between, channelsIn, kernel, bias: true);
            Norm($"{name}.double_conv.1", between);
            Convolution($"{name}.double_conv.3", channelsOut, between, kernel, bias: false);
            Norm($"{name}.double_conv.4", channelsOut);
        }
        void Norm(string name, int channels)
        {
            foreach (string part in (string[])["weight", "bias", "running_mean", "running_var"])
            {
                tensors.Add(($"{name}.{part}", [channels]));
            }
        }
        int down = config.ChannelsDown, guidance = down + Colours;
        for (int level = 0; level < config.Levels; level++)
        {
            Double($"downsampler.downsample_layers.{level}.maxpool_conv.1", level == 0 ? Colours : guidance, down, down, config.Kernel);
        }
        Double("upsampler.inp_conv", config.ChannelsIn, config.ChannelsHidden, config.ChannelsHidden, InputKernel);
        for (int level = 0; level < config.Levels; level++)
        {
            int channelsIn = (level == 0 ? config.ChannelsHidden : widths[level - 1]) + guidance;
            Double($"upsampler.upsamples.{level}.conv", channelsIn, channelsIn, widths[level], config.Kernel);
            Convolution(Up(level), widths[level], widths[level], config.Kernel, bias: true);
        }
        Convolution("upsampler.outp_conv", config.ChannelsOut, widths[^1], config.Kernel, bias: true);
        Convolution("upsampler.mlp", config.ChannelsOut, config.ChannelsOut, 1, bias: true);
        return tensors;
    }

    private static string Up(int level) => $"upsampler.upsamples.{level}.up.1";
}
