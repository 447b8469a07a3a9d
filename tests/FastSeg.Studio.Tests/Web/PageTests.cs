using System.Diagnostics;
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
        (int code, string said) = Node(checker, "-p", Path.Combine(Page, "tsconfig.json"));
        Assert.That(code, Is.Zero, said);
    }

    [TestCaseSource(nameof(Files))]
    public void Passes(string file)
    {
        (int code, string said) = Node("--test", TestData.File("tests", "FastSeg.Studio.Tests", "Web", file));
        Assert.That(code, Is.Zero, said);
    }

    private static IEnumerable<string> Files() => Directory
        .EnumerateFiles(TestData.File("tests", "FastSeg.Studio.Tests", "Web"), "*.test.mjs")
        .Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal);

    /// <summary>Runs node; where there is none, the test is skipped by name.</summary>
    private static (int Code, string Said) Node(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, $"{output}{errors.Result}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("needs node");
            throw;
        }
    }
}
