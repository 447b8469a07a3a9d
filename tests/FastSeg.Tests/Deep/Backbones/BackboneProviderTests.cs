using FastSeg.Backends;
using FastSeg.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>ONNX Runtime's CUDA provider: where it is missing the CPU computes, with a sentence and the same bits.</summary>
[TestFixture]
internal sealed unsafe class BackboneProviderTests
{
    [Test]
    public void WhereTheProviderIsMissingTheCpuGivesItsBitsAndASentence([Values] bool map)
    {
        using var tiny = new TinyBackbone(8, 6, 0, map);
        using Backbone asked = Open(tiny, 0);
        if (asked.Device is not null)
        {
            Assert.Ignore("the CUDA provider is here");
        }
        TestContext.Out.WriteLine(asked.Note);
        Assert.That(asked.Note, Does.Match(
            "^The transformer runs on the CPU: ONNX Runtime \\d+\\.\\d+\\.\\d+ (was built without its CUDA provider; .+ builds with it" +
            "|cannot use its CUDA provider, which needs CUDA 13 and cuDNN 9 \\(.+\\))\\.$"));
        using Backbone plain = Backbone.Open(tiny.Folder, 1);
        Assert.That((plain.Note, plain.Device), Is.EqualTo(((string?)null, (int?)null)));
        Assert.That(Tokens(asked), Is.EqualTo(Tokens(plain)));
    }

    [Test]
    public void ANetworkThatIsNoneIsTheFilesFault()
    {
        using var tiny = new TinyBackbone();
        File.WriteAllText(tiny.GraphPath, "no network");
        tiny.Json.Remove("sha256");
        tiny.SaveJson();
        Assert.That(
            () => Open(tiny, 0).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains("is no ONNX network that can be read"));
    }

    [TestCase(BackendKind.Cpu)]
    [TestCase(BackendKind.Simulated)]
    public void OtherBackendsDoNotAskForIt(BackendKind backend)
    {
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1, BackendChoice.CudaOrdinal(backend));
        Assert.That((backbone.Note, backbone.Device), Is.EqualTo(((string?)null, (int?)null)));
    }

    /// <summary>Float32 without TF32: sums in another order.</summary>
    [Test]
    public void TheProvidersTokensAreNearTheCpus()
    {
        using var tiny = new TinyBackbone();
        using Backbone device = Open(tiny, 0);
        if (device.Device is null)
        {
            Assert.Ignore("needs an NVIDIA GPU and a build with ONNX Runtime's CUDA provider");
        }
        using Backbone plain = Backbone.Open(tiny.Folder, 1);
        Assert.That(Tokens(device), Is.EqualTo(Tokens(plain)).Within(1e-5));
    }

    [TestCase(
        "[ErrorCode:Fail] /src/bridge.cc:2043 Get() [ONNXRuntimeError] : 1 : FAIL : "
            + "Failed to load library /p.so with error: libcublasLt.so.13: cannot open\n",
        "libcublasLt.so.13: cannot open")]
    [TestCase(
        "[ErrorCode:Fail] [ONNXRuntimeError] : 1 : FAIL : CUDA failure 100: no CUDA-capable device",
        "CUDA failure 100: no CUDA-capable device")]
    [TestCase("Something else.", "Something else")]
    public void TheReasonIsWhatTheMessageEndsWith(string message, string reason) =>
        Assert.That(BackboneProvider.Reason(message), Is.EqualTo(reason));

    [Test]
    public void TheMachineIsDescribed()
    {
        Assert.That(BackboneProvider.Describe(null), Does.Match(@"^ONNX Runtime \d+\.\d+\.\d+.+: the transformer runs on the CPU\.$"));
        Assert.That(
            BackboneProvider.Describe(0),
            Does.Match(@"^(The transformer runs on the CPU: ONNX Runtime |ONNX Runtime .+: the transformer runs on the GPU\.$)"));
    }

    private static Backbone Open(TinyBackbone tiny, int device) => Backbone.Open(tiny.Folder, 1, device);

    private static float[] Tokens(Backbone backbone)
    {
        using var window = new BackboneWindow(backbone, 3, 5, flipAverage: false);
        var random = new Random(5);
        for (int i = 0; i < 3 * window.Height * window.Width; i++)
        {
            window.Input[i] = random.NextSingle();
        }
        TokenView tokens = window.Forward();
        return new ReadOnlySpan<float>(tokens.First, 3 * 5 * backbone.Description.Dimension).ToArray();
    }
}
