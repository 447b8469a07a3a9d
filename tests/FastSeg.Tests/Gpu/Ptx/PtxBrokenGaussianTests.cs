using FastSeg.Kernels;
using FastSeg.Tests.Kernels;
using ILGPU;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>A kernel of the library that is broken: the Gaussian along x without one of its barriers, or with a buffer too short.</summary>
[TestFixture]
internal sealed class PtxBrokenGaussianTests
{
    private const string Barrier = "bar.sync";
    private const int Width = 70, Height = 20, Radius = 9;

    private static readonly string Sound =
        KernelHost.Ptx((Action<PlaneWindow, PlaneWindow, ArrayView<float>, int>)FastSeg.Kernels.Gaussian.AlongX);

    /// <summary>A constant image stays what it is where the taps' sum is 1.</summary>
    [Test]
    public void TheSoundOneRuns() => Assert.That(Run(Sound, Width * Height), Is.All.EqualTo(1f).Within(1e-6f));

    [TestCase(0), TestCase(1), TestCase(2)]
    public void ABarrierLeftOutIsARace(int barrier)
    {
        string[] lines = Sound.Split('\n');
        int[] barriers = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].Contains(Barrier, StringComparison.Ordinal))];
        Assert.That(barriers, Has.Length.EqualTo(3));
        lines[barriers[barrier]] = "";
        Assert.That(
            () => Run(string.Join('\n', lines), Width * Height), Throws.TypeOf<PtxException>().With.Message.Contains("a race"));
    }

    [Test]
    public void ABufferThatIsOneShortIsLeft() => Assert.That(
        () => Run(Sound, (Width * Height) - 1),
        Throws.TypeOf<PtxException>().With.Message.Contains($"4 bytes at {4 * ((Width * Height) - 1)} of source"));

    private static unsafe float[] Run(string ptx, int sourceFloats)
    {
        float[] source = [.. Enumerable.Repeat(1f, sourceFloats)], target = new float[Width * Height];
        float[] taps = [.. Enumerable.Repeat(1f / ((2 * Radius) + 1), Radius + 1)];
        var memory = new PtxMemory();
        fixed (float* from = source, to = target, weights = taps)
        {
            using var bytes = new MemoryStream();
            using var parameters = new BinaryWriter(bytes);
            foreach ((string name, nint first, int floats) in ((string, nint, int)[])[
                ("source", (nint)from, sourceFloats), ("target", (nint)to, target.Length)
            ])
            {
                parameters.Write(memory.Add(name, first, floats * sizeof(float), 0));
                parameters.Write((long)floats);
                Array.ForEach((int[])[0, 0, Width, Height], parameters.Write);
            }
            parameters.Write(memory.Add("taps", (nint)weights, taps.Length * sizeof(float), 0));
            parameters.Write((long)taps.Length);
            parameters.Write(Radius);
            new PtxCode(ptx).Launch(bytes.ToArray(), memory, new PtxSize((Width + 31) / 32, 1), new PtxSize(32, 4));
        }
        return target;
    }
}
