using FastSeg.Native;
using FastSeg.Probabilities;
using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>One worker's last step of safe smoothing: multiplies 16-bit probabilities by the classes' weights and decides.</summary>
internal sealed unsafe class Weighing : IDisposable
{
    /// <summary>Pixels that are weighed at a time.</summary>
    private const int Pixels = Band.MaxWidth;

    private readonly HostBuffer _weighted;
    private readonly float[] _weights;

    /// <summary>Allocates a row.</summary>
    /// <param name="weights">One a class, in class order.</param>
    public Weighing(IReadOnlyList<double> weights)
    {
        _weights = [.. weights.Select(weight => (float)weight)];
        _weighted = new HostBuffer(Bytes(_weights.Length));
    }

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(int classes) => (long)classes * Pixels * sizeof(float);

    /// <summary>Decides every pixel of a core.</summary>
    /// <param name="values">Probabilities as 16 bits: classes x pixels of the core; the caller's memory.</param>
    /// <param name="result">Receives the results; its core is the values'.</param>
    public void Run(ushort* values, TileResult result)
    {
        Region core = result.Core;
        float* weighted = (float*)_weighted.Pointer;
        for (long y = core.Y; y < core.Bottom; y++)
        {
            for (long x = core.X; x < core.Right; x += Pixels)
            {
                int width = (int)Math.Min(Pixels, core.Right - x);
                ushort* from = values + ((y - core.Y) * core.Width) + (x - core.X);
                fixed (float* weights = _weights)
                {
                    SmoothedPixelsCpu.Weigh(from, (nint)core.Pixels, weights, _weights.Length, weighted, Pixels, width);
                }
                result.TakeSmoothed(x, y, width, weighted, Pixels);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _weighted.Dispose();
}
