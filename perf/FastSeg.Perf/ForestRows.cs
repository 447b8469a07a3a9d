using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>
/// Every feature of some images in memory, twice: as the bands the filters hand out, and as the rows XGBoost takes.
/// </summary>
internal sealed unsafe class ForestRows : IDisposable
{
    private readonly List<HostBuffer> _buffers = [];

    public ForestRows(IEnumerable<ImageReader> images, FeatureSpec spec, int threads)
    {
        Features = spec.Names.Count;
        foreach (ImageReader image in images)
        {
            using var bank = new BankRunner(image, spec, threads);
            bank.Run(new Keep(this));
            Pixels += image.Info.Bounds.Pixels;
        }
        Rows = Allocate(Pixels * Features * sizeof(float));
        long at = 0;
        foreach (Band band in Bands)
        {
            for (int y = 0; y < band.Height; y++)
            {
                for (int x = 0; x < band.Width; x++, at += Features)
                {
                    for (int plane = 0; plane < Features; plane++)
                    {
                        Rows[at + plane] = band.Row(plane, y)[x];
                    }
                }
            }
        }
    }

    public int Features { get; }

    public long Pixels { get; }

    public List<Band> Bands { get; } = [];

    /// <summary>Row-major, the pixels in the order of the bands.</summary>
    public float* Rows { get; }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private float* Allocate(long bytes)
    {
        var buffer = new HostBuffer(bytes);
        _buffers.Add(buffer);
        return (float*)buffer.Pointer;
    }

    private void Copy(in Band band)
    {
        int planeStride = (band.RowStride * band.Height) + 16;
        lock (Bands)
        {
            float* first = Allocate((long)planeStride * band.Planes * sizeof(float));
            for (int plane = 0; plane < band.Planes; plane++)
            {
                for (int y = 0; y < band.Height; y++)
                {
                    float* row = first + ((long)plane * planeStride) + (y * band.RowStride);
                    new Span<float>(band.Row(plane, y), band.Width).CopyTo(new Span<float>(row, band.Width));
                }
            }
            Bands.Add(new Band(band.X, band.Y, band.Width, band.Height, band.Planes, first, band.RowStride, planeStride));
        }
    }

    private readonly struct Keep(ForestRows rows) : IBandConsumer
    {
        public void Consume(in Band band) => rows.Copy(band);
    }
}
