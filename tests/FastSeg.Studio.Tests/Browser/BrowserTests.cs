using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Browser;

/// <summary>
/// The studio as a person meets it: its program, its page, and real pointer events in a real browser. The cases lie in tests/browser.
/// </summary>
[TestFixture]
internal sealed class BrowserTests
{
    private static readonly string Folder = TestData.File("tests", "browser");

    [TestCaseSource(nameof(Files))]
    public void Passes(string file)
    {
        if (!File.Exists(Environment.GetEnvironmentVariable("FASTSEG_CHROMIUM") ?? "/usr/bin/chromium"))
        {
            Assert.Ignore("needs chromium: install Debian's package, or name a browser by FASTSEG_CHROMIUM");
        }
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")))
        {
            Assert.Ignore("needs npm's packages: npm ci in tests/browser");
        }
        (int code, string said) = Node.Run("--test", Path.Combine(Folder, file));
        Assert.That(code, Is.Zero, said);
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Folder, "*.test.mjs")
        .Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal);
}
