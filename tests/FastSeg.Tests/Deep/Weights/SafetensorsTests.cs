using System.Buffers.Binary;
using System.Text;
using FastSeg.Deep.Weights;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Weights;

[TestFixture]
internal sealed class SafetensorsTests
{
    [Test]
    public void WrittenTensorsAreReadAgain()
    {
        WeightTensor[] tensors = [new("b", [2, 3], [1, 2, 3, 4, 5, float.NaN]), new("a", [], [7]), new("none", [0, 4], [])];
        byte[] bytes = Safetensors.Write(tensors, new Dictionary<string, string> { ["k"] = "v \" ü" });
        Safetensors read = Safetensors.Parse(bytes, "f");
        Assert.That(read.Metadata["k"], Is.EqualTo("v \" ü"));
        foreach (WeightTensor tensor in tensors)
        {
            Assert.That(read.Tensors[tensor.Name].Shape, Is.EqualTo(tensor.Shape));
            Assert.That(read.Tensors[tensor.Name].Values, Is.EqualTo(tensor.Values));
        }
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8, Is.Zero, "tensors are aligned");
        Assert.That(Safetensors.Write(tensors, read.Metadata), Is.EqualTo(bytes));
    }

    [TestCase("F16", new byte[] { 0x00, 0x3c, 0x00, 0xc0 }, new[] { 1f, -2f })]
    [TestCase("BF16", new byte[] { 0x80, 0x3f, 0x00, 0xc0 }, new[] { 1f, -2f })]
    [TestCase("F32", new byte[] { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0 }, new[] { 1f, -2f })]
    [TestCase("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0 }, new[] { 1f, -2f })]
    [TestCase("I64", new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, new[] { 1f, -2f })]
    public void EveryTypeBecomesFloat32(string type, byte[] data, float[] values)
    {
        byte[] bytes = Bytes($$$"""{"t":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,{{{data.Length}}}] } }""", data);
        Assert.That(Safetensors.Parse(bytes, "f").Tensors["t"].Values, Is.EqualTo(values));
    }

    [TestCase(
        """{"t":{"dtype":"I8","shape":[8],"data_offsets":[0,8]}}""",
        "f: tensor t has values of type I8; F16, BF16, F32, F64 and I64 can be read")]
    [TestCase("""{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "tensor t of shape 3 (F32) does not fit its 8 bytes")]
    [TestCase("""{"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "tensor t of shape -2 (F32) does not fit")]
    [TestCase("""{"t":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "does not fit its 8 bytes")]
    [TestCase("""{"t":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}""", "does not fit its 8 bytes")]
    [TestCase(
        """{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}""",
        "tensor t lies at bytes 0 to 16, but should begin at 0 and end within 8")]
    [TestCase("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor t lies at bytes 4 to 8, but should begin at 0")]
    [TestCase("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes at its end belong to no tensor")]
    [TestCase(
        """{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        "should begin at 8")]
    [TestCase(
        """{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "two tensors named t")]
    [TestCase("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "tensor t lies at bytes 8 to 0")]
    [TestCase("""{"t":{"dtype":"F32","shape":[2]}}""", "its header is not the JSON that the format asks for")]
    [TestCase("""{"t":3}""", "its header is not the JSON")]
    [TestCase("""[1]""", "its header is not the JSON")]
    [TestCase("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "its header is not the JSON")]
    [TestCase("""{"__metadata__":{"a":1},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its header is not the JSON")]
    public void FilesThatDoNotAddUpAreRefused(string header, string sentence) => Refused(Bytes(header, new byte[8]), sentence);

    [Test]
    public void HeadersPastTheEndAreRefused()
    {
        Refused([1, 2, 3], "it has 3 bytes");
        Refused([.. BitConverter.GetBytes(ulong.MaxValue), 0], "its header would be 18446744073709551615 bytes long in a file of 9");
        Refused([.. BitConverter.GetBytes(3UL), (byte)'{', (byte)'}'], "its header would be 3 bytes long in a file of 10");
        Refused([.. BitConverter.GetBytes(3UL), (byte)'"', 0xff, (byte)'"'], "its header is not the JSON");
        Assert.That(Assert.Throws<FastSegException>(() => Safetensors.Read("no such file"))!.Message, Does.Contain("does not exist"));
    }

    [Test]
    public void ChangedFilesAreReadOrRefusedAndNothingElse()
    {
        byte[] file = Safetensors.Write(
            [new("first", [2, 3], [1, 2, 3, 4, 5, 6]), new("second", [4], [1, 2, 3, 4])],
            new Dictionary<string, string> { ["config"] = "{}" });
        var random = new Random(13);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] changed = Mutation.Of(file, random);
            try
            {
                Safetensors.Parse(changed, "changed");
            }
            catch (FastSegException e)
            {
                Assert.That(e.Message, Does.StartWith("changed"));
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(5_000, 19_999));
    }

    private static byte[] Bytes(string header, byte[] data) =>
        [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data];

    private static void Refused(byte[] file, string sentence) =>
        Assert.That(Assert.Throws<FastSegException>(() => Safetensors.Parse(file, "f"))!.Message, Does.Contain(sentence));
}
