using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>Computes the guide on the CPU. Every worker has one of its own.</summary>
internal sealed unsafe class GuideCpu : IDisposable
{
    private readonly HostBuffer _buffer;
    private readonly Rows _rows;

    /// <summary>Allocates everything that tiles need.</summary>
    /// <param name="maxWidth">Columns of the widest rectangle.</param>
    /// <param name="bits">Width of the vectors, 256 or 512; 0 for the one that the process uses. Results do not depend on it.</param>
    public GuideCpu(long maxWidth, int bits = 0)
    {
        var count = new Arena();
        Create(count, maxWidth, bits);
        _buffer = new HostBuffer(count.Bytes);
        _rows = Create(new Arena(_buffer), maxWidth, bits);
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(long maxWidth)
    {
        var count = new Arena();
        Create(count, maxWidth, 0);
        return count.Bytes;
    }

    /// <summary>Computes the guide of a rectangle.</summary>
    /// <param name="tile">
    /// The tile, filled; its bounds hold the rectangle and <see cref="Guide.Radius"/> pixels around it, as far as the image goes.
    /// </param>
    /// <param name="page">Mean and deviation of the page's samples.</param>
    /// <param name="region">The rectangle, in image coordinates.</param>
    /// <param name="plane">Receives the guide, row by row.</param>
    /// <param name="stride">Floats from a row of it to the next.</param>
    public void Run(Tile tile, SampleStatistics page, Region region, float* plane, nint stride) =>
        _rows.Run(tile, page, region, plane, stride);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static Rows Create(Arena arena, long maxWidth, int bits) => (bits == 0 ? VectorPath.Bits : bits) == 512
        ? new Rows<Simd512, Vector512<float>>(arena, maxWidth)
        : new Rows<Simd256, Vector256<float>>(arena, maxWidth);

    /// <summary>Both passes of the Gaussian, for one width of vectors.</summary>
    private abstract class Rows
    {
        public abstract void Run(Tile tile, SampleStatistics page, Region region, float* plane, nint stride);
    }

    /// <summary>
    /// Goes down the rectangle row by row: each row of the image is standardised and blurred along x into a ring of nine rows, which the
    /// pass along y reads. The sums have the order of <see cref="Gaussian"/>.
    /// </summary>
    private sealed class Rows<TLanes, TVector> : Rows
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private const int Taps = (2 * Guide.Radius) + 1;
        private readonly float[] _taps = Guide.Taps;
        private readonly nint _stride;
        private readonly float* _samples;
        private readonly float* _channel;
        private readonly float* _blurred;
        private readonly float* _sum;

        public Rows(Arena arena, long maxWidth)
        {
            // Loops go over whole vectors, and along x a vector reads the eight columns behind its last one.
            _stride = (nint)((maxWidth + (2 * Arena.Line) - 1) / Arena.Line * Arena.Line);
            _samples = arena.Floats(_stride + Arena.Line);
            _channel = arena.Floats(_stride + Arena.Line);
            _blurred = arena.Floats(Taps * _stride);
            _sum = arena.Floats(_stride);
        }

        public override void Run(Tile tile, SampleStatistics page, Region region, float* plane, nint stride)
        {
            var map = SampleMap.Of(page);
            int width = (int)region.Width;
            float** rows = stackalloc float*[Taps];
            for (long y = region.Y - Guide.Radius; y < region.Bottom + Guide.Radius; y++)
            {
                ReadRow(tile, map, y, region.X - Guide.Radius, width + (2 * Guide.Radius));
                for (int i = 0; i < Taps; i++)
                {
                    rows[i] = _samples + i;
                }
                long newest = y - region.Y + Guide.Radius;
                Blur(rows, width, _blurred + ((nint)(newest % Taps) * _stride));
                long done = newest - (2 * Guide.Radius);
                if (done >= 0)
                {
                    for (int i = 0; i < Taps; i++)
                    {
                        rows[i] = _blurred + ((nint)((done + i) % Taps) * _stride);
                    }
                    Blur(rows, width, _sum);
                    new ReadOnlySpan<float>(_sum, width).CopyTo(new Span<float>(plane + ((nint)done * stride), width));
                }
            }
        }

        /// <summary>One row of nine-tap sums, from nine rows that each begin where their tap looks first.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Blur(float** rows, int width, float* to)
        {
            TVector t0 = TLanes.Broadcast(_taps[0]), t1 = TLanes.Broadcast(_taps[1]), t2 = TLanes.Broadcast(_taps[2]);
            TVector t3 = TLanes.Broadcast(_taps[3]), t4 = TLanes.Broadcast(_taps[4]);
            float* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3], r4 = rows[4], r5 = rows[5], r6 = rows[6], r7 = rows[7];
            float* r8 = rows[8];
            for (int x = 0; x < width; x += TLanes.Count)
            {
                TVector sum = TLanes.Fma(t4, TLanes.Load(r0 + x), TLanes.Broadcast(0));
                sum = TLanes.Fma(t3, TLanes.Load(r1 + x), sum);
                sum = TLanes.Fma(t4, TLanes.Load(r8 + x), sum);
                sum = TLanes.Fma(t3, TLanes.Load(r7 + x), sum);
                sum = TLanes.Fma(t2, TLanes.Load(r2 + x), sum);
                sum = TLanes.Fma(t1, TLanes.Load(r3 + x), sum);
                sum = TLanes.Fma(t2, TLanes.Load(r6 + x), sum);
                sum = TLanes.Fma(t1, TLanes.Load(r5 + x), sum);
                TLanes.Store(TLanes.Fma(t0, TLanes.Load(r4 + x), sum), to + x);
            }
        }

        /// <summary>
        /// The mean over channels of a row's standardised samples: their sum from channel 0 on, times the rounded reciprocal of their
        /// number.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ReadRow(Tile tile, SampleMap map, long y, long x, int count)
        {
            TVector part = TLanes.Broadcast(1f / tile.Channels);
            for (int channel = 0; channel < tile.Channels; channel++)
            {
                var source = new PixelSource(tile.Samples, tile.Type, tile.Channels, channel, tile.Bounds, map);
                Pixels<TLanes, TVector>.Read(source, y, x, count, channel == 0 ? _samples : _channel);
                for (int i = 0; channel > 0 && i < count; i += TLanes.Count)
                {
                    TVector sum = TLanes.Add(TLanes.Load(_samples + i), TLanes.Load(_channel + i));
                    TLanes.Store(channel < tile.Channels - 1 ? sum : TLanes.Multiply(sum, part), _samples + i);
                }
            }
        }
    }
}
