using System.Reflection;
using System.Text.RegularExpressions;
using FastSeg.Kernels;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>The shape of the source tree, as far as a machine can check it.</summary>
[TestFixture]
internal sealed partial class LayoutTests
{
    private const int MostLines = 400;

    private static readonly string[] SourceFolders = ["src", "kernels", "tests", "perf", "samples"];

    /// <summary>Files of the CPU's filters without a twin on the GPU, and why.</summary>
    private static readonly Dictionary<string, string> NoTwinOnTheGpu = new()
    {
        ["BankWorker"] = "panels and bands are how a CPU's cache is used; FilterBank.Gpu.cs launches over whole tiles",
        ["Fir"] = "the loop of both Gaussian passes over vectors; part of the kernels in Gaussian.cs",
        ["PixelWindow"] = "scale 0 in the form of a blur; on the GPU the image's plane has that form",
    };

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(TestData.File(folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !BuildOutput().IsMatch(Path.GetRelativePath(TestData.Root, file)));

    [Test]
    public void EveryFileIsShort()
    {
        string[] files = [.. SourceFolders.SelectMany(Sources)];
        Assert.That(files, Has.Length.GreaterThan(50));
        Assert.That(files.Where(file => File.ReadLines(file).Count() > MostLines), Is.Empty, $"files of more than {MostLines} lines");
    }

    [Test]
    public void KernelsKnowIlgpuAndNothingOfTheEngine()
    {
        IEnumerable<string?> used = typeof(Dog).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name);
        Assert.That(used.Where(name => name is not null && !name.StartsWith("System.", StringComparison.Ordinal)), Is.EquivalentTo((string[])["ILGPU"]));
    }

    [Test]
    public void EveryKernelHasItsTests()
    {
        // A file of kernels holds a static class; what they share (parameters, sinks) is tested through them.
        string[] kernels = [.. Sources("kernels")
            .Where(file => File.ReadAllText(file).Contains("public static class", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)!)];
        Assert.That(kernels, Is.Not.Empty);
        string[] tests = [.. Sources("tests").Where(file => file.Contains("/Kernels/", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file)!)];
        Assert.That(kernels.Select(kernel => $"{kernel}Tests"), Is.SubsetOf(tests));
    }

    [Test]
    public void EveryFilterHasItsTwin()
    {
        string[] files = [.. Sources(Path.Combine("src", "FastSeg", "Features")).Select(file => Path.GetFileName(file)!)];
        string[] operations = [.. files.Where(file => file.EndsWith(".Cpu.cs", StringComparison.Ordinal)).Select(file => file.Split('.')[0])];
        Assert.That(operations, Has.Length.GreaterThan(9));
        string[] alone = [.. operations.Where(operation => !files.Contains($"{operation}.Gpu.cs"))];
        Assert.That(alone, Is.EquivalentTo(NoTwinOnTheGpu.Keys), "what the CPU computes and the GPU does not");
    }

    [TestCase("Native")]
    [TestCase("Gpu", "Kernels", "Native")]
    [TestCase("Images", "Native")]
    [TestCase("Features", "Images", "Gpu", "Kernels", "Native")]
    [TestCase("Forest", "Features", "Images", "Gpu", "Kernels", "Native")]
    [TestCase("Deep", "Common", "Features", "Images", "Gpu", "Kernels", "Native")]
    [TestCase("Models", "Features", "Forest", "Images", "Native", "Deep")]
    public void AFolderOfTheLibraryUsesOnlyThoseBelowIt(string folder, params string[] below)
    {
        string[] files = [.. Sources(Path.Combine("src", "FastSeg", folder))];
        Assert.That(files, Is.Not.Empty);
        var strays = from file in files
                     from Match match in UsingOfFolder().Matches(File.ReadAllText(file))
                     let other = match.Groups[1].Value
                     where other != folder && !below.Contains(other)
                     select $"{Path.GetFileName(file)} uses {other}";
        Assert.That(strays, Is.Empty);
    }

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"^using FastSeg\.(\w+)[.;]", RegexOptions.Multiline)]
    private static partial Regex UsingOfFolder();
}
