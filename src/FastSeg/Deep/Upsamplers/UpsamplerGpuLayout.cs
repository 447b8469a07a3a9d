namespace FastSeg.Deep;

/// <summary>Lays out the stages of a network on an image of a given size, each after those it reads; the last one is the result.</summary>
internal static class UpsamplerGpuLayout
{
    private const int Colours = 3;

    /// <summary>The stages.</summary>
    public static List<UpsamplerGpuStage> Of(Upsampler network, int height, int width, int lowHeight, int lowWidth)
    {
        var stages = new List<UpsamplerGpuStage>();
        int[] guidance = Pyramid(stages, network, height, width);
        int levels = network.Mixes.Length, patch = network.Config.Patch;
        var size = (Height: lowHeight, Width: lowWidth);
        int x = Add(stages, new UpsamplerGpuStage { Kind = UpsamplerGpuKind.Features, Height = lowHeight, Width = lowWidth, Channels = network.Config.ChannelsIn });
        x = Filter(stages, network.Input.Second.Folded, size, Filter(stages, network.Input.First.Folded, size, x));
        for (int i = 0; i < levels; i++)
        {
            int guide = guidance[levels - 1 - i];
            // The coarsest one is seen at the size of whole patches.
            size = i == 0 ? (Math.Max(1, height / patch), Math.Max(1, width / patch)) : (stages[guide].Height, stages[guide].Width);
            x = Filter(stages, network.Mixes[i].First.Folded, size, x, guide);
            x = Filter(stages, network.Mixes[i].Second.Folded, size, x);
            size = (2 * size.Height, 2 * size.Width);
            x = i < levels - 1
                ? Double(stages, UpsamplerGpuKind.Convolution, network.UpWeights[i], size, x)
                : Double(stages, UpsamplerGpuKind.Output, network.OutputWeights, size, x);
        }
        return stages;
    }

    private static int[] Pyramid(List<UpsamplerGpuStage> stages, Upsampler network, int height, int width)
    {
        int[] guidance = new int[network.Down.Length];
        for (int i = 0; i < guidance.Length; i++)
        {
            // A side of one pixel stays one; PyTorch would refuse such an image.
            (height, width) = (Math.Max(1, height / 2), Math.Max(1, width / 2));
            int pooled = Add(stages, new UpsamplerGpuStage
            {
                Kind = i == 0 ? UpsamplerGpuKind.PooledImage : UpsamplerGpuKind.Pool,
                Height = height,
                Width = width,
                Channels = i == 0 ? Colours : stages[guidance[i - 1]].Channels,
                Source = i == 0 ? -1 : guidance[i - 1],
            });
            int first = Filter(stages, network.Down[i].First.Folded, (height, width), pooled);
            guidance[i] = Filter(stages, network.Down[i].Second.Folded, (height, width), first, withImage: true);
        }
        return guidance;
    }

    private static int Add(List<UpsamplerGpuStage> stages, UpsamplerGpuStage stage)
    {
        stages.Add(stage);
        return stages.Count - 1;
    }

    private static int Filter(
        List<UpsamplerGpuStage> stages, ConvolutionWeights weights, (int Height, int Width) size, int source, int second = -1, bool withImage = false) =>
        Add(stages, new UpsamplerGpuStage
        {
            Kind = UpsamplerGpuKind.Convolution,
            Height = size.Height,
            Width = size.Width,
            Channels = weights.Outputs + (withImage ? Colours : 0),
            Source = source,
            Second = second,
            Weights = weights,
            Leaky = true,
            WithImage = withImage,
        });

    private static int Double(List<UpsamplerGpuStage> stages, UpsamplerGpuKind kind, ConvolutionWeights weights, (int Height, int Width) size, int source) =>
        Add(stages, new UpsamplerGpuStage
        {
            Kind = kind,
            Height = size.Height,
            Width = size.Width,
            Channels = weights.Outputs,
            Source = source,
            Weights = weights,
            Doubled = true,
        });
}
