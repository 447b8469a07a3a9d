using FastSeg.Studio.Server;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Which files of a folder are served.</summary>
[TestFixture]
internal sealed class ServedFolderTests
{
    [Test]
    public void FilesBelowItAreServedAndLinksAreNot()
    {
        using var folder = new TemporaryFolder();
        string root = Directory.CreateDirectory(folder.File("web")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "js"));
        File.WriteAllText(Path.Combine(root, "js", "a.mjs"), "1");
        File.WriteAllText(Path.Combine(root, "secret.txt"), "1");
        File.WriteAllText(Path.Combine(root, ".hidden.js"), "1");
        File.WriteAllText(folder.File("outside.js"), "1");
        File.CreateSymbolicLink(Path.Combine(root, "out.js"), folder.File("outside.js"));
        Directory.CreateSymbolicLink(Path.Combine(root, "up"), folder.Path);
        var served = new ServedFolder(root);
        Assert.That(served.Find("js/a.mjs")?.Type, Is.EqualTo("text/javascript; charset=utf-8"));
        string[] refused =
        [
            "", "/", "js", "js/", "js//a.mjs", "./js/a.mjs", "../outside.js", "js/../../outside.js", "js\\a.mjs", "out.js",
            "up/outside.js", "secret.txt", ".hidden.js", "js/b.mjs", "js/a.mjs\0.js", folder.File("outside.js"),
        ];
        foreach (string path in refused)
        {
            Assert.That(served.Find(path), Is.Null, path);
        }
    }
}
