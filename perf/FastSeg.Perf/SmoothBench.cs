using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Probabilities;

namespace FastSeg.Perf;

/// <summary>
/// Measures what smoothing adds to a segmentation of three classes: probabilities from margins, the guide, the guided filter. Every thread
/// goes over panels as wide as most of a run's. A run also has narrower last panels, edges of the page and columns that two panels need;
/// <see cref="SmoothedJobBench"/> measures it whole. The bound of each is the number of its vector operations, at the rate of the machine's
/// multiply-adds.
/// </summary>
internal static unsafe class SmoothBench
{
    private const int Classes = 3, Radius = 8, Panel = 256, Side = 1024, Tiles = 16;

    /// <summary>Most that all of it may take together, so that segmenting is at most 1 / 0.85 as slow.</summary>
    private const double MostNanoseconds = 12;

    /// <summary>Operations of an exponential, and of a class's difference, maximum, sum and product.</summary>
    private const double SoftmaxOperations = (15 + 4) * Classes;

    private const double GuideOperations = 1 + (2 * 9);

    public static void Run(PerfRun run)
    {
        int threads = run.Options.Threads;
        Worker[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Worker())];
        double all = 0;
        void Measure(string name, double operations, double bytes, Action<Worker> step)
        {
            double seconds = run.Best(() => Workers.Run(
                threads, threads * Tiles, new ComputeOptions { Threads = threads }, (worker, _) => step(workers[worker])));
            long pixels = (long)threads * Tiles * Panel * Side;
            double nanoseconds = seconds * 1e9 * threads / pixels;
            all += nanoseconds;
            run.Add(new Measurement("smooth", name, seconds, pixels)
            {
                BytesPerPixel = bytes,
                OwnBound = (run.Bounds.FlopsPerSecond / 2 / operations, "operations"),
                Note = FormattableString.Invariant($"{nanoseconds:F2} ns a pixel and thread, {operations:F0} operations"),
            });
        }
        Measure($"probabilities of {Classes} classes", SoftmaxOperations, 8 * Classes, worker => worker.Softmax());
        Measure("guide, uint8", GuideOperations, 5, worker => worker.MakeGuide());
        Measure($"guided filter, radius {Radius}, {Classes} classes", FilterOperations(), 4 * (Classes + 1), worker => worker.Filter());
        run.Add(new Quantity("smooth", "all of it", all, "ns", "a pixel and thread") { Goal = Goal.AtMost(MostNanoseconds) });
        Array.ForEach(workers, worker => worker.Dispose());
    }

    /// <summary>
    /// Down the columns three additions a plane and, of the products, two multiply-adds; along a row, 17 values are five additions and four
    /// shifts; the coefficients take 8 operations and 6 a class, the results 6 a class.
    /// </summary>
    private static double FilterOperations()
    {
        const int First = 2 + (2 * Classes), Second = 2 * Classes;
        return (3 + 9) * (First + Second) + 8 + (12 * Classes);
    }

    /// <summary>One thread's memory.</summary>
    private sealed class Worker : IDisposable
    {
        private const int Halo = 2 * Radius, Row = Panel + (2 * Halo), Rows = Side + (2 * Halo);
        private static readonly nint Stride = GuidedFilterCpu.PlaneStride(Radius);
        private static readonly Region Page = new(0, 0, 3 * Side, 3 * Side), Core = new(Side, Side, Panel, Side);
        private readonly HostBuffer _margins = new((long)Classes * Row * Rows * sizeof(float));
        private readonly HostBuffer _planes = new((Classes + 1) * Stride * Rows * sizeof(float));
        private readonly MemoryImage _image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(Page.Width), Page.Width, Page.Height);
        private readonly Tile _tile;
        private readonly GuideCpu _guideCpu = new(Row);
        private readonly GuidedFilterCpu _filter = new(Classes, Radius, 0.05);

        public Worker()
        {
            var random = new Random(1);
            float* margins = (float*)_margins.Pointer;
            for (int i = 0; i < Classes * Row * Rows; i++)
            {
                margins[i] = (8 * random.NextSingle()) - 4;
            }
            _tile = new Tile(Core, Halo + Guide.Radius, 1, _image.Info);
            _tile.Fill(_image, Core);
            Softmax();
            MakeGuide();
        }

        private static Region Outer => Core.Inflate(Halo);

        private static nint RowStride => (Classes + 1) * Stride;

        private float* Guides => (float*)_planes.Pointer;

        private float* Probabilities => Guides + Stride;

        public void Softmax()
        {
            for (int row = 0; row < Rows; row++)
            {
                float* margins = (float*)_margins.Pointer + (row * Row);
                SoftmaxCpu.Run(margins, Row * Rows, Classes, Probabilities + (row * RowStride), Stride, Panel);
            }
        }

        public void MakeGuide() => _guideCpu.Run(_tile, new SampleStatistics(120, 40), Outer, Guides, RowStride);

        public void Filter()
        {
            var tile = new GuidedTileCpu
            {
                Core = Core,
                Outer = Outer,
                First = (Outer.X, Outer.Y),
                RowStride = RowStride,
                PlaneStride = Stride,
                Probabilities = Probabilities,
                Guide = Guides,
            };
            var rows = default(Drop);
            _filter.Run(tile, ref rows);
        }

        public void Dispose()
        {
            _margins.Dispose();
            _planes.Dispose();
            _tile.Dispose();
            _image.Dispose();
            _guideCpu.Dispose();
            _filter.Dispose();
        }

        /// <summary>Takes no row: the filter alone is measured.</summary>
        private readonly struct Drop : ISmoothedRows
        {
            public void Take(long x, long y, int width, float* smoothed, nint classStride)
            {
            }
        }
    }
}
