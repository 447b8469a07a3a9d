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
/// Bytes, operations and instructions of every launch of a tile, for each pixel. They are written down here and nowhere else. Tests compare
/// the flops and the inner loops' instructions with the compiled PTX; the table in docs/gpu.md is computed from these counts.
/// </summary>
internal static class GpuCounts
{
    /// <summary>Steps of the median's bisection that are counted. It takes at most 32, and about 24 in 8-bit images.</summary>
    private const int MedianSteps = 24;

    /// <summary>
    /// Issue slots of an integer instruction or a comparison. A multiprocessor executes half as many of these a cycle as float
    /// instructions. The forest and binning consist of them.
    /// </summary>
    private const int IntegerSlots = 2;

    /// <summary>The classical filters of one channel.</summary>
    /// <param name="spec">Which features.</param>
    /// <param name="sampleBytes">Bytes of a sample.</param>
    /// <param name="thresholds">
    /// How many thresholds a feature has, by which its values are stored as bins; null where they are stored as floats.
    /// </param>
    public static IReadOnlyList<KernelCount> Filters(FeatureSpec spec, int sampleBytes, int? thresholds = null)
    {
        var sink = new SinkCount(thresholds);
        var counts = new List<KernelCount> { new("samples to floats", sampleBytes + 4, 1, 30, 20, 0) };
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
            int written = 10 + (5 * blurs) + differences, folded = 10 + blurs + differences;
            counts.Add(sink.Storing(new KernelCount("differences of blurs", 4 * blurs, differences, written, folded, 0), differences));
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
        new SinkCount(thresholds).Storing(new KernelCount("binning", 0, 0, 0, 0, 0), features);

    /// <summary>
    /// Walking the trees, as heaps of depth 6, with bins and nodes in shared memory. A tree takes thirteen accesses to shared memory, and
    /// one more for bank conflicts among its leaves; each bin is written there once.
    /// </summary>
    /// <param name="trees">Trees of all groups.</param>
    /// <param name="bytePlanes">Byte planes of bins.</param>
    /// <param name="groups">Groups whose margins are stored; 0 where only labels are.</param>
    public static KernelCount Forest(int trees, int bytePlanes, int groups = 0)
    {
        double asWritten = (84 * trees) + (15.5 * bytePlanes) + (5.6 * trees), folded = (30 * trees) + (7 * bytePlanes) + (2 * trees);
        return new KernelCount(
            "forest", bytePlanes + 1 + (4 * groups), trees, IntegerSlots * asWritten, IntegerSlots * folded, (14 * trees) + bytePlanes);
    }

    /// <summary>Gathering the rows of labelled pixels, for each labelled pixel.</summary>
    public static KernelCount Gather(int features) => new("gather", 8 * features, 0, 30 * features, 12 * features, 2 * features);

    /// <summary>Bringing low-resolution features to full resolution, as floats.</summary>
    /// <param name="bilinear">Whether cells are interpolated; otherwise each is repeated over its pixels.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="patch">Pixels of a cell's side.</param>
    public static KernelCount Cells(bool bilinear, int channels, int patch)
    {
        double bytes = (4.0 * channels) + (4.0 * channels / (patch * patch));
        return bilinear
            ? new KernelCount("bilinear", bytes, (9 * channels) + 2, 60 + (45 * channels), 40 + (16 * channels), 0)
            : new KernelCount("nearest", bytes, 0, 30 + (22 * channels), 20 + (6 * channels), 0);
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
            new KernelCount("cells' means", 4 * colours, colours, 20 * colours, 12 * colours, 0),
            new KernelCount(
                "joint bilateral", bytes, flops, 60 + (12 * channels) + (Cells * (54 + (45 * colours) + (13 * channels))),
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
            counts.Add(new KernelCount("border", 0, 0, 0, 0, 0) { Launches = 2 * 4 });
        }
        if (!plan.EndsAtImage)
        {
            int channels = plan.Network.Config.ChannelsOut;
            counts.Add(new KernelCount("resize", 8 * channels, 0, 30 * channels, 15 * channels, 0));
        }
        return counts;
    }

    /// <summary>
    /// A 3 x 3 convolution, for each pixel of its result. For one input channel a lane computes four outputs of eight pixels in 482 issue
    /// slots as written and 334 folded. Staging into shared memory is counted besides: 300 instructions a thread and eight channels.
    /// </summary>
    public static KernelCount Convolution(int inputs, int outputs)
    {
        double quads = GpuDevice.Groups(outputs, Kernel.WarpOutputs), passes = Math.Ceiling(quads / Kernel.MostQuads);
        return new KernelCount(
            $"convolution {inputs} to {outputs}", 4 * (inputs + outputs), 18.0 * inputs * outputs,
            inputs * ((60.25 * quads) + (38 * passes)), inputs * ((41.75 * quads) + (22 * passes)),
            inputs * ((7.5 * quads) + (1.3 * passes)));
    }

    /// <summary>
    /// The composed convolution behind a doubling, for each pixel of its result: first <see cref="Doubling.Columns"/>, then
    /// <see cref="Doubling.Rows"/>.
    /// </summary>
    public static IEnumerable<KernelCount> Doubled(int inputs, int outputs)
    {
        // A warp's 32 lanes make 56 columns of 4 rows of sums, which become 448 pixels of the result. The sums of a band of 96 rows need
        // 48 rows of the source and 4 more.
        double quads = GpuDevice.Groups(outputs, Kernel.WarpOutputs), warps = Doubling.Window * quads;
        double lanes = 32 * warps / (2 * Doubling.TileColumns * Doubling.TileRows);
        const double Band = UpsamplerPlanGpu.BandRows, MoreRows = ((Band / 2) + 4) / (Band / 2);
        const double Taps = Doubling.Window * Doubling.Window;
        double products = 2 * Taps * inputs * outputs / 4, along = 2 * 2 * Taps * outputs / 2;
        yield return new KernelCount(
            $"doubling {inputs} to {outputs}, columns", inputs + (2 * Doubling.Window * outputs), products + along,
            MoreRows * lanes * ((162 * inputs) + 2400 + (41 * inputs)), MoreRows * lanes * ((110 * inputs) + 1120 + (22 * inputs)),
            MoreRows * lanes * ((24 * inputs) + 400 + (1.2 * inputs)));
        yield return new KernelCount(
            $"doubling {inputs} to {outputs}, rows", (2 * Doubling.Window * outputs) + (4 * outputs), 2.0 * 2 * Doubling.Window * outputs,
            420 * quads, 190 * quads, 0);
    }

    /// <summary>Smoothing one tile: probabilities, the guide of one channel, the guided filter, labels.</summary>
    /// <param name="classes">Classes, at least 3: two come from one group of margins.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="sampleBytes">Bytes of a sample.</param>
    /// <param name="masked">Whether there is a mask.</param>
    public static IReadOnlyList<KernelCount> Smoothing(int classes, int radius, int sampleBytes, bool masked)
    {
        int more = masked ? 1 : 0, first = (2 * classes) + 2 + more, second = (2 * classes) + more, length = (2 * radius) + 1;
        // Adding a value of a row takes 9 instructions, 3 where addresses are folded; a value of a column, in each direction, 50 and 25.
        KernelCount Down(string name, int planes, int inputs, double flops) => new(
            $"guided filter: {name}", 4 * (inputs + planes), flops, 100 * planes, 50 * planes, 0);
        KernelCount Along(string name, int planes, double bytes, double flops) => new(
            $"guided filter: {name}", (4 * planes) + bytes, ((length - 1) * planes) + flops,
            9 * length * planes, (3 * length * planes) + 40, 0);
        return
        [
            new KernelCount("probabilities", 8 * classes, (24 * classes) + 1, 75 * classes, 45 * classes, 0),
            new KernelCount("samples to floats", sampleBytes + 4, 2, 25, 15, 0),
            .. Gaussian(4),
            Down("sums of products", first, classes + 1, 8 * (classes + 1)),
            Along("fit", first, 8 * classes, 8 + (7 * classes)),
            Down("sums of coefficients", second, 2 * classes, 6 * classes),
            Along("result", second, 4 + (4 * classes), 1 + (4 * classes)),
            new KernelCount("labels", (4 * classes) + 1, 0, 30 + (12 * classes), 20 + (7 * classes), 0),
        ];
    }

    /// <summary>The launches of one stage, for each pixel of the stage.</summary>
    private static IEnumerable<KernelCount> Stage(UpsamplerPlanGpu plan, UpsamplerStageGpu stage)
    {
        int channels = stage.Channels;
        IEnumerable<KernelCount> image = stage.WithImage ? [new KernelCount("image at a level's size", 24, 6, 90, 45, 0)] : [];
        return stage.Kind switch
        {
            UpsamplerKindGpu.Features => [new KernelCount("cells", 8 * channels, 2 * channels, 40 * channels, 20 * channels, 0)],
            UpsamplerKindGpu.PooledImage => [new KernelCount("pooled image", 60, 15, 150, 75, 0)],
            UpsamplerKindGpu.Pool => [new KernelCount("pooling", 20 * channels, 3 * channels, 40 * channels, 20 * channels, 0)],
            UpsamplerKindGpu.Output => Doubled(stage.Weights!.Inputs, stage.Weights.Outputs).Select(
                count => count with { Launches = GpuDevice.Groups(plan.MaxHeight, UpsamplerPlanGpu.BandRows) }),
            _ when stage.Weights!.Kernel == 3 => image.Prepend(Convolution(stage.Weights.Inputs, stage.Weights.Outputs)),
            _ => image.Prepend(CellConvolution(stage.Weights!)),
        };
    }

    /// <summary>
    /// A convolution at the size of the low-resolution cells. One tap of one channel for four outputs takes 25 instructions, 13 where
    /// addresses are folded.
    /// </summary>
    private static KernelCount CellConvolution(ConvolutionWeights weights)
    {
        double window = weights.Kernel * weights.Kernel;
        double steps = window * weights.Inputs * GpuDevice.Groups(weights.Outputs, Kernel.WarpOutputs);
        return new KernelCount(
            $"cells' convolution {weights.Inputs} to {weights.Outputs}", 4 * (weights.Inputs + weights.Outputs),
            2 * window * weights.Inputs * weights.Outputs, 25 * steps, 13 * steps, 0);
    }

    /// <summary>
    /// Both passes of a Gaussian. A step of the loop takes eight taps a side of eight pixels: 128 multiply-adds in 208 instructions as
    /// compiled, 159 folded. Bringing the pixels in is counted besides: 64 + 2 r for 64 along an axis.
    /// </summary>
    private static IEnumerable<KernelCount> Gaussian(int radius)
    {
        double taps = (2 * radius) + 1, read = (64.0 + (2 * radius)) / 64, shared = (24.0 / 128 * taps) + read;
        yield return new KernelCount(
            $"Gaussian {radius} along x", 8, 2 * taps, (208.0 / 128 * taps) + (27 * read) + 20, (159.0 / 128 * taps) + (15 * read) + 12,
            shared + 2);
        yield return new KernelCount(
            $"Gaussian {radius} along y", 8, 2 * taps, (208.0 / 128 * taps) + (33 * read) + 16, (159.0 / 128 * taps) + (18 * read) + 10,
            shared);
    }

    /// <summary>The families that are made from one blur, in one launch.</summary>
    private static KernelCount Derivatives(FeatureSpec spec, SinkCount sink)
    {
        int gaussian = spec.Has(Families.Gaussian) ? 1 : 0, sobel = spec.Has(Families.Sobel) ? 1 : 0;
        int hessian = spec.Has(Families.Hessian) ? 1 : 0, laplacian = spec.Has(Families.Laplacian) ? 1 : 0;
        int values = gaussian + sobel + (5 * hessian) + laplacian;
        int flops = 13 + (5 * sobel) + (20 * (hessian | laplacian)) + (21 * hessian) + laplacian;
        return sink.Storing(new KernelCount("derivatives", 4, flops, 240, 100, 35), values);
    }

    /// <summary>The membrane's lines: straight-line code for the default geometry, a loop over tables for any other.</summary>
    private static KernelCount Membrane(MembraneGeometry geometry)
    {
        if (geometry == new MembraneGeometry())
        {
            // Minima and maxima run at half rate, so they count twice among the instructions.
            return new KernelCount("membrane", 4, 785, 1675, 1190, 159);
        }
        var program = new MembraneProgram(new MembranePlan(geometry));
        double pairs = program.Entries.Count, lines = program.Reciprocals.Length, comparators = program.Comparators.Length;
        double steps = (24 * pairs) + (8 * comparators) + (20 * lines);
        double flops = (2 * pairs) + (7 * lines) + (2 * comparators), shared = (2 * pairs) + (4 * comparators) + (3 * lines);
        return new KernelCount("membrane, from tables", 4, flops, steps, steps, shared);
    }

    /// <summary>
    /// The structure tensor: the image's blur, the products of its derivatives, a blur of each of the three products, eigenvalues.
    /// </summary>
    private static IEnumerable<KernelCount> Structure(int radius, SinkCount sink)
    {
        KernelCount[] blur = [.. Gaussian(radius)];
        KernelCount products = new("products of derivatives", 16, 19, 156, 60, 0);
        KernelCount eigenvalues = sink.Storing(new KernelCount("structure's eigenvalues", 12, 11, 40, 30, 0), 2);
        return [.. blur, products, .. blur, .. blur, .. blur, eigenvalues];
    }

    /// <summary>Statistics over a disk. Mean, minimum and maximum are computed together, whichever of them are stored.</summary>
    private static IEnumerable<KernelCount> Disks(FeatureSpec spec, int pixels, SinkCount sink)
    {
        int values = (spec.Has(Families.Mean) ? 1 : 0) + (spec.Has(Families.Min) ? 1 : 0) + (spec.Has(Families.Max) ? 1 : 0);
        if (values > 0)
        {
            yield return sink.Storing(new KernelCount("disk", 4, 3 * pixels, 12 * pixels, 8 * pixels, 0), values);
        }
        if (spec.Has(Families.Median))
        {
            double looks = (MedianSteps + 1.0) * pixels;
            yield return sink.Storing(new KernelCount("median", 4, looks, 12 * looks, 7 * looks, 0), 1);
        }
    }

    /// <summary>The cost of storing a value: as a float, or as the bin that is found by a search among the feature's thresholds.</summary>
    private sealed class SinkCount(int? thresholds)
    {
        private readonly int _steps = BinSearch.Steps(thresholds ?? 0);

        /// <summary>The count of a kernel together with that of storing its values.</summary>
        public KernelCount Storing(KernelCount kernel, int values)
        {
            // A step of the search takes 20 instructions, 15 where addresses are folded; all are integer instructions or comparisons.
            (double bytes, double written, double folded) = thresholds is null
                ? (4, 8, 3)
                : (1, IntegerSlots * (21 + (20 * _steps)), IntegerSlots * (13 + (15 * _steps)));
            return kernel with
            {
                Bytes = kernel.Bytes + (bytes * values),
                Instructions = kernel.Instructions + (written * values),
                Folded = kernel.Folded + (folded * values),
            };
        }
    }
}
