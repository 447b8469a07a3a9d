using FastSeg.Forest.Training;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Training;

/// <summary>Where XGBoost trains, and with which parameters.</summary>
[TestFixture]
internal sealed class TrainingPlaceTests
{
    [TestCase(BackendKind.Cuda, "2.1.4", true, true, "libxgboost 2.1.4 is built with CUDA: it trains on the GPU.")]
    [TestCase(BackendKind.Cuda, "1.7.0", true, true, "libxgboost 1.7.0 is built with CUDA: it trains on the GPU.")]
    [TestCase(BackendKind.Cuda, "1.7.4", false, false, "libxgboost 1.7.4 is built without CUDA: it trains on the CPU.")]
    [TestCase(
        BackendKind.Cuda, "1.6.2", true, false,
        "libxgboost 1.6.2 cannot take a GPU's rows, which 1.7 and later can: it trains on the CPU.")]
    [TestCase(BackendKind.OpenCl, "3.1.0", true, false, "On the backend opencl XGBoost trains on the CPU.")]
    [TestCase(BackendKind.Simulated, "3.1.0", true, false, "On the backend simulated XGBoost trains on the CPU.")]
    [TestCase(BackendKind.Cpu, "3.1.0", true, false, "On the backend cpu XGBoost trains on the CPU.")]
    public void BackendAndLibraryDecide(BackendKind backend, string version, bool cuda, bool onDevice, string reason) =>
        Assert.That(
            TrainingPlace.Choose(backend, new XgBoostBuild(new Version(version), cuda)),
            Is.EqualTo(new TrainingPlace(onDevice, reason)));

    [Test]
    public void TheLibraryHereDecidesForCuda() =>
        Assert.That(TrainingPlace.For(BackendKind.Cuda, TreeBooster.XgBoost).OnDevice, Is.EqualTo(XgBoostBuild.Current.HasCuda));

    [TestCase("1.7.4", null, "tree_method=hist")]
    [TestCase("3.1.0", null, "tree_method=hist")]
    [TestCase("1.7.4", 1, "tree_method=gpu_hist gpu_id=1")]
    [TestCase("2.0.0", 0, "tree_method=hist device=cuda:0")]
    [TestCase("3.1.0", 2, "tree_method=hist device=cuda:2")]
    public void TheVersionNamesMethodAndDevice(string version, int? device, string parameters) =>
        Assert.That(
            string.Join(' ', Booster.Method(new Version(version), device).Select(pair => $"{pair.Name}={pair.Value}")),
            Is.EqualTo(parameters));
}
