using FastSeg.Deep.Convolutions;
using FastSeg.Deep.Upsamplers;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Gpu;
using FastSeg.Kernels;
using Disk = FastSeg.Features.Disk;
using Kernel = FastSeg.Kernels.Convolution;

namespace FastSeg.Checks;

/// <summary>
/// Bytes, operations and issue slots of every launch of a tile, for each pixel. They are written down here and nowhere else. Tests compare
/// the flops and the inner loops' instructions with the compiled PTX; the table in docs/gpu.md is computed from these counts.
/// </summary>
/// <remarks>
/// Slots come from NVIDIA's assembler of CUDA 13.0 for sm_90, from the kernels as they were at commit b4dc152: clocks of a multiprocessor
/// for a pixel, whole kernels, times 128 lanes. Where a kernel was changed since, they are multiplied by what its PTX executes now for a
/// pixel over what it executed then, counted by the tests' machine for PTX without what the assembler takes out: moves, and constants that
/// are added to addresses. What the assembler was not asked about is read from the PTX, addresses folded.
/// </remarks>
internal static class GpuCounts
{
    /// <summary>Steps of the median's bisection that are counted. It takes at most 32, and about 24 in 8-bit images.</summary>
    private const int MedianSteps = 24;

    /// <summary>Lanes of a multiprocessor, each of which issues an instruction a clock.</summary>
    private const int Lanes = 128;

    /// <summary>
    /// What PTX executes for a pixel now, over what it did at commit b4dc152: Gaussians of five sigmas, membrane and derivatives as floats
    /// (a scale, groups that see no edge), 100 trees of depth 6.
    /// </summary>
    private const double GaussianX = 837.4 / 1847.9, GaussianY = 790.9 / 1405.9, MembraneNow = 1035.7 / 2053;

    private const double DerivativesNow = 197.7 / 340.5, TreesNow = 11223.0 / 12055;

    /// <summary>The classical filters of one channel.</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="sampleBytes">Bytes of a sample.</param>
    /// <param name="thresholds">
    /// How many thresholds a feature has, by which its values are stored as bins; null where they are stored as floats.
    /// </param>
    public static IReadOnlyList<KernelCount> Filters(FeatureSpec spec, int sampleBytes, int? thresholds = null)
    {
        var sink = new SinkCount(thresholds);
        var counts = new List<KernelCount> { new("samples to floats", sampleBytes + 4, 1, 20, 0) };
        if (spec.Has(FeatureSpec.Blurred & ~Families.Dog))
        {
            counts.Add(Derivatives(spec, sink));
        }
        foreach (double sigma in spec.Has(FeatureSpec.Blurred) ? spec.Sigmas : [])
        {
            counts.AddRange(Gaussian(spec.Radius(sigma)));
            counts.AddRange(spec.Has(FeatureSpec.Blurred & ~Families.Dog) ? [Derivatives(spec, sink)] : []);
        }
        int blurs = spec.Sigmas.Count, differences = blurs * (blurs - 1) / 2;
        if (spec.Has(Families.Dog) && differences > 0)
        {
            // 1.4 clocks for the ten of five blurs.
            double slots = 1.4 * Lanes * differences / 10;
            counts.Add(sink.Storing(
                new KernelCount("differences of blurs", 4 * blurs, differences, slots, 0) { Source = CountSource.Assembler }, differences));
        }
        if (spec.Has(Families.Membrane))
        {
            counts.Add(sink.Storing(Membrane(spec.Membrane), 6));
        }
        foreach (double sigma in spec.Sigmas)
        {
            counts.AddRange(spec.Has(Families.Structure) ? Structure(spec.Radius(sigma), sink) : []);
        }
        foreach (double sigma in spec.Sigmas)
        {
            counts.AddRange(Disks(spec, new Disk(sigma).Pixels, sink));
        }
        return counts;
    }

    /// <summary>Storing values as bins, without the kernels that compute the values.</summary>
    /// <param name="features">Features.</param>
    /// <param name="thresholds">Thresholds of a feature.</param>
    public static KernelCount Binning(int features, int thresholds) =>
        new SinkCount(thresholds).Storing(
            new KernelCount("binning", 0, 0, 0, 0) { Source = CountSource.Assembler }, features);

    /// <summary>
    /// Walking the trees, as heaps of depth 6, with bins and nodes in shared memory. A tree takes thirteen accesses to shared memory, and
    /// one more for bank conflicts among its leaves; each bin is written there once.
    /// </summary>
    /// <param name="trees">Trees of all groups.</param>
    /// <param name="bytePlanes">Byte planes of bins.</param>
    /// <param name="groups">Groups whose margins are stored; 0 where only labels are.</param>
    public static KernelCount Forest(int trees, int bytePlanes, int groups = 0)
    {
        // 137 clocks for 300 trees, 122 of them in the loop; the rest brings bins and nodes into shared memory.
        double slots = TreesNow * Lanes * ((122.0 / 300 * trees) + (15.0 / 57 * bytePlanes));
        return new KernelCount("forest", bytePlanes + 1 + (4 * groups), trees, slots, (14 * trees) + bytePlanes)
        {
            Source = CountSource.Scaled,
        };
    }

    /// <summary>Gathering the rows of labelled pixels, for each labelled pixel.</summary>
    public static KernelCount Gather(int features) => new("gather", 8 * features, 0, 12 * features, 2 * features);

    /// <summary>Bringing low-resolution features to full resolution, as floats.</summary>
    /// <param name="bilinear">Whether cells are interpolated; otherwise each is repeated over its pixels.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="patch">Pixels of a cell's side.</param>
    public static KernelCount Cells(bool bilinear, int channels, int patch)
    {
        double bytes = (4.0 * channels) + (4.0 * channels / (patch * patch));
        return bilinear
            ? new KernelCount("bilinear", bytes, (9 * channels) + 2, 40 + (16 * channels), 0)
            : new KernelCount("nearest", bytes, 0, 20 + (6 * channels), 0);
    }

    /// <summary>Joint bilateral upsampling, as floats: means of the cells, then the pixels. A pixel near no edge is counted.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="colours">Colours of the guidance image.</param>
    /// <param name="patch">Pixels of a cell's side.</param>
    public static IReadOnlyList<KernelCount> JointBilateral(int channels, int colours, int patch)
    {
        const int Cells = FastSeg.Kernels.JointBilateral.MostCells;
        // A cell: the distance takes 3 flops a colour and 4 more, its power 22 with the difference and the sum.
        double flops = (Cells * ((3 * colours) + 26 + (2 * channels))) + 1 + channels;
        double bytes = (4.0 * colours) + (4.0 * channels) + (4.0 * (channels + colours) / (patch * patch));
        return
        [
            new KernelCount("cells' means", 4 * colours, colours, 12 * colours, 0),
            new KernelCount(
                "joint bilateral", bytes, flops,
                40 + (8 * channels) + (Cells * (40 + (35 * colours) + (9 * channels))), Cells * (4 + channels)),
        ];
    }

    /// <summary>
    /// The learned upsampler's launches for the plan's largest tile. Of what computes the image's border only the launches are counted, and
    /// these only where the tile is the whole image.
    /// </summary>
    public static IReadOnlyList<KernelCount> Upsampler(UpsamplerPlanGpu plan)
    {
        var counts = new List<KernelCount>();
        double pixels = (double)plan.Height * plan.Width;
        foreach (UpsamplerStageGpu stage in plan.Stages)
        {
            double share = (double)stage.Height * stage.Width / pixels;
            counts.AddRange(Stage(plan, stage).Select(count => count.Times(share)));
        }
        if (plan.MaxWidth == plan.Width && plan.MaxHeight == plan.Height)
        {
            counts.Add(new KernelCount("border", 0, 0, 0, 0) { Launches = 2 * 4 });
        }
        if (!plan.EndsAtImage)
        {
            int channels = plan.Network.Config.ChannelsOut;
            counts.Add(new KernelCount("resize", 8 * channels, 0, 15 * channels, 0));
        }
        return counts;
    }

    /// <summary>
    /// A 3 x 3 convolution, for each pixel of its result. For one input channel a lane computes four outputs of eight pixels in 366
    /// instructions of PTX; 39 more a lane and channel bring pixels and weights into shared memory, and 756 a pass begin and end it. At
    /// b4dc152 the whole of 32 channels to 32 had a share of 0.46 of the multiply-adds' rate, with 20,502 instructions of PTX.
    /// </summary>
    public static KernelCount Convolution(int inputs, int outputs)
    {
        const double Assembled = 9 * 32 * 32 / 0.46 / 20_502;
        double quads = GpuDevice.Groups(outputs, Kernel.WarpOutputs), passes = Math.Ceiling(quads / Kernel.MostQuads);
        return new KernelCount(
            $"convolution {inputs} to {outputs}", 4 * (inputs + outputs), 18.0 * inputs * outputs,
            Assembled * ((inputs * ((366.0 / 8 * quads) + (39 * passes))) + (756 * passes)), inputs * ((7.5 * quads) + (1.3 * passes)))
        {
            Source = CountSource.Scaled,
        };
    }

    /// <summary>
    /// The composed convolution behind a doubling, for each pixel of its result: first <see cref="Doubling.Columns"/>, then
    /// <see cref="Doubling.Rows"/>.
    /// </summary>
    public static IEnumerable<KernelCount> Doubled(int inputs, int outputs)
    {
        // The loop over channels was 184 instructions of PTX at b4dc152, of which the assembler made 156. A lane executes 148 a channel now
        // and 1,426 besides.
        // A warp's 32 lanes make 56 columns of 4 rows of sums, which become 448 pixels of the result. The sums of a band of 96 rows need
        // 48 rows of the source and 4 more.
        double quads = GpuDevice.Groups(outputs, Kernel.WarpOutputs), warps = Doubling.Window * quads;
        double lanes = 32 * warps / (2 * Doubling.TileColumns * Doubling.TileRows);
        const double Band = UpsamplerPlanGpu.BandRows, MoreRows = ((Band / 2) + 4) / (Band / 2);
        const double Taps = Doubling.Window * Doubling.Window;
        double products = 2 * Taps * inputs * outputs / 4, along = 2 * 2 * Taps * outputs / 2;
        yield return new KernelCount(
            $"doubling {inputs} to {outputs}, columns", inputs + (2 * Doubling.Window * outputs), products + along,
            156.0 / 184 * MoreRows * lanes * ((148 * inputs) + 1426), MoreRows * lanes * ((24 * inputs) + 400 + (1.2 * inputs)))
        {
            Source = CountSource.Scaled,
        };
        yield return new KernelCount(
            $"doubling {inputs} to {outputs}, rows", (2 * Doubling.Window * outputs) + (4 * outputs), 2.0 * 2 * Doubling.Window * outputs,
            190 * quads, 0);
    }

    /// <summary>Smoothing one tile: probabilities, the guide of one channel, the guided filter, labels.</summary>
    /// <param name="classes">Classes, at least 3: two come from one group of margins.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="sampleBytes">Bytes of a sample.</param>
    /// <param name="masked">Whether there is a mask.</param>
    public static IReadOnlyList<KernelCount> Smoothing(int classes, int radius, int sampleBytes, bool masked)
    {
        int more = masked ? 1 : 0, first = (2 * classes) + 2 + more, second = (2 * classes) + more, length = (2 * radius) + 1;
        // Adding a value of a row takes 3 instructions, a value of a column 25 in each direction.
        KernelCount Down(string name, int planes, int inputs, double flops) => new(
            $"guided filter: {name}", 4 * (inputs + planes), flops, 50 * planes, 0);
        KernelCount Along(string name, int planes, double bytes, double flops) => new(
            $"guided filter: {name}", (4 * planes) + bytes, ((length - 1) * planes) + flops,
            (3 * length * planes) + 40, 0);
        return
        [
            new KernelCount("probabilities", 8 * classes, (24 * classes) + 1, 45 * classes, 0),
            new KernelCount("samples to floats", sampleBytes + 4, 2, 15, 0),
            .. Gaussian(4),
            Down("sums of products", first, classes + 1, 8 * (classes + 1)),
            Along("fit", first, 8 * classes, 8 + (7 * classes)),
            Down("sums of coefficients", second, 2 * classes, 6 * classes),
            Along("result", second, 4 + (4 * classes), 1 + (4 * classes)),
            new KernelCount("labels", (4 * classes) + 1, 0, 20 + (7 * classes), 0),
        ];
    }

    /// <summary>The launches of one stage, for each pixel of the stage.</summary>
    private static IEnumerable<KernelCount> Stage(UpsamplerPlanGpu plan, UpsamplerStageGpu stage)
    {
        int channels = stage.Channels;
        IEnumerable<KernelCount> image = stage.WithImage ? [new KernelCount("image at a level's size", 24, 6, 45, 0)] : [];
        return stage.Kind switch
        {
            UpsamplerKindGpu.Features => [new KernelCount("cells", 8 * channels, 2 * channels, 20 * channels, 0)],
            UpsamplerKindGpu.PooledImage => [new KernelCount("pooled image", 60, 15, 75, 0)],
            UpsamplerKindGpu.Pool => [new KernelCount("pooling", 20 * channels, 3 * channels, 20 * channels, 0)],
            UpsamplerKindGpu.Output => Doubled(stage.Weights!.Inputs, stage.Weights.Outputs).Select(
                count => count with { Launches = GpuDevice.Groups(plan.MaxHeight, UpsamplerPlanGpu.BandRows) }),
            _ when stage.Weights!.Kernel == 3 => image.Prepend(Convolution(stage.Weights.Inputs, stage.Weights.Outputs)),
            _ => image.Prepend(CellConvolution(stage.Weights!)),
        };
    }

    /// <summary>
    /// A convolution at the size of the low-resolution cells. One tap of one channel for four outputs takes 13 instructions.
    /// </summary>
    private static KernelCount CellConvolution(ConvolutionWeights weights)
    {
        double window = weights.Kernel * weights.Kernel;
        double steps = window * weights.Inputs * GpuDevice.Groups(weights.Outputs, Kernel.WarpOutputs);
        return new KernelCount(
            $"cells' convolution {weights.Inputs} to {weights.Outputs}", 4 * (weights.Inputs + weights.Outputs),
            2 * window * weights.Inputs * weights.Outputs, 13 * steps, 0);
    }

    /// <summary>
    /// Both passes of a Gaussian. Five sigmas, which have 253 taps a pass, took 11.1 clocks along x and 8.3 along y at b4dc152.
    /// </summary>
    private static IEnumerable<KernelCount> Gaussian(int radius)
    {
        double taps = (2 * radius) + 1, read = (64.0 + (2 * radius)) / 64, shared = (24.0 / 128 * taps) + read;
        yield return new KernelCount($"Gaussian {radius} along x", 8, 2 * taps, GaussianX * 11.1 * Lanes / 253 * taps, shared + 2)
        {
            Source = CountSource.Scaled,
        };
        yield return new KernelCount($"Gaussian {radius} along y", 8, 2 * taps, GaussianY * 8.3 * Lanes / 253 * taps, shared)
        {
            Source = CountSource.Scaled,
        };
    }

    /// <summary>The families that are made from one blur, in one launch.</summary>
    private static KernelCount Derivatives(FeatureSpec spec, SinkCount sink)
    {
        int gaussian = spec.Has(Families.Gaussian) ? 1 : 0, sobel = spec.Has(Families.Sobel) ? 1 : 0;
        int hessian = spec.Has(Families.Hessian) ? 1 : 0, laplacian = spec.Has(Families.Laplacian) ? 1 : 0;
        int values = gaussian + sobel + (5 * hessian) + laplacian;
        int flops = 13 + (5 * sobel) + (20 * (hessian | laplacian)) + (21 * hessian) + laplacian;
        // 20.4 clocks for six scales at b4dc152.
        return sink.Storing(
            new KernelCount("derivatives", 4, flops, DerivativesNow * 20.4 * Lanes / 6, 35) { Source = CountSource.Scaled }, values);
    }

    /// <summary>The membrane's lines: straight-line code for the default geometry, a loop over tables for any other.</summary>
    private static KernelCount Membrane(MembraneGeometry geometry)
    {
        if (geometry == new MembraneGeometry())
        {
            // 14.7 clocks at b4dc152.
            return new KernelCount("membrane", 4, 785, MembraneNow * 14.7 * Lanes, 159) { Source = CountSource.Scaled };
        }
        var program = new MembraneProgram(new MembranePlan(geometry));
        double pairs = program.Entries.Count, lines = program.Reciprocals.Length, comparators = program.Comparators.Length;
        double steps = (24 * pairs) + (8 * comparators) + (20 * lines);
        double flops = (2 * pairs) + (7 * lines) + (2 * comparators), shared = (2 * pairs) + (4 * comparators) + (3 * lines);
        return new KernelCount("membrane, from tables", 4, flops, steps, shared);
    }

    /// <summary>
    /// The structure tensor: the image's blur, the products of its derivatives, a blur of each of the three products, eigenvalues.
    /// </summary>
    private static IEnumerable<KernelCount> Structure(int radius, SinkCount sink)
    {
        KernelCount[] blur = [.. Gaussian(radius)];
        KernelCount products = new("products of derivatives", 16, 19, 60, 0);
        KernelCount eigenvalues = sink.Storing(new KernelCount("structure's eigenvalues", 12, 11, 30, 0), 2);
        return [.. blur, products, .. blur, .. blur, .. blur, eigenvalues];
    }

    /// <summary>Statistics over a disk. Mean, minimum and maximum are computed together, whichever of them are stored.</summary>
    private static IEnumerable<KernelCount> Disks(FeatureSpec spec, int pixels, SinkCount sink)
    {
        int values = (spec.Has(Families.Mean) ? 1 : 0) + (spec.Has(Families.Min) ? 1 : 0) + (spec.Has(Families.Max) ? 1 : 0);
        if (values > 0)
        {
            yield return sink.Storing(new KernelCount("disk", 4, 3 * pixels, 8 * pixels, 0), values);
        }
        if (spec.Has(Families.Median))
        {
            double looks = (MedianSteps + 1.0) * pixels;
            yield return sink.Storing(new KernelCount("median", 4, looks, 7 * looks, 0), 1);
        }
    }

    /// <summary>The cost of storing a value: as a float, or as the bin that is found by a search among the feature's thresholds.</summary>
    private sealed class SinkCount(int? thresholds)
    {
        private readonly int _steps = BinSearch.Steps(thresholds ?? 0);

        /// <summary>The count of a kernel together with that of storing its values.</summary>
        public KernelCount Storing(KernelCount kernel, int values)
        {
            // A value stored as a float is among its kernel's slots. A bin of three steps takes 93, 25 of them a step.
            (double bytes, double slots) = thresholds is null ? (4, 0) : (1, 18 + (25 * _steps));
            return kernel with
            {
                Bytes = kernel.Bytes + (bytes * values),
                Slots = kernel.Slots + (slots * values),
            };
        }
    }
}
