using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Native;
using FastSeg.Training;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>
/// Rows that stay on the device where they are gathered: on the simulated device everything up to XGBoost's own part, which needs CUDA.
/// </summary>
[TestFixture]
internal sealed class GpuTrainingTests
{
    private static readonly TrainingPlace OnDevice = new(true, "It is told to.");

    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2] };

    private static readonly SyntheticScene First = new(61, 43), Second = new(40, 33, seed: 2);

    /// <summary>
    /// Two images, so that the second's rows begin behind the first's. The rows come down once, when XGBoost cannot begin.
    /// </summary>
    [Test]
    public void RowsThatStayedGiveTheCpusModelWhereXgBoostCannotReadThem()
    {
        Model expected = Train(new ComputeOptions { Backend = BackendKind.Cpu }, null).Model;
        TrainingResult trained = Train(new ComputeOptions { Backend = BackendKind.Simulated, Threads = 2 }, OnDevice);
        Assert.That(trained.Model.ForestBytes.ToArray(), Is.EqualTo(expected.ForestBytes.ToArray()));
        Assert.That(trained.Model.SelfTest.Features, Is.EqualTo(expected.SelfTest.Features));
        Assert.That(trained.Model.XgboostVersion, Is.EqualTo(expected.XgboostVersion), "the CPU trained");
        Assert.That(
            trained.Run.Note,
            Is.EqualTo("XGBoost does not train on the GPU: XGBoost cannot read the memory of a device that is simulated on the CPU. " +
                "It trains on the CPU."));
    }

    [Test]
    public void NothingIsSaidWhereRowsComeDownAsTheyShould() =>
        Assert.That(Train(new ComputeOptions { Backend = BackendKind.Simulated }, null).Run.Note, Is.Null);

    [Test]
    public void XgBoostRunsOnTheCallersThread()
    {
        var threads = new HashSet<int>();
        var progress = new Reports(() => threads.Add(Environment.CurrentManagedThreadId));
        Train(new ComputeOptions { Backend = BackendKind.Simulated, Threads = 1, Progress = progress }, OnDevice);
        Assert.That(threads, Is.EquivalentTo((int[])[Environment.CurrentManagedThreadId]));
    }

    /// <summary>What a model's self-test takes of rows that stay: some, from anywhere.</summary>
    [Test]
    public void SingleRowsComeDownFromWhereTheyAre()
    {
        const int Count = 9, Planes = 70;
        float[] values = [.. Enumerable.Range(0, Count * Planes).Select(i => i * 0.25f)];
        GpuThread thread = ((GpuBackendFactory)BackendChoice.Choose(BackendKind.Simulated)).Thread;
        using var rows = new TrainingRows(Count, Planes) { OnDevice = new DeviceRows(thread, Count, Planes) };
        thread.Invoke(_ => rows.OnDevice.View.CopyFromCPU(values));
        float[] row = new float[Planes];
        foreach (int i in (int[])[8, 0, 3])
        {
            rows.Copy(i, row);
            Assert.That(row, Is.EqualTo(values[(i * Planes)..((i + 1) * Planes)]), $"row {i}");
        }
        rows.Land();
        Assert.That(rows.OnDevice, Is.Null);
        rows.Copy(5, row);
        Assert.That(row, Is.EqualTo(values[(5 * Planes)..(6 * Planes)]));
    }

    /// <summary>Of the two copies that a plan counts only ours exists on a device that is not CUDA's.</summary>
    [Test]
    public void ThePlanCountsTheRowsTwice()
    {
        var factory = (GpuBackendFactory)BackendChoice.Choose(BackendKind.Simulated);
        using MemoryImage image = First.Image;
        using var drawn = MemoryImage.FromMemory<byte>(First.Labels, First.Width, First.Height);
        var labels = new LabelledPixels(image.Info, drawn);
        var work = new Work(image, Small, 1, null, null) { Labels = labels, ResidentRows = labels.Count };
        var grid = new TileGrid(image.Info.Bounds, 512, 512);
        long rows = DeviceRows.Bytes(labels.Count, work.PlaneCount);
        Assert.That(
            factory.DeviceItems(work, grid).Single(item => item.Name == "training rows"),
            Is.EqualTo(new PlanItem("training rows", rows, 2, PlanPhase.Run)));
        Assert.That(
            factory.DeviceItems(work, grid).Select(item => item.Name), Does.Not.Contain("rows"), "a tile's rows have no room of their own");
        Assert.That(
            factory.DeviceItems(work with { ResidentRows = 0 }, grid).Select(item => item.Name),
            Does.Contain("rows").And.Not.Contain("training rows"));
        long before = DeviceArena.LiveBytes;
        DeviceArena.ResetPeak();
        var trainOptions = new ComputeOptions { Backend = BackendKind.Simulated, Threads = 1 };
        new Trainer(Small, Trained.Quick, null, null, trainOptions) { Place = OnDevice }.Train([First.Training]);
        Assert.That(DeviceArena.PeakBytes - before, Is.EqualTo(factory.DeviceItems(work, grid).Sum(item => item.Bytes) - rows));
        Assert.That(DeviceArena.LiveBytes, Is.EqualTo(before), "nothing stays behind");
    }

    [Test]
    public void TooLittleDeviceMemoryCountsTheRowsBeforeTheyAreTaken()
    {
        var options = new ComputeOptions { Backend = BackendKind.Simulated, DeviceMemory = 1 };
        long allocations = DeviceArena.Allocations;
        string stays = Assert.Throws<FastSegException>(() => Train(options, OnDevice))!.Message;
        string comes = Assert.Throws<FastSegException>(() => Train(options, null))!.Message;
        Assert.That(stays, Does.Match(@"device memory of 1B is not enough"));
        Assert.That(Least(stays), Is.GreaterThan(Least(comes)));
        Assert.That(DeviceArena.Allocations, Is.EqualTo(allocations));
    }

    /// <summary>The whole way on a GPU: other trees than the CPU's, for the same scribbles.</summary>
    [Test]
    public void ACudaLibraryTrainsOnTheGpu()
    {
        if (!GpuProbe.Run().Any(found => found.Backend == BackendKind.Cuda && found.PassedOver.Length == 0))
        {
            Assert.Ignore("needs an NVIDIA GPU");
        }
        if (!XgBoostBuild.Current.HasCuda)
        {
            Assert.Ignore("needs a libxgboost that was built with CUDA");
        }
        TrainingResult trained = Train(new ComputeOptions { Backend = BackendKind.Cuda }, null);
        Assert.That(trained.Run.Note, Is.Null);
        Assert.That(trained.Model.XgboostVersion, Is.EqualTo($"{XgBoost.Version.ToString(3)}+cuda"));
        using MemoryImage image = First.Image;
        Model cpu = Train(new ComputeOptions { Backend = BackendKind.Cpu }, null).Model;
        byte[] labels = Trained.Labels(trained.Model, image), expected = Trained.Labels(cpu, image);
        Assert.That(labels.Zip(expected).Count(pair => pair.First != pair.Second), Is.LessThan(0.05 * labels.Length));
    }

    private static TrainingResult Train(ComputeOptions options, TrainingPlace? place)
    {
        Trainer trainer = place is null
            ? new Trainer(Small, Trained.Quick, null, null, options)
            : new Trainer(Small, Trained.Quick, null, null, options) { Place = place };
        return trainer.Train([First.Training, Second.Training]);
    }

    private static long Least(string message) => FastSeg.Cli.Options.MemoryOption.Parse(
        message[(message.LastIndexOf(' ') + 1)..].TrimEnd('.'))!.Value;

    private sealed class Reports(Action action) : IProgress<double>
    {
        public void Report(double value) => action();
    }
}
