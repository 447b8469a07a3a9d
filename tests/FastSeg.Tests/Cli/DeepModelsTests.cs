using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg models, and fastseg info of backbones.</summary>
[NonParallelizable]
internal sealed class DeepModelsTests : CliFixture
{
    private string? _variable;

    [SetUp]
    public void Remember() => _variable = Environment.GetEnvironmentVariable(BackboneFolders.Variable);

    [TearDown]
    public void Restore() => Environment.SetEnvironmentVariable(BackboneFolders.Variable, _variable);

    [Test]
    public void GoodAndBadOnesAreListed()
    {
        using var alone = new TinyBackbone();
        using var held = new TinyBackbone(seed: 3);
        string place = NewFolder();
        Directory.Move(held.Folder, Path.Combine(place, "held"));
        Directory.CreateDirectory(held.Folder);
        Directory.CreateDirectory(Path.Combine(place, "neither"));
        Directory.CreateDirectory(Path.Combine(place, "half"));
        File.WriteAllText(Path.Combine(place, "half", "backbone.json"), "{}");
        File.WriteAllText(Path.Combine(place, "broken.safetensors"), "nothing");
        held.SaveUpsampler(new UpsamplerCase(8, 8, 30, 30, 8, Padding.Replicate));
        File.Move(Path.Combine(held.Folder, "upsampler.safetensors"), Path.Combine(place, "held", "upsampler.safetensors"));
        string gone = At("gone");
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, $"{alone.Folder}:{place}:{gone}");

        string[] lines = Succeed("models").Split('\n');
        string Line(string path) => lines.Single(
            line => line.TrimStart().StartsWith($"{path} ", StringComparison.Ordinal) && line.Contains(':'));
        Assert.That(lines.Where(line => line.Contains(alone.Folder) && line.Contains("good: ")).ToArray(), Has.Length.EqualTo(1));
        Assert.That(
            Line(Path.Combine(place, "held")),
            Does.Contain("good: held, patch 8 px, 10 numbers a token, upsampler 8 to 8 channels (names no projection)"));
        Assert.That(Line(Path.Combine(place, "half")), Does.Contain("wrong: ").And.Contain("has no backbone.onnx"));
        Assert.That(Line(Path.Combine(place, "broken.safetensors")), Does.Contain("wrong: "));
        Assert.That(Line(Path.Combine(place, "held", "upsampler.safetensors")), Does.Contain("good: 8 to 8 channels, patch 8 px"));
        Assert.That(Line(gone), Does.Contain("there is no such folder"));
        Assert.That(string.Join('\n', lines), Does.Not.Contain("neither"));
        Assert.That(Line(TestData.File("models", "fastseg-vit-tiny-8")), Does.Contain("good: fastseg-vit-tiny-8"), "the one in the box");
    }

    [Test]
    public void ADamagedNetworkIsSaidToBe()
    {
        using var tiny = new TinyBackbone();
        byte[] graph = File.ReadAllBytes(tiny.GraphPath);
        graph[^1] ^= 1;
        File.WriteAllBytes(tiny.GraphPath, graph);
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, tiny.Folder);
        Assert.That(Succeed("models"), Does.Contain("wrong: ").And.Contain("the file was changed or damaged"));
        Assert.That(Fail("info", tiny.Folder), Does.Contain("the file was changed or damaged"));
    }

    [Test]
    public void InfoDescribesABackbone()
    {
        string folder = TestData.File("models", "fastseg-vit-tiny-8");
        Assert.That(
            Succeed("info", folder),
            Does.Contain("backbone fastseg-vit-tiny-8").And.Contain("8 px").And.Contain("192 numbers a token")
                .And.Contain("37 x 37 patches (296 px)").And.Contain("MIT")
                .And.Contain("f796e3a3badc58b54fb7144d9260d78128132372318f7a7f2873a980d24d2dd1").And.Match("upsampler +none"));
        using var tiny = new TinyBackbone(prefix: 3, fixedTokens: 6);
        tiny.SaveUpsampler(new UpsamplerCase(8, 8, 30, 30, 8, Padding.Replicate));
        Assert.That(
            Succeed("info", tiny.Folder),
            Does.Match("prefix tokens +3").And.Contain("6 x 6 patches (48 px), the only size it takes")
                .And.Contain("upsampler.safetensors, 8 to 8 channels").And.Contain("names no projection").And.Contain("not stated"));
        tiny.SaveDefault(new UpsamplerCase(8, 8, 30, 30, 8, Padding.Replicate));
        Assert.That(Succeed("info", tiny.Folder), Does.Match("upsampler +upsampler.safetensors, 8 to 8 channels, .*, trained for this"));
        tiny.SaveProjection(8, seed: 9);
        Assert.That(Succeed("info", tiny.Folder), Does.Contain("trained for another projection, "));
        Assert.That(Fail("info", NewFolder()), Does.Contain("has no backbone.json"));
    }

    [Test]
    public void AnUpsamplerThatDoesNotFitItsBackboneIsSaidToBeWrong()
    {
        using var tiny = new TinyBackbone();
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, tiny.Folder);
        void Wrong(string sentence)
        {
            string line = Succeed("models").Split('\n')
                .First(line => line.TrimStart().StartsWith($"{tiny.Folder} ", StringComparison.Ordinal) && line.Contains(": "));
            Assert.That(line, Does.Contain("wrong: ").And.Contain(sentence));
            Assert.That(Fail("info", tiny.Folder), Does.Contain(sentence));
        }
        File.WriteAllBytes(Path.Combine(tiny.Folder, "upsampler.safetensors"), new byte[2048]);
        Wrong("is no safetensors file");
        tiny.SaveUpsampler(new UpsamplerCase(8, 8, 30, 30, 4, Padding.Replicate));
        Wrong("the upsampler is for patches of 4 pixels");
        tiny.SaveUpsampler(new UpsamplerCase(16, 16, 30, 30, 8, Padding.Replicate));
        Wrong("the upsampler takes 16 channels, but the tokens");
    }
}
