using FastSeg.Kernels;
using ILGPU;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>The kernels' barriers as text; what they order is seen wherever a kernel exchanges values through shared memory.</summary>
[TestFixture]
internal sealed class GroupBarrierTests
{
    [Test]
    public void FencesSharedAndGlobalMemory()
    {
        var kernel = (Action<GatherRows>)Gather.Rows;
        string c = KernelHost.OpenCl(kernel);
        Assert.That(c, Does.Match(@"work_group_barrier\s*\(\s*CLK_LOCAL_MEM_FENCE \| CLK_GLOBAL_MEM_FENCE\s*\)\s*;"));
        Assert.That(c.Split("barrier").Length - 1, Is.EqualTo(1), "no barrier of ILGPU's beside it");
        Assert.That(PtxCheck.Count(KernelHost.Ptx(kernel), "bar.sync"), Is.EqualTo(1));
    }

    [Test]
    public void NoKernelUsesIlgpusOwn() => Assert.That(
        Directory.EnumerateFiles(TestData.File(Path.Combine("kernels", "FastSeg.Kernels")), "*.cs")
            .Where(file => Path.GetFileName(file) != "GroupBarrier.cs")
            .Where(file => File.ReadAllText(file).Contains("Group.Barrier()", StringComparison.Ordinal)),
        Is.Empty);
}
