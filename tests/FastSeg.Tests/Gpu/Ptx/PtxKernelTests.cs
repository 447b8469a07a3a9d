using System.Reflection;
using FastSeg.Kernels;
using ILGPU;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// The PTX that ILGPU writes of every kernel, with every sink: what it computes has the bits of the simulated device, which runs the
/// kernels' IL, in all launches of the scenes.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class PtxKernelTests
{
    private static readonly Type[] Sinks =
        [.. typeof(IPlaneSink).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IPlaneSink)))];

    private static IEnumerable<string> Scenes => PtxScenes.Names;

    [TestCaseSource(nameof(Scenes))]
    public void HasTheBitsOfTheSimulatedDevice(string scene) => Assert.That(PtxScenes.Launched(scene), Is.Not.Empty);

    /// <summary>Most of each kernel's code runs in the scenes; what does not is what NaN does, planes of many bins and the like.</summary>
    [Test]
    public void MostBlocksAreEntered() => Assert.That(
        from kernel in PtxScenes.Names.SelectMany(scene => PtxScenes.Launched(scene)).DistinctBy(kernel => kernel.Key)
        let missing = kernel.Value.NeverEntered.ToArray()
        where missing.Length > 0.5 * kernel.Value.Flow.Starts.Count
        select $"{kernel.Key}: lines {string.Join(' ', missing)}, {missing.Length} of {kernel.Value.Flow.Starts.Count} blocks",
        Is.Empty);

    /// <summary>A new kernel, or a new sink, belongs into a scene.</summary>
    [Test]
    public void EveryKernelIsInAScene()
    {
        string[] kernels = [.. AllKernels().Select(PtxTwin.NameOf).Order(StringComparer.Ordinal)];
        Assert.That(kernels, Has.Length.GreaterThan(50));
        Assert.That(kernels.Except(PtxScenes.Names.SelectMany(scene => PtxScenes.Launched(scene).Keys)), Is.Empty);
    }

    /// <summary>The device functions: what is public and returns nothing, but for the registration of intrinsics.</summary>
    public static IEnumerable<MethodInfo> AllKernels() => typeof(IPlaneSink).Assembly.GetExportedTypes()
        .Where(type => type.IsAbstract && type.IsSealed)
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(method => method.ReturnType == typeof(void))
        .Where(method => method.GetParameters() is [{ ParameterType: var first }, ..] && first != typeof(Context))
        .SelectMany(method => method.IsGenericMethodDefinition ? Sinks.Select(sink => method.MakeGenericMethod(sink)) : [method]);
}
