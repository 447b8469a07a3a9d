using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Images;
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
    /// <param name="plane">Receives the guide, row-major without padding.</param>
    public void Run(Tile tile, SampleStatistics page, Region region, float* plane) => _rows.Run(tile, page, region, plane);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static Rows Create(Arena arena, long maxWidth, int bits) => (bits == 0 ? VectorPath.Bits : bits) == 512
        ? new Rows<Simd512, Vector512<float>>(arena, maxWidth)
        : new Rows<Simd256, Vector256<float>>(arena, maxWidth);

    /// <summary>Both passes of the Gaussian, for one width of vectors.</summary>
    private abstract class Rows
    {
        public abstract void Run(Tile tile, SampleStatistics page, Region region, float* plane);
    }

    /// <summary>
    /// Goes down the rectangle row by row: each row of the image is standardised and blurred along x into a ring of nine rows, which the
    /// pass along y reads. The sums have the order of <see cref="Features.Gaussian"/>.
    /// </summary>
    private sealed class Rows<TLanes, TVector> : Rows
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private const int Taps = (2 * Guide.Radius) + 1;
        private readonly float[] _taps = Guide.Taps;
        private readonly nint _stride;
        private readonly float* _samples;
        private readonly float* _blurred;
        private readonly float* _sum;

        public Rows(Arena arena, long maxWidth)
        {
            // Loops go over whole vectors, and along x a vector reads the eight columns behind its last one.
            _stride = (nint)((maxWidth + (2 * Arena.Line) - 1) / Arena.Line * Arena.Line);
            _samples = arena.Floats(_stride + Arena.Line);
            _blurred = arena.Floats(Taps * _stride);
            _sum = arena.Floats(_stride);
        }

        public override void Run(Tile tile, SampleStatistics page, Region region, float* plane)
        {
            (float factor, float term) = Guide.Map(page);
            int width = (int)region.Width;
            float** rows = stackalloc float*[Taps];
            for (long y = region.Y - Guide.Radius; y < region.Bottom + Guide.Radius; y++)
            {
                ReadRow(tile, y, region.X - Guide.Radius, width + (2 * Guide.Radius), factor, term);
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
                    new ReadOnlySpan<float>(_sum, width).CopyTo(new Span<float>(plane + ((nint)done * width), width));
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

        /// <summary>The mean over channels of a row's standardised samples; beyond the image its edge pixels are repeated.</summary>
        private void ReadRow(Tile tile, long y, long x, int count, float factor, float term)
        {
            Region bounds = tile.Bounds;
            long row = Math.Clamp(y, bounds.Y, bounds.Bottom - 1) - bounds.Y;
            int before = (int)Math.Max(bounds.X - x, 0), inside = (int)Math.Min(bounds.Right - x, count) - before;
            long at = ((row * bounds.Width) + x + before - bounds.X) * tile.Channels;
            float* to = _samples + before;
            if (tile.Channels == 1)
            {
                Convert(tile.Samples + (at * tile.Type.Bytes()), tile.Type, inside, factor, term, to);
            }
            else
            {
                Mean(tile, at, inside, factor, term, to);
            }
            new Span<float>(_samples, before).Fill(to[0]);
            new Span<float>(to + inside, count - before - inside).Fill(to[inside - 1]);
        }

        /// <summary>Whole vectors, then the rest one by one: nothing may be read behind the row's last sample.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Convert(byte* from, SampleType type, int count, float factor, float term, float* to)
        {
            TVector factors = TLanes.Broadcast(factor), terms = TLanes.Broadcast(term);
            int bytes = type.Bytes(), i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count, from += TLanes.Count * bytes)
            {
                TVector samples = type switch
                {
                    SampleType.UInt8 => TLanes.LoadBytes(from),
                    SampleType.UInt16 => TLanes.LoadShorts((ushort*)from),
                    SampleType.Int16 => TLanes.LoadSignedShorts((short*)from),
                    _ => TLanes.Load((float*)from),
                };
                TLanes.Store(TLanes.Fma(samples, factors, terms), to + i);
            }
            for (; i < count; i++, from += bytes)
            {
                to[i] = MathF.FusedMultiplyAdd(Sample(from, type, 0), factor, term);
            }
        }

        /// <summary>Several channels: their sum from channel 0 on, times the rounded reciprocal of their number.</summary>
        private static void Mean(Tile tile, long at, int count, float factor, float term, float* to)
        {
            int channels = tile.Channels;
            float part = 1f / channels;
            for (int i = 0; i < count; i++, at += channels)
            {
                float sum = MathF.FusedMultiplyAdd(Sample(tile.Samples, tile.Type, at), factor, term);
                for (int channel = 1; channel < channels; channel++)
                {
                    sum += MathF.FusedMultiplyAdd(Sample(tile.Samples, tile.Type, at + channel), factor, term);
                }
                to[i] = sum * part;
            }
        }

        private static float Sample(byte* samples, SampleType type, long at) => type switch
        {
            SampleType.UInt8 => samples[at],
            SampleType.UInt16 => ((ushort*)samples)[at],
            SampleType.Int16 => ((short*)samples)[at],
            _ => ((float*)samples)[at],
        };
    }
}
