namespace FastSeg.Deep;

/// <summary>Lays out the stages of a network on an image of a given size, each after those it reads.</summary>
internal sealed class UpsamplerLayout
{
    private readonly Upsampler _network;
    private readonly (int Height, int Width) _image;
    private readonly List<UpsamplerStage> _stages = [];

    private UpsamplerLayout(Upsampler network, int height, int width)
    {
        _network = network;
        _image = (height, width);
    }

    /// <summary>The stages. The result is the last one, resized to the image.</summary>
    public static List<UpsamplerStage> Of(Upsampler network, int height, int width, int lowHeight, int lowWidth)
    {
        var layout = new UpsamplerLayout(network, height, width);
        int[] guidance = layout.Pyramid();
        layout.Climb(guidance, lowHeight, lowWidth);
        layout.MarkReaders();
        return layout._stages;
    }

    private int[] Pyramid()
    {
        int[] guidance = new int[_network.Down.Length];
        for (int i = 0; i < guidance.Length; i++)
        {
            // A side of one pixel stays one; PyTorch would refuse such an image.
            int height = Math.Max(1, (i == 0 ? _image.Height : _stages[guidance[i - 1]].Height) / 2);
            int width = Math.Max(1, (i == 0 ? _image.Width : _stages[guidance[i - 1]].Width) / 2);
            int pooled = i == 0
                ? Add(UpsamplerKind.PooledImage, height, width, [3])
                : Add(UpsamplerKind.Pool, height, width, _stages[guidance[i - 1]].Blocks, guidance[i - 1]);
            guidance[i] = Filter(_network.Down[i].Second, Filter(_network.Down[i].First, pooled), withImage: true);
        }
        return guidance;
    }

    private void Climb(int[] guidance, int lowHeight, int lowWidth)
    {
        int x = Add(UpsamplerKind.Features, lowHeight, lowWidth, Convolution.Split(_network.Config.ChannelsIn));
        x = Filter(_network.Input.Second, Filter(_network.Input.First, x));
        int levels = _network.Mixes.Length;
        for (int i = 0; i < levels; i++)
        {
            int guide = guidance[levels - 1 - i];
            if (i == 0)
            {
                int patch = _network.Config.Patch;
                guide = ResizeTo(guide, Math.Max(1, _image.Height / patch), Math.Max(1, _image.Width / patch));
            }
            x = ResizeTo(x, _stages[guide].Height, _stages[guide].Width);
            x = Filter(_network.Mixes[i].Second, Filter(_network.Mixes[i].First, x, guide));
            x = Double(_network.Ups[i], x);
        }
        Filter(_network.Output, x, slope: 1);
    }

    private int Add(UpsamplerKind kind, int height, int width, int[] blocks, int source = -1, DoublingConvolution? doubling = null)
    {
        _stages.Add(new UpsamplerStage { Kind = kind, Height = height, Width = width, Blocks = blocks, Source = source, Doubling = doubling });
        return _stages.Count - 1;
    }

    private int ResizeTo(int source, int height, int width)
    {
        UpsamplerStage from = _stages[source];
        return from.Height == height && from.Width == width ? source : Add(UpsamplerKind.Nearest, height, width, from.Blocks, source);
    }

    private int Double(DoublingConvolution doubling, int source)
    {
        (int height, int width) = (_stages[source].Height, _stages[source].Width);
        int[] sums = [.. Enumerable.Repeat(Convolution.Lane, DoublingConvolution.Kernel * doubling.OutputBlocks)];
        int columns = Add(UpsamplerKind.DoubleColumns, height, 2 * width, sums, source, doubling);
        return Add(UpsamplerKind.DoubleRows, 2 * height, 2 * width, Convolution.Split(doubling.Outputs), columns, doubling);
    }

    private int Filter(UpsamplerLayer layer, int source, int second = -1, bool withImage = false, float slope = Upsampler.LeakySlope)
    {
        int[] blocks = Convolution.Split(layer.Outputs);
        _stages.Add(new UpsamplerStage
        {
            Kind = layer.Winograd is null ? UpsamplerKind.Convolution : UpsamplerKind.Winograd,
            Height = _stages[source].Height,
            Width = _stages[source].Width,
            Blocks = withImage ? [.. blocks, 3] : blocks,
            Source = source,
            Second = second,
            Convolution = layer.Direct,
            Winograd = layer.Winograd,
            WithImage = withImage,
            Slope = slope,
        });
        return _stages.Count - 1;
    }

    private void MarkReaders()
    {
        int[] readers = new int[_stages.Count];
        foreach (UpsamplerStage stage in _stages)
        {
            foreach (int source in (int[])[stage.Source, stage.Second])
            {
                if (source >= 0)
                {
                    readers[source]++;
                    // A group of four that sticks out of the image reads as far as the pixel behind it.
                    int pad = stage.Winograd is not null ? WinogradConvolution.Group : stage.Convolution?.Radius ?? 0;
                    _stages[source].Pad = Math.Max(_stages[source].Pad, pad);
                }
            }
        }
        for (int s = 0; s < _stages.Count; s++)
        {
            // The result is asked for row by row on its way out.
            _stages[s].OnDemand = readers[s] <= 1;
        }
    }
}
