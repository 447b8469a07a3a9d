using FastSeg.Common;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>Runs the filter bank over a whole image, tile by tile, and keeps every plane, which the program never does.</summary>
internal static class BankRun
{
    public static float[][] Planes(
        FeatureSpec spec, ImageReader reader, long tileWidth = 1024, long tileHeight = 1024, int bits = 0, SampleMap map = default,
        bool together = false)
    {
        int before = VectorPath.Bits;
        VectorPath.Bits = bits == 0 ? before : bits;
        try
        {
            ImageInfo info = reader.Info;
            var core = new Region(0, 0, Math.Min(tileWidth, info.Width), Math.Min(tileHeight, info.Height));
            using var tile = new Tile(core, spec.Halo, info.Channels, info) { Map = map };
            using var bank = new FilterBank(spec, info.Channels, core, together: together);
            var keeper = new Keeper(info, spec.Names.Count * info.Channels);
            var grid = new TileGrid(info.Bounds, core.Width, core.Height);
            for (long i = 0; i < grid.Count; i++)
            {
                tile.Fill(reader, grid[i]);
                keeper.Begin(together);
                bank.Run(tile, ref keeper);
            }
            Assert.That(keeper.Pixels, Is.EqualTo(info.Bounds.Pixels), "pixels handed out");
            return keeper.Planes;
        }
        finally
        {
            VectorPath.Bits = before;
        }
    }

    /// <summary>Copies bands into whole planes.</summary>
    private struct Keeper : IBandConsumer
    {
        private readonly ImageInfo _info;
        private bool _together;
        private long _last;

        public Keeper(ImageInfo info, int planes)
        {
            _info = info;
            Planes = new float[planes][];
            for (int i = 0; i < planes; i++)
            {
                Planes[i] = new float[info.Bounds.Pixels];
                Array.Fill(Planes[i], float.NaN);
            }
        }

        public float[][] Planes { get; }

        public long Pixels { get; private set; }

        /// <summary>Begins a tile, whose bands come row by row where its panels descend together.</summary>
        public void Begin(bool together) => (_together, _last) = (together, 0);

        public unsafe void Consume(in Band band)
        {
            Assert.That(!_together || band.Y >= _last, $"a band at {band.Y} after one at {_last}");
            _last = band.Y;
            Assert.That(band.Planes, Is.EqualTo(Planes.Length));
            Pixels += (long)band.Width * band.Height;
            for (int plane = 0; plane < band.Planes; plane++)
            {
                for (int row = 0; row < band.Height; row++)
                {
                    var from = new ReadOnlySpan<float>(band.Row(plane, row), band.Width);
                    from.CopyTo(Planes[plane].AsSpan((int)(((band.Y + row) * _info.Width) + band.X)));
                }
            }
        }
    }
}
