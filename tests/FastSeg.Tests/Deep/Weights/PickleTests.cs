using FastSeg.Deep.Weights;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Weights;

[TestFixture]
internal sealed class PickleTests
{
    [Test]
    public void ValuesOfEveryKindAreRead()
    {
        byte[] pickle = new PickleWriter(4).Raw(0x95, 1, 2, 3, 4, 5, 6, 7, 8).Code("](NK\u0005M\u0001\u0002J").Raw(0xff, 0xff, 0xff, 0xff)
            .Raw(0x8a, 1, 0x80).Raw(0x8a, 0).Long(long.MinValue).Code("G").Raw(0x40, 0x04, 0, 0, 0, 0, 0, 0).Raw(0x88, 0x89)
            .Raw(0x8c, 2).Code("ab")
            .Text("ü").Code(")N").Raw(0x85).Code("NN").Raw(0x86).Code("NNN").Raw(0x87).Code("}").Raw(0x94).Code("h\0e").Stop();
        var list = (List<object?>)PickleMachine.Load(pickle)!;
        Assert.That(
            list.Take(13),
            Is.EqualTo(new object?[] { null, 5L, 513L, -1L, -128L, 0L, long.MinValue, 2.5, true, false, "ab", "ü", list[12] }));
        Assert.That(list.Skip(12).Take(4).Select(item => ((PickleTuple)item!).Items.Length), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(list[17], Is.SameAs(list[16]).And.InstanceOf<PickleDict>(), "recalled from the memo");
    }

    [Test]
    public void OrderedDictsKeepTheirOrderAndDropAttributes()
    {
        byte[] pickle = new PickleWriter().Global("collections", "OrderedDict").Code(")Rq\u0001(")
            .Text("b").Code("K\u0001").Text("a").Code("K\u0002u}")
            .Text("_metadata").Code("Nsb").Stop();
        var dict = (PickleDict)PickleMachine.Load(pickle)!;
        Assert.That(dict.Items.Select(item => item.Key), Is.EqualTo(new[] { "b", "a" }));
    }

    [TestCase("os", "system")]
    [TestCase("posix", "system")]
    [TestCase("builtins", "eval")]
    [TestCase("builtins", "getattr")]
    [TestCase("subprocess", "Popen")]
    [TestCase("torch.storage", "_load_from_bytes")]
    [TestCase("torch", "load")]
    [TestCase("torch._utils", "_rebuild_parameter")]
    [TestCase("collections", "OrderedDict.fromkeys")]
    [TestCase("torch", "IntStorage")]
    public void AnyOtherNameIsRefusedByName(string module, string name)
    {
        string sentence = $"it asks for {module}.{name}, which is none of the types that weights are made of";
        byte[] old = new PickleWriter().Global(module, name).Text("echo hacked > hacked").Raw(0x85).Code("R").Stop();
        Refused(old, sentence);
        byte[] stacked = new PickleWriter(4).Text(module).Text(name).Raw(0x93).Text("1").Raw(0x85).Code("R").Stop();
        Refused(stacked, sentence);
        Assert.That(File.Exists("hacked"), Is.False);
    }

    [TestCase(0x81, "NEWOBJ"), TestCase(0x92, "NEWOBJEX"), TestCase(0x82, "EXT1"), TestCase(0x8f, "EMPTYSET"), TestCase(0x96, "BYTEARRAY8")]
    [TestCase('i', "INST")]
    [TestCase('o', "OBJ")]
    [TestCase('P', "PERSID")]
    [TestCase('I', "INT")]
    [TestCase('S', "STRING")]
    [TestCase('C', "SHORTBINBYTES")]
    [TestCase(0xff, "0xFF")]
    public void AnyOtherInstructionIsRefusedByName(int code, string name) =>
        Refused(new PickleWriter().Code("(").Raw((byte)code).Code("os\nsystem\n").Stop(), $"it has the instruction {name} at byte 3");

    [Test]
    public void BrokenPicklesAreRefused()
    {
        Refused([], "it ends at byte 0");
        Refused("N."u8.ToArray(), "it has no protocol number");
        Refused([0x80, 1, (byte)'N', (byte)'.'], "it has protocol 1; 2 to 5 can be read");
        Refused([0x80, 9, (byte)'N', (byte)'.'], "it has protocol 9");
        Refused(new PickleWriter().Stop(), "it takes a value where there is none");
        Refused(new PickleWriter().Code("NN").Stop()[..^1], "it ends at byte 4");
        Refused(new PickleWriter().Code("Ne").Stop(), "up to a mark where there is none");
        Refused(new PickleWriter().Code("N(K\u0001e").Stop(), "fills something that is not a list");
        Refused(new PickleWriter().Code("}(K\u0001u").Stop(), "a key of a dict has no value");
        Refused(new PickleWriter().Code("}]Ns").Stop(), "a key of a dict is neither string nor number");
        Refused(new PickleWriter().Code("h\u0007").Stop(), "it recalls value 7, which was never kept");
        Refused(new PickleWriter().Code("N)R").Stop(), "it calls something that is no name");
        Refused(new PickleWriter().Global("torch", "FloatStorage").Code(")R").Stop(), "it calls torch.FloatStorage");
        Refused(new PickleWriter().Code("N}b").Stop(), "fills something that is not a dict");
        Refused(new PickleWriter().Text("module").Code("Q").Stop(), "a storage is not described as torch describes one");
        Refused(new PickleWriter().Code("X").Raw(1, 0, 0, 0, 0xff).Stop(), "is no UTF-8");
        Refused(new PickleWriter(4).Raw(0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f).Stop(), "it ends at byte");
        Refused(new PickleWriter().Raw(0x8b, 0xff, 0xff, 0xff, 0xff).Stop(), "it ends at byte");
        Refused(new PickleWriter().Raw(0x8a, 9).Raw(new byte[9]).Stop(), "an integer has 9 bytes");
    }

    [Test]
    public void DeepNestingAndLoopsNeitherRecurseNorHang()
    {
        byte[] nested = [0x80, 2, (byte)'N', .. Enumerable.Repeat((byte)0x85, 50_000), (byte)'.'];
        Assert.That(PickleMachine.Load(nested), Is.InstanceOf<PickleTuple>());
        byte[] marks = [0x80, 2, .. Enumerable.Repeat((byte)'(', 2_000_000), (byte)'.'];
        Refused(marks, "many times its size in memory");
        byte[] fewer = [0x80, 2, .. Enumerable.Repeat((byte)'(', 50_000), (byte)'.'];
        Refused(fewer, "it takes a value where there is none");
        byte[] loop = new PickleWriter().Code("]q\u0001h\u0001a").Stop();
        var list = (List<object?>)PickleMachine.Load(loop)!;
        Assert.That(list[0], Is.SameAs(list));
    }

    [TestCase(0, new long[] { 3, 4 }, new long[] { 4, 1 }, true)]
    [TestCase(0, new long[] { 4, 3 }, new long[] { 1, 4 }, true)]
    [TestCase(11, new long[0], new long[0], true)]
    [TestCase(12, new long[] { 0, 5 }, new long[] { 5, 1 }, true)]
    [TestCase(12, new long[0], new long[0], false)]
    [TestCase(1, new long[] { 3, 4 }, new long[] { 4, 1 }, false)]
    [TestCase(0, new long[] { 4, 4 }, new long[] { 0, 0 }, false)]
    [TestCase(0, new long[] { 2 }, new long[] { long.MaxValue }, false)]
    [TestCase(0, new long[] { 2, 2, 2 }, new long[] { 11, 11, 11 }, false)]
    [TestCase(long.MaxValue, new long[] { 2 }, new long[] { 1 }, false)]
    [TestCase(0, new long[] { 1, 1 }, new long[] { long.MaxValue, long.MaxValue }, true)]
    public void TensorsMustLieInTheirStorage(long offset, long[] shape, long[] strides, bool inside)
    {
        byte[] pickle = new PickleWriter().Tensor("0", 12, offset, shape, strides).Stop();
        if (inside)
        {
            Assert.That(((PickleTensor)PickleMachine.Load(pickle)!).Shape, Is.EqualTo(shape));
        }
        else
        {
            Refused(pickle, "does not lie in its storage of 12 numbers");
        }
    }

    [Test]
    public void TensorsOfImpossibleShapeAreRefused()
    {
        Refused(
            new PickleWriter().Tensor("0", long.MaxValue, 0, [1L << 32, 1L << 32], [1, 1]).Stop(),
            "a tensor would have the shape 4294967296 x 4294967296");
        Refused(new PickleWriter().Tensor("0", 4, 0, [-1], [1]).Stop(), "a tensor is not described as torch describes one");
        Refused(new PickleWriter().Tensor("0", 4, 0, [2], [-1]).Stop(), "a tensor is not described as torch describes one");
        Refused(new PickleWriter().Tensor("0", 4, 0, [2], [1, 1]).Stop(), "a tensor is not described as torch describes one");
        Refused(new PickleWriter().Tensor("0", -4, 0, [2], [1]).Stop(), "a storage is not described as torch describes one");
        Refused(new PickleWriter().Tensor("0", 4, 0, [2], [1], "CharStorage").Stop(), "it asks for torch.CharStorage");
    }

    [Test]
    public void ChangedPicklesAreReadOrRefusedAndNothingElse()
    {
        byte[] pickle = PickleWriter.Checkpoint(w => w.Tensor("0", 12, 0, [3, 4], [4, 1]));
        var random = new Random(11);
        int refused = 0;
        for (int round = 0; round < 30_000; round++)
        {
            byte[] changed = Mutation.Of(pickle, random);
            try
            {
                PickleMachine.Load(changed);
            }
            catch (PickleException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(10_000, 29_999));
    }

    private static void Refused(byte[] pickle, string sentence) =>
        Assert.That(Assert.Throws<PickleException>(() => PickleMachine.Load(pickle))!.Message, Does.Contain(sentence));
}
