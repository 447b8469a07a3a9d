using System.Runtime.InteropServices;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class DogTests
{
    private const int WarpSize = 32;
    private const int Warps = 4;

    private Context _context = null!;
    private Accelerator _accelerator = null!;

    [OneTimeSetUp]
    public void Open()
    {
        var device = new CPUDevice(WarpSize, Warps, 1);
        _context = Context.Create(builder => builder.CPU(device));
        _accelerator = _context.CreateCPUAccelerator(0);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }

    [Test]
    public void EqualsTheScalarSubtractionBitForBit([Values(1, 31, 32, 33, 127, 128, 129, 1021)] int pixels, [Values(32, 128)] int groupSize)
    {
        var random = new Random(pixels);
        float[] fine = RandomFloats(random, pixels);
        float[] coarse = RandomFloats(random, pixels);
        float[] actual = Run(fine, coarse, groupSize, guard: 7);

        float[] expected = new float[pixels + 7];
        Array.Fill(expected, float.NaN);
        for (int i = 0; i < pixels; i++)
        {
            expected[i] = fine[i] - coarse[i];
        }
        Assert.That(MemoryMarshal.Cast<float, int>(actual).ToArray(), Is.EqualTo(MemoryMarshal.Cast<float, int>(expected).ToArray()));
    }

    [Test]
    public void CompilesToPtxForSm80WithoutADevice()
    {
        using var backend = new PTXBackend(_context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, nvvmAPI: null!);
        EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(typeof(Dog).GetMethod(nameof(Dog.Subtract))!);
        string ptx = ((PTXCompiledKernel)backend.Compile(entry, KernelSpecialization.Empty)).PTXAssembly;

        Assert.That(ptx, Does.Contain(".target sm_80"));
        Assert.That(ptx, Does.Contain("sub.f32").Or.Contain("sub.rn.f32"));
        Assert.That(Count(ptx, "ld.f32"), Is.EqualTo(2), "two floats read");
        Assert.That(Count(ptx, "st.f32"), Is.EqualTo(1), "one float written");
        Assert.That(ptx, Does.Not.Contain(".local"), "nothing spills");
    }

    [TestCase(0, 256, 0)]
    [TestCase(1, 256, 1)]
    [TestCase(256, 256, 1)]
    [TestCase(257, 256, 2)]
    [TestCase(400_000_000L, 256, 1_562_500)]
    public void GroupsCoverThePlane(long pixels, int groupSize, int groups) => Assert.That(Dog.Groups(pixels, groupSize), Is.EqualTo(groups));

    /// <summary>Runs the kernel on a plane followed by <paramref name="guard"/> floats of NaN that it must leave alone.</summary>
    private float[] Run(float[] fine, float[] coarse, int groupSize, int guard)
    {
        using MemoryBuffer1D<float, Stride1D.Dense> fineBuffer = _accelerator.Allocate1D(fine);
        using MemoryBuffer1D<float, Stride1D.Dense> coarseBuffer = _accelerator.Allocate1D(coarse);
        using MemoryBuffer1D<float, Stride1D.Dense> output = _accelerator.Allocate1D<float>(fine.Length + guard);
        float[] values = new float[fine.Length + guard];
        Array.Fill(values, float.NaN);
        output.CopyFromCPU(values);
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>> subtract =
            _accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>>(Dog.Subtract);
        ArrayView<float> plane = output.View.AsContiguous().SubView(0, fine.Length);
        subtract((Dog.Groups(fine.Length, groupSize), groupSize), fineBuffer.View.AsContiguous(), coarseBuffer.View.AsContiguous(), plane);
        _accelerator.Synchronize();
        output.CopyToCPU(values);
        return values;
    }

    private static float[] RandomFloats(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4)));
        }
        return values;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
