using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Runs;

/// <summary>Chooses the tiles of a run and lists every buffer that the run needs.</summary>
/// <param name="Work">What is computed of which image.</param>
/// <param name="Area">The region to be computed.</param>
/// <param name="Factory">What computes.</param>
/// <param name="OutputBytes">Bytes of a worker's outputs, given a tile's core.</param>
/// <param name="SharedItems">Buffers of the whole run (readers, writers), given the number of workers.</param>
/// <param name="Transformer">Buffers that are freed before the first tile; null where no transformer runs.</param>
internal sealed record Planner(
    Work Work,
    Region Area,
    BackendFactory Factory,
    Func<Region, long> OutputBytes,
    Func<int, IEnumerable<(string Name, long Bytes)>> SharedItems,
    TransformerBuffers? Transformer)
{
    /// <summary>What a second pass over the tiles needs; null where there is none.</summary>
    public SecondPass? SecondPass { get; init; }

    /// <summary>What is held after the last tile alone, given the number of workers.</summary>
    public Func<int, long> FinishBytes { get; init; } = _ => 0;

    /// <summary>Columns and rows of the tiles to try first, whatever the image; null where the planner chooses.</summary>
    public (long Width, long Height)? Shape { get; init; }

    /// <summary>How often all buffers exist, each time for another frame.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>What plans call that which the reader of the image holds.</summary>
    public const string Reader = "reader";

    /// <summary>
    /// The sides of tiles are multiples of this, so tiles begin at multiples of it from the area's corner. 256 pixels are the side of a
    /// tile in the TIFFs that are written, and the width of most filter panels.
    /// </summary>
    private const int Grain = 256;

    /// <summary>Columns of the widest tile that may be chosen to hold whole rows.</summary>
    private const int WidestRow = 128 * Grain;

    /// <summary>
    /// Bytes of a tile's outputs from which on a shape counts as too large: feature stacks, or the probabilities of many classes, get
    /// smaller tiles.
    /// </summary>
    private const long MostOutput = 64L << 20;

    /// <summary>The first candidate that fits the limits.</summary>
    /// <exception cref="FastSegException">
    /// No candidate fits the memory that is allowed; the sentence says the least that would do.
    /// </exception>
    public Plan Make(ComputeOptions options)
    {
        long deviceLimit = Factory.DeviceLimit(options);
        Plan? least = null, leastOnDevice = null;
        foreach ((long width, long height, int workers, int windows) in WithWindows(options))
        {
            Plan plan = Describe(width, height, workers, windows);
            leastOnDevice = leastOnDevice is null || plan.DeviceBytes < leastOnDevice.DeviceBytes ? plan : leastOnDevice;
            if (deviceLimit > 0 && plan.DeviceBytes > deviceLimit)
            {
                continue;
            }
            if (options.Memory <= 0 || plan.PeakBytes <= options.Memory)
            {
                return WithStored(plan, options);
            }
            least = least is null || plan.PeakBytes < least.PeakBytes ? plan : least;
        }
        const string Limit = "a memory limit of", DeviceLimit = "device memory of";
        throw least is not null
            ? new FastSegException(
                TooLittle($"{Limit} {ByteSize.Text(options.Memory)}", ByteSize.Least(least.PeakBytes)), Setting.Memory, Limit)
            : new FastSegException(
                TooLittle($"{DeviceLimit} {ByteSize.Text(deviceLimit)}", ByteSize.Text(leastOnDevice!.DeviceBytes)),
                Setting.DeviceMemory, DeviceLimit);
    }

    private ImageReader Image => Work.Image;

    private string TooLittle(string limit, string least) =>
        $"{Image.Info.Name}: {limit} is not enough for {Area.Width} x {Area.Height} pixels; " +
        $"the least that would do is {least}.";

    /// <summary>The plan of one candidate, whether or not it fits.</summary>
    private Plan Describe(long width, long height, int workers, int windows)
    {
        int reach = Work.Smoothing.Reach;
        (long X, long Y)? origin = SecondPass is null ? null : (SecondPass.Area.X, SecondPass.Area.Y);
        Region core = new TileGrid(Area, width, height).MaxCore;
        var grid = new TileGrid(Area, width, height) { Origin = origin, Reach = reach, Page = Image.Info.Bounds };
        var items = new List<PlanItem>
        {
            new("tile", TileWorker.Bytes(Work, grid.MaxCore), workers, PlanPhase.Tiles),
            new("outputs", OutputBytes(core), workers, PlanPhase.Tiles),
        };
        items.AddRange(Factory.WorkerItems(Work, grid).Select(item => new PlanItem(item.Name, item.Bytes, workers, PlanPhase.Tiles)));
        items.AddRange(SharedItems(workers).Select(item => new PlanItem(item.Name, item.Bytes, 1, PlanPhase.Run)));
        items.AddRange(Transformer?.Items(windows) ?? []);
        if (Work.NeedsSamples && Work.Samples is null)
        {
            long bytes = SampleStatisticsPass.Bytes(Work.Stored, Work.Mask, workers, Work.Percentiles);
            items.Add(new PlanItem("mean and deviation", bytes, 1, PlanPhase.Statistics));
            MoveFirstPass(items, workers);
        }
        if (SecondPass is { } second)
        {
            long bytes = second.WorkerBytes(new TileGrid(second.Area, width, height).MaxCore);
            items.Add(new PlanItem("weighing", bytes, workers, PlanPhase.Weighing));
        }
        if (FinishBytes(workers) is > 0 and long finish)
        {
            items.Add(new PlanItem("smaller sizes", finish, 1, PlanPhase.Finish));
        }
        return new Plan(
            Area, width, height, Work.Halo + reach, Work.Channels, Work.PlaneCount, workers, Copied(items),
            Copied(Factory.DeviceItems(Work, grid)),
            ProcessMemory.Resident() + ProcessMemory.CodeBytes)
        {
            Reach = reach,
            WindowsAtOnce = windows,
            Standardise = Work.Features.Standardise,
            Page = Image.Info.Bounds,
            Origin = origin,
            DiskBytes = Work.DiskBytes,
        };
    }

    /// <summary>What the reader holds for the first pass over the page alone is gone before the tiles' buffers are made.</summary>
    private void MoveFirstPass(List<PlanItem> items, int workers)
    {
        int reader = items.FindIndex(item => item.Name == Reader);
        long bytes = Work.Stored.FirstPassBytes(workers);
        if (reader >= 0 && bytes > 0)
        {
            items[reader] = items[reader] with { BytesEach = items[reader].BytesEach - bytes };
            items.Add(new PlanItem("decoding", bytes, 1, PlanPhase.Statistics));
        }
    }

    private IReadOnlyList<PlanItem> Copied(IReadOnlyList<PlanItem> items) =>
        Copies == 1 ? items : [.. items.Select(item => item with { Count = item.Count * Copies })];

    /// <summary>Adds what the first pass leaves to the second: to the memory where the limit allows it, otherwise to the disk.</summary>
    private Plan WithStored(Plan plan, ComputeOptions options)
    {
        if (SecondPass is null)
        {
            return plan;
        }
        long bytes = SecondPass.StoredBytes;
        bool inMemory = options.Memory > 0 ? plan.PeakBytes + bytes <= options.Memory : bytes <= SecondPass.MostInMemory;
        return inMemory
            ? plan with { Items = [.. plan.Items, new PlanItem("probabilities", bytes, 1, PlanPhase.Run)] }
            : plan with { DiskBytes = plan.DiskBytes + bytes, ProbabilitiesOnDisk = true };
    }

    /// <summary>
    /// The candidates, each with as many windows of the transformer at once as there are threads, and then with fewer: the transformer's
    /// buffers are gone before the tiles' are made, so windows are what a tile's shape cannot make up for.
    /// </summary>
    private IEnumerable<(long Width, long Height, int Workers, int Windows)> WithWindows(ComputeOptions options)
    {
        int most = Transformer?.MostAtOnce(options.WorkerCount) ?? 0, least = Math.Min(most, 1);
        foreach ((long width, long height, int workers) in Candidates(options.WorkerCount))
        {
            for (int windows = most; windows >= least; windows--)
            {
                yield return (width, height, workers, windows);
            }
        }
    }

    /// <summary>
    /// Shapes of tiles and numbers of workers, from the fastest to the one that needs least memory. Filters go down panels of at most 320
    /// columns, so tall tiles repeat least work; files in strips want whole rows instead. The first candidate is the fastest shape with
    /// small outputs that keeps every worker busy; where no shape is like that, it is the smallest one. At the end come fewer and
    /// fewer workers.
    /// </summary>
    private IEnumerable<(long Width, long Height, int Workers)> Candidates(int workers)
    {
        if (Shape is { } given)
        {
            yield return (given.Width, given.Height, workers);
        }
        long fullWidth = Math.Min(WidestRow, Area.Width + Grain - 1) / Grain * Grain;
        var shapes = new List<(long Width, long Height)>(Factory.Shapes);
        if (Work.Smoothing.Reach > 0 && !Image.PrefersWholeRows)
        {
            // What is computed around a tile for smoothing goes through filters and trees too: 4.8 % of 1024 x 2048 pixels, 3.1 % of these.
            shapes.Add((8 * Grain, 8 * Grain));
        }
        if (!Factory.UpsamplesItself && DeepImage.ComesInRows(Work.Deep) && Work.Smoothing.Reach == 0 && !Image.PrefersWholeRows)
        {
            // A learned upsampler's rows have half as many columns: the run takes 33 MiB less of 203, and the upsampler 1.8 % longer.
            shapes.Add((2 * Grain, 8 * Grain));
        }
        if (Image.PrefersWholeRows)
        {
            shapes.AddRange([(fullWidth, 4 * Grain), (fullWidth, 2 * Grain)]);
        }
        // A reader of strips keeps about a thousand rows: the next tile to the right finds its strips there unless tiles are too tall.
        foreach (long height in (long[])(Image.PrefersWholeRows ? [2 * Grain, Grain] : [8 * Grain, 4 * Grain, 2 * Grain, Grain]))
        {
            foreach (long width in (long[])[4 * Grain, 2 * Grain, Grain])
            {
                shapes.Add((width, height));
            }
        }
        bool Balanced((long Width, long Height) shape) => IsBalanced(new TileGrid(Area, shape.Width, shape.Height), workers);
        bool Small((long Width, long Height) shape)
        {
            var core = new Region(0, 0, shape.Width, shape.Height);
            return OutputBytes(core) + Factory.TileBytes(Work, core) <= MostOutput;
        }
        int start = shapes.FindIndex(shape => Balanced(shape) && Small(shape));
        start = start < 0 ? shapes.Count - 1 : start;
        for (int i = start; i < shapes.Count; i++)
        {
            yield return (shapes[i].Width, shapes[i].Height, workers);
        }
        for (int fewer = workers / 2; fewer > 0; fewer /= 2)
        {
            yield return (Grain, Grain, fewer);
        }
    }

    /// <summary>
    /// Whether a grid keeps all workers busy nearly to the end: it has at least four tiles for each, or so few that what each gets can be
    /// added up. Tiles at the right and lower edge may be small.
    /// </summary>
    private static bool IsBalanced(TileGrid grid, int workers)
    {
        const double MostIdle = 0.1;
        if (grid.Count >= 4L * workers)
        {
            return true;
        }
        long[] pixels = new long[workers];
        for (long i = 0; i < grid.Count; i++)
        {
            // The worker that is done first takes the next tile.
            pixels[Array.IndexOf(pixels, pixels.Min())] += grid[i].Pixels;
        }
        return pixels.Max() * workers <= pixels.Sum() * (1 + MostIdle);
    }
}
