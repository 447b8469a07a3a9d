using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace FastSeg.Tests.House;

/// <summary>The C# files of the repository, each parsed once, and the graph of what the product's files use of each other.</summary>
internal static class SourceTree
{
    public const string Library = "src/FastSeg", CommandLine = "src/FastSeg.Cli", Kernels = "kernels", Perf = "perf";

    private static readonly string[] Tops = ["src", "kernels", "tests", "perf", "samples"];

    /// <summary>Names of folders whose content a build or a test makes.</summary>
    private static readonly HashSet<string> Made = ["bin", "obj", ".git", ".vs", "native", "out", "TestResults", "node_modules"];

    private static readonly Lazy<IReadOnlyList<SourceFile>> AllFiles = new(() => [.. Tops
        .SelectMany(top => Paths(top, "*.cs"))
        .AsParallel().AsOrdered()
        .Select(path => new SourceFile(path, File.ReadAllText(TestData.File(path))))]);

    private static readonly Lazy<FileGraph> ProductGraph = new(() => FileGraph.Of([.. Product], Packages()));

    /// <summary>Every C# file.</summary>
    public static IReadOnlyList<SourceFile> Files => AllFiles.Value;

    /// <summary>What the files of the library, the kernels, the command line and the measurements use of each other.</summary>
    public static FileGraph Graph => ProductGraph.Value;

    /// <summary>The files that make up the product, and those of the tests that the measurements compile too.</summary>
    private static IEnumerable<SourceFile> Product =>
        ((string[])[Library, Kernels, CommandLine, Perf]).SelectMany(Under).Concat(Linked());

    /// <summary>The files of a folder and of the folders in it.</summary>
    public static IEnumerable<SourceFile> Under(string folder) => Files.Where(file => IsUnder(file.Path, folder));

    /// <summary>Whether a path lies in a folder or in a folder inside it.</summary>
    public static bool IsUnder(string path, string folder) => path.StartsWith($"{folder}/", StringComparison.Ordinal);

    /// <summary>
    /// The folder of one of the library's files, seen from the library's own folder: Deep/Weights, and empty at the root.
    /// </summary>
    public static string Room(string path) => Path.GetDirectoryName(path[(Library.Length + 1)..])!;

    /// <summary>
    /// The files of a folder and of the folders inside it that match a pattern, as paths from the root of the repository. What a build or a
    /// test made is left out.
    /// </summary>
    public static IEnumerable<string> Paths(string folder, string pattern)
    {
        string from = TestData.File(folder);
        IEnumerable<string> inside = Directory.EnumerateDirectories(from)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => !Made.Contains(name))
            .SelectMany(name => Paths(Path.Combine(folder, name), pattern));
        return Directory.EnumerateFiles(from, pattern)
            .Select(path => Path.Combine(folder, Path.GetFileName(path)))
            .Concat(inside)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Files of the tests that the measurements' project compiles too.</summary>
    private static IEnumerable<SourceFile> Linked()
    {
        string[] paths = [.. Paths(Perf, "*.csproj")
            .SelectMany(project => XDocument.Load(TestData.File(project)).Descendants("Compile"))
            .Select(item => Path.GetFileName(item.Attribute("Include")!.Value))];
        return Files.Where(file => IsUnder(file.Path, "tests") && paths.Contains(file.Name));
    }

    /// <summary>
    /// The assemblies of .NET and of the packages. Those of this repository are left out, because their sources are compiled.
    /// </summary>
    private static IEnumerable<MetadataReference> Packages()
    {
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return platform.Split(Path.PathSeparator)
            .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
            .DistinctBy(path => Path.GetFileName(path))
            .Where(path => !Path.GetFileName(path).StartsWith("FastSeg", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
    }
}
