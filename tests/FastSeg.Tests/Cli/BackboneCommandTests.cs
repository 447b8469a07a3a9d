using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg backbone.</summary>
internal sealed class BackboneCommandTests : CliFixture
{
    private static string Exported => TestData.File("tests/data/deep/exported/scaled");

    [Test]
    public void OptimiseSaysWhatBecameOfEachPart()
    {
        string output = Succeed(
            "backbone", "optimise", Exported, "--images", TrainImage, "--windows", "2", "--overlap", "1", "-o", At("new"));
        Assert.That(
            output,
            Does.Match(@"attn\.qkv +24 x 72 +[\d.]+ % +8 bits").And.Match("attention +2 fused").And.Match("GELU +2 fused")
                .And.Match("linear +8 of 8 in 8 bits")
                .And.Match(@"tokens +differ by [\d.]+ %, cosine [01]\.\d+, at least [01]\.\d+, over 2")
                .And.Match(@"speed +[\d.]+ ms a window before, [\d.]+ after \([\d.]+ x\), \d+ thread")
                .And.Match("windows +5 cells, 1 of overlap"));
        Assert.That(Succeed("info", At("new")), Does.Contain("random weights; small scaled rewritten by fastseg backbone optimise"));
    }

    [Test]
    public void WhatIsWrongIsSaid()
    {
        string[] optimise = ["backbone", "optimise", Exported, "--images", TrainImage];
        Assert.Multiple(() =>
        {
            Assert.That(Misuse("backbone"), Does.Contain("backbone does one of several things"));
            Assert.That(Misuse("backbone", "optimise", Exported, "-o", At("no")), Does.Contain("--images"));
            Assert.That(Fail([.. optimise, "--window", "6", "-o", At("no")]), Does.Contain("the graph takes 5 only"));
            Assert.That(Fail([.. optimise, "-o", At("")]), Does.Contain("is there already"));
            Assert.That(Fail("backbone", "optimise", At("gone"), "--images", TrainImage, "-o", At("no")), Does.Contain("is no folder"));
            Assert.That(Fail("backbone", "optimise", Exported, "--images", At("gone.png"), "-o", At("no")), Does.Contain("gone.png"));
            Assert.That(Misuse([.. optimise, "--layer-error", "2", "-o", At("no")]), Does.Contain("--layer-error 2"));
            foreach (string backend in (string[])["cuda", "opencl", "simulated"])
            {
                Assert.That(Misuse([.. optimise, "--backend", backend, "-o", At("no")]), Does.Contain(
                    $"--backend {backend}: backbones are rewritten for processors, and measured there; leave it out."));
            }
            Assert.That(Directory.Exists(At("no")), Is.False);
            Assert.That(Succeed("backbone", "optimise", "--help"), Does.Contain("--images").And.Contain("8 bits"));
        });
    }
}
