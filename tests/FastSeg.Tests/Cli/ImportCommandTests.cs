using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg import.</summary>
internal sealed class ImportCommandTests : CliFixture
{
    [Test]
    public void ImportedTreesSegmentLikeTheModelTheyCameFrom()
    {
        byte[] forest = FastSeg.Model.Load(Model).ForestBytes.ToArray();
        foreach (string format in (string[])["ubj", "json"])
        {
            string saved = At($"forest.{format}"), imported = At($"{format}.fastseg");
            File.WriteAllBytes(saved, XgBoostPeer.Resave(forest, format));
            string said = Succeed("import", saved, "--names", "matrix,fine,coarse", "-o", imported);
            Assert.That(said, Does.Contain("multi:softprob").And.Contain("58 features").And.Contain("margins bit-equal"));
            Succeed("segment", imported, TestImage, "-o", At($"{format}.npy"));
            Succeed("segment", Model, TestImage, "-o", At("own.npy"));
            Assert.That(File.ReadAllBytes(At($"{format}.npy")), Is.EqualTo(File.ReadAllBytes(At("own.npy"))));
            Assert.That(Succeed("info", imported), Does.Contain("imported from XGBoost").And.Contain("coarse"));
        }
    }

    [Test]
    public void BadInputGetsASentence()
    {
        Assert.That(Fail("import", At("none.json"), "-o", At("m.fastseg")), Does.Contain("none.json: there is no such file"));
        Assert.That(Fail("import", TestImage, "-o", At("m.fastseg")), Does.Contain("no XGBoost model"));
        File.WriteAllBytes(At("f.ubj"), FastSeg.Model.Load(Model).ForestBytes.ToArray());
        Assert.That(
            Fail("import", At("f.ubj"), "--channels", "3", "-o", At("m.fastseg")),
            Does.Contain("f.ubj: The trees look at 58 features").And.Contain("174"));
        Assert.That(Fail("import", At("f.ubj"), "--values", "1,2", "-o", At("m.fastseg")), Does.Contain("3 classes"));
        Assert.That(Misuse("import", At("f.ubj"), "--values", "1,x,3", "-o", At("m.fastseg")), Does.Contain("\"x\" is no label value"));
        Assert.That(
            Misuse("import", At("f.ubj"), "--values", "1,2,3", "--names", "a", "-o", At("m.fastseg")),
            Does.Contain("1 --names for 3 --values"));
        Assert.That(Misuse("import", At("f.ubj"), "--channels", "17", "-o", At("m.fastseg")), Does.Contain("--channels 17"));
        Assert.That(Misuse("import", At("f.ubj"), "-o", At("f.ubj")), Does.Contain("would be overwritten"));
        Assert.That(File.Exists(At("m.fastseg")), Is.False);
    }
}
