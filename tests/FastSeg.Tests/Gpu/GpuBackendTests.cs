using FastSeg.Gpu;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>The whole GPU backend on the simulated device, against the CPU backend: the same bits.</summary>
[TestFixture]
internal sealed class GpuBackendTests
{
    /// <summary>One thread where the order of jobs matters to nothing, two where both slots shall be used.</summary>
    private static readonly ComputeOptions Simulated = new() { Backend = BackendKind.Simulated, Threads = 2 };
    private static readonly ComputeOptions Cpu = new() { Backend = BackendKind.Cpu };

    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2] };

    private static readonly SyntheticScene Grey = new(61, 43), Colour = new(37, 29, channels: 3);

    private static readonly Lazy<Model> GreyModel = new(() => Segmenter.Train([Grey.Training], Small, Trained.Quick, options: Cpu).Model);

    private static readonly Lazy<Model> ColourModel = new(
        () => Segmenter.Train([Colour.Training], Small, Trained.Quick, options: Cpu).Model);

    /// <summary>Memory of other tests' models, which nobody holds any more, must not be freed while a test counts.</summary>
    [SetUp]
    public void FreeWhatNobodyHolds()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Test]
    public void LabelsProbabilitiesAndConfidenceHaveTheCpusBits([Values] bool colour)
    {
        using MemoryImage image = (colour ? Colour : Grey).Image;
        Model model = (colour ? ColourModel : GreyModel).Value;
        (byte[] labels, float[] probabilities, float[] confidence, RunResult run) = Everything(model, image, Simulated);
        (byte[] expectedLabels, float[] expectedProbabilities, float[] expectedConfidence, RunResult expectedRun) =
            Everything(model, image, Cpu);
        Assert.That(labels, Is.EqualTo(expectedLabels));
        Assert.That(probabilities, Is.EqualTo(expectedProbabilities));
        Assert.That(confidence, Is.EqualTo(expectedConfidence));
        Assert.That(run.ClassPixels, Is.EqualTo(expectedRun.ClassPixels));
        Assert.That((run.Backend, expectedRun.Backend), Is.EqualTo((BackendKind.Simulated, BackendKind.Cpu)));
        Assert.That(Trained.Labels(model, image, Simulated), Is.EqualTo(expectedLabels), "labels alone, without margins");
    }

    [Test]
    public void ARegionAndAMaskGiveTheCpusLabels()
    {
        using MemoryImage image = Grey.Image;
        byte[] mask = new byte[61 * 43];
        Array.Fill(mask, (byte)1, 500, 700);
        using var masked = MemoryImage.FromMemory<byte>(mask, 61, 43);
        var options = new SegmentOptions { Region = new Region(5, 7, 33, 30), Mask = masked };
        Assert.That(
            Trained.Labels(GreyModel.Value, image, Simulated, options), Is.EqualTo(Trained.Labels(GreyModel.Value, image, Cpu, options)));
    }

    [Test]
    public void PlanesHaveTheCpusBits([NarrowTypes] SampleType type)
    {
        var random = new Random(4);
        const int Width = 45, Height = 31;
        byte[] samples = new byte[Width * Height * type.Bytes()];
        random.NextBytes(samples);
        if (type == SampleType.Float32)
        {
            float[] floats = [.. Enumerable.Range(0, Width * Height).Select(_ => random.NextSingle() - 0.5f)];
            Buffer.BlockCopy(floats, 0, samples, 0, samples.Length);
        }
        float[] Planes(ComputeOptions options)
        {
            using MemoryImage image = Image(samples, type, Width, Height);
            float[] planes = new float[FeatureSpec.Paper.Names.Count * Width * Height];
            Segmenter.Features(
                image, FeatureSpec.Paper, 1,
                names => MemoryWriter.Into<float>(new ImageLayout(Width, Height, SampleType.Float32, names.Count), planes),
                options);
            return planes;
        }
        Assert.That(Planes(Simulated), Is.EqualTo(Planes(Cpu)));
    }

    [Test]
    public void ATrainedModelHasTheCpusBytes()
    {
        using var folder = new TemporaryFolder();
        byte[] Bytes(ComputeOptions options, string name)
        {
            var other = new SyntheticScene(40, 33, seed: 2);
            Segmenter.Train([Grey.Training, other.Training], Small, Trained.Quick, options: options).Model.Save(folder.File(name));
            return File.ReadAllBytes(folder.File(name));
        }
        Assert.That(Bytes(Simulated, "gpu.fastseg"), Is.EqualTo(Bytes(Cpu, "cpu.fastseg")));
    }

    /// <summary>The largest samples that are taken: squares of derivatives are near the largest float.</summary>
    [Test]
    public void TheLargestSamplesHaveTheCpusBitsAndLargerOnesItsSentence()
    {
        float[] samples = [.. Grey.Pixels.Select(value => value / 255f)];
        (samples[700], samples[701], samples[763]) = (1e17f, -1e17f, 1e17f);
        using var image = MemoryImage.FromMemory<float>(samples, 61, 43);
        Assert.That(Trained.Labels(GreyModel.Value, image, Simulated), Is.EqualTo(Trained.Labels(GreyModel.Value, image, Cpu)));
        samples[900] = 1e18f;
        using var larger = MemoryImage.FromMemory<float>(samples, 61, 43);
        string Sentence(ComputeOptions options) => Assert.Catch<FastSegException>(
            () => Trained.Labels(GreyModel.Value, larger, options))!.Message;
        Assert.That(Sentence(Simulated), Is.EqualTo(Sentence(Cpu)));
    }

    [Test]
    public void ThePlanCountsEveryByteOnTheDeviceAndTilesAllocateNone()
    {
        using MemoryImage image = Grey.Image;
        var segmenter = new Segmenter(GreyModel.Value);
        var outputs = new SegmentOutputs { Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[61 * 43]) };
        Plan plan = segmenter.Plan(image, outputs, options: Simulated);
        Assert.That(plan.DeviceItems.Select(item => item.Name), Does.Contain("samples").And.Contain("bins").And.Contain("forest"));
        long host = HostBuffer.LiveBytes, device = DeviceArena.LiveBytes;
        HostBuffer.ResetPeak();
        DeviceArena.ResetPeak();
        segmenter.Segment(image, outputs, options: Simulated);
        Assert.That(DeviceArena.PeakBytes - device, Is.EqualTo(plan.DeviceBytes));
        Assert.That(HostBuffer.PeakBytes - host, Is.EqualTo(plan.BufferBytes));
        Assert.That(DeviceArena.LiveBytes, Is.EqualTo(device), "nothing stays behind");
        Assert.That(HostBuffer.LiveBytes, Is.EqualTo(host));
    }

    [Test]
    public void MoreTilesDoNotAllocateMoreBuffers()
    {
        (long Device, long Host) Buffers(int height)
        {
            byte[] pixels = new byte[20 * height];
            new Random(3).NextBytes(pixels);
            using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, 20, height);
            var segmenter = new Segmenter(GreyModel.Value);
            var outputs = new SegmentOutputs
            {
                Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[pixels.Length]),
            };
            long device = DeviceArena.Allocations, host = HostBuffer.Allocations;
            // As little device memory as there can be: tiles of 256 rows.
            segmenter.Segment(image, outputs, options: Simulated with { DeviceMemory = LeastFor(segmenter, image, outputs) });
            return (DeviceArena.Allocations - device, HostBuffer.Allocations - host);
        }
        Buffers(300);
        Assert.That(Buffers(1100), Is.EqualTo(Buffers(300)));
    }

    [Test]
    public void TooLittleDeviceMemorySaysTheLeast()
    {
        using MemoryImage image = Grey.Image;
        FastSegException? e = Assert.Catch<FastSegException>(
            () => Trained.Labels(GreyModel.Value, image, Simulated with { DeviceMemory = 1000 }));
        Assert.That(e!.Message, Does.Match(@"device memory of 1000B is not enough .* the least that would do is \d+B\."));
    }

    [Test]
    public void ADeviceThatIsNotThereGetsASentence()
    {
        if (GpuProbe.Run().Any(found => found.Backend == BackendKind.OpenCl && found.Exists && found.PassedOver.Length == 0))
        {
            Assert.Ignore("an OpenCL device is here");
        }
        using MemoryImage image = Grey.Image;
        Assert.That(
            () => Trained.Labels(GreyModel.Value, image, new ComputeOptions { Backend = BackendKind.OpenCl }),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith("There is no device for the backend opencl: "));
    }

    [Test]
    public void AnInterruptedRunStopsAndTheDeviceGoesOn()
    {
        using MemoryImage image = Grey.Image;
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.That(
            () => Trained.Labels(GreyModel.Value, image, Simulated with { Cancellation = cancelled.Token }),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Trained.Labels(GreyModel.Value, image, Simulated), Is.EqualTo(Trained.Labels(GreyModel.Value, image, Cpu)));
    }

    /// <summary>A tile of the device is wider than a band of the CPU, which the memory for probabilities is made for.</summary>
    [Test]
    public void AWideTileHasTheCpusProbabilitiesToItsEnd()
    {
        var scene = new SyntheticScene(600, 12);
        using MemoryImage image = scene.Image;
        (byte[] labels, float[] probabilities, float[] confidence, _) = Everything(GreyModel.Value, image, Simulated);
        (byte[] expectedLabels, float[] expectedProbabilities, float[] expectedConfidence, _) = Everything(GreyModel.Value, image, Cpu);
        Assert.That(labels, Is.EqualTo(expectedLabels));
        Assert.That(probabilities, Is.EqualTo(expectedProbabilities));
        Assert.That(confidence, Is.EqualTo(expectedConfidence));
    }

    [Test]
    public void ARunThatIsCancelledInTheMiddleStopsAndGivesTheDevicesMemoryBack()
    {
        const int Width = 20, Height = 1100;
        byte[] pixels = new byte[Width * Height];
        new Random(3).NextBytes(pixels);
        using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, Width, Height);
        var segmenter = new Segmenter(GreyModel.Value);
        ImageLayout layout = segmenter.LabelLayout(image.Info);
        using var writer = new CountingWriter(MemoryWriter.Into<byte>(layout, new byte[pixels.Length]));
        var outputs = new SegmentOutputs { Labels = writer };
        // As little device memory as there can be: five tiles of at most 256 rows.
        long least = LeastFor(segmenter, image, outputs), device = DeviceArena.LiveBytes, host = HostBuffer.LiveBytes;
        using var stop = new StopAt(0);
        ComputeOptions options = stop.Options(1) with { Backend = BackendKind.Simulated, DeviceMemory = least };
        Assert.That(() => segmenter.Segment(image, outputs, options: options), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(writer.Tiles, Is.EqualTo(1), "of five");
        Assert.That((DeviceArena.LiveBytes, HostBuffer.LiveBytes), Is.EqualTo((device, host)));
        Assert.That(Trained.Labels(GreyModel.Value, image, Simulated), Is.EqualTo(Trained.Labels(GreyModel.Value, image, Cpu)));
    }

    private static long LeastFor(Segmenter segmenter, ImageReader image, SegmentOutputs outputs)
    {
        string message = Assert.Catch<FastSegException>(
            () => segmenter.Plan(image, outputs, options: Simulated with { DeviceMemory = 1 }))!.Message;
        string size = message[(message.LastIndexOf(' ') + 1)..].TrimEnd('.');
        return FastSeg.Cli.Options.MemoryOption.Parse(size)!.Value;
    }

    private static MemoryImage Image(byte[] samples, SampleType type, int width, int height) => type switch
    {
        SampleType.UInt8 => MemoryImage.FromMemory<byte>(samples, width, height),
        SampleType.UInt16 => MemoryImage.FromMemory<ushort>(
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(samples).ToArray(), width, height),
        SampleType.Int16 => MemoryImage.FromMemory<short>(
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(samples).ToArray(), width, height),
        SampleType.Int8 => MemoryImage.FromMemory<sbyte>(
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(samples).ToArray(), width, height),
        _ => MemoryImage.FromMemory<float>(
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(samples).ToArray(), width, height),
    };

    private static (byte[] Labels, float[] Probabilities, float[] Confidence, RunResult Run) Everything(
        Model model, ImageReader image, ComputeOptions options)
    {
        var segmenter = new Segmenter(model);
        long pixels = image.Info.Bounds.Pixels;
        byte[] labels = new byte[pixels];
        float[] probabilities = new float[model.Classes.Count * pixels], confidence = new float[pixels];
        RunResult run = segmenter.Segment(
            image,
            new SegmentOutputs
            {
                Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels),
                Probabilities = MemoryWriter.Into<float>(segmenter.ProbabilityLayout(image.Info, SampleType.Float32), probabilities),
                Confidence = MemoryWriter.Into<float>(segmenter.ConfidenceLayout(image.Info), confidence),
            },
            options: options);
        return (labels, probabilities, confidence, run);
    }
}
