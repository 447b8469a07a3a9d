using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Web;

/// <summary>The page's modules: their types, and the tests of those that need no browser, which lie beside this file.</summary>
[TestFixture]
internal sealed class PageTests
{
    private static readonly string Page = TestData.File("src", "FastSeg.Studio", "web");

    [Test]
    public void TypesAreRight()
    {
        string checker = Path.Combine(Page, "node_modules", "typescript", "bin", "tsc");
        if (!File.Exists(checker))
        {
            Assert.Ignore("needs npm's packages: npm ci in src/FastSeg.Studio/web");
        }
        (int code, string said) = Node.Run(checker, "-p", Path.Combine(Page, "tsconfig.json"));
        Assert.That(code, Is.Zero, said);
    }

    [TestCaseSource(nameof(Files))]
    public void Passes(string file)
    {
        (int code, string said) = Node.Run("--test", TestData.File("tests", "FastSeg.Studio.Tests", "Web", file));
        Assert.That(code, Is.Zero, said);
    }

    private static IEnumerable<string> Files() => Directory
        .EnumerateFiles(TestData.File("tests", "FastSeg.Studio.Tests", "Web"), "*.test.mjs")
        .Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal);
}
