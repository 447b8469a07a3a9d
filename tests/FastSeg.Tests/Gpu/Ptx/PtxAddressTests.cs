using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// The rule of docs/gpu.md, "Writing a kernel": inner loops read behind a base that is made once, at constant places. An assembler folds
/// such places into the reads; an index that is added first and widened then costs two instructions a read.
/// </summary>
[TestFixture]
internal sealed class PtxAddressTests
{
    [TestCase("Gaussian.AlongX", 5)]
    [TestCase("Gaussian.AlongY", 5)]
    [TestCase("Convolution.Run<FloatSink>", 10)]
    [TestCase("Convolution.Run<BinSink>", 10)]
    [TestCase("Doubling.Columns", 5)]
    [TestCase("Doubling.Rows<FloatSink>", 10)]
    [TestCase("Doubling.Rows<BinSink>", 10)]
    [TestCase("Membrane.Default<FloatSink>", 5)]
    [TestCase("Membrane.Default<BinSink>", 5)]
    [TestCase("Derivatives.Run<FloatSink>", 5)]
    [TestCase("Derivatives.Run<BinSink>", 5)]
    [TestCase("GuidedFilter.ProductSums", 5)]
    [TestCase("GuidedFilter.Fit", 5)]
    [TestCase("GuidedFilter.CoefficientSums", 5)]
    [TestCase("GuidedFilter.Result", 5)]
    public void FewAreMadeInInnerLoops(string kernel, int most)
    {
        List<IReadOnlyList<PtxInstruction>> loops = [.. PtxLoops.Inner(Program(kernel))];
        Assert.That(loops, Is.Not.Empty);
        Assert.That(loops.Select(PtxLoops.Widenings), Is.All.LessThanOrEqualTo(most));
    }

    /// <summary>Ten are for the staging of eight planes; the products themselves read behind two bases.</summary>
    [Test]
    public void AConvolutionsProductsReadBehindTwoBases()
    {
        IReadOnlyList<PtxInstruction> products = PtxLoops.Inner(Program("Convolution.Run<FloatSink>")).MaxBy(PtxLoops.Reads)!;
        Assert.That((PtxLoops.Reads(products), PtxLoops.Widenings(products)), Is.EqualTo((60, 2)));
    }

    /// <summary>What a tree is asked next follows from the last answer: each read has its own index, but no base is added.</summary>
    [TestCase("Forest.WalkFew"), TestCase("Forest.WalkMore"), TestCase("Forest.WalkMost")]
    public void ATreesReadsTakeOneEach(string kernel)
    {
        IReadOnlyList<PtxInstruction> trees = PtxLoops.Inner(Program(kernel)).MaxBy(PtxLoops.Reads)!;
        Assert.That(PtxLoops.Reads(trees), Is.EqualTo(26), "two trees, six levels of a node and a bin, a leaf");
        Assert.That(PtxLoops.Widenings(trees), Is.LessThanOrEqualTo(26));
        // Two additions a pair advance the trees, two add their leaves; the rest would be bases.
        Assert.That(trees.Count(i => i.Name is "add.s32" or "add.u32"), Is.LessThanOrEqualTo(4));
    }

    /// <summary>Straight-line code of the membrane's default, whose loop with bins holds the loops of the bins.</summary>
    [TestCase("FloatSink"), TestCase("BinSink")]
    public void TheMembraneReadsBehindOneBase(string sink)
    {
        List<PtxInstruction> all = Program($"Membrane.Default<{sink}>").Instructions;
        int first = all.FindIndex(i => i.IsBarrier);
        IEnumerable<PtxInstruction> reads = all.Skip(first).Where(i => i.Name.StartsWith("ld.shared", StringComparison.Ordinal));
        Assert.That(reads.Count(), Is.EqualTo(312), "of two pixels");
        int bins = sink == "BinSink" ? 2 * 6 * 4 : 0;
        Assert.That(PtxLoops.Widenings(all.Skip(first)), Is.LessThanOrEqualTo(5 + bins));
    }

    /// <summary>An index that is added to before it is widened is found.</summary>
    [Test]
    public void AnIndexThatIsAddedIsFound()
    {
        string text = PtxText.Kernel(
            """
            L_A:
            add.s32 %r1, %r9, 4;
            mul.wide.u32 %rd1, %r1, 4;
            mul.wide.u32 %rd2, 4, 4;
            ld.shared.f32 %f1, [%rd12+4];
            setp.lt.s32 %p1, %r1, 5;
            @%p1 bra L_A;
            """);
        IReadOnlyList<PtxInstruction> loop = PtxLoops.Inner(PtxProgram.Parse(text)).Single();
        Assert.That((PtxLoops.Widenings(loop), PtxLoops.Reads(loop), loop.Count), Is.EqualTo((1, 1, 6)));
    }

    private static PtxProgram Program(string kernel) =>
        PtxTwin.CodeOf(PtxKernelTests.AllKernels().Single(method => PtxTwin.NameOf(method) == kernel)).Program;
}
