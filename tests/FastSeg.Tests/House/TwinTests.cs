using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>An operation has one stem: X.cs for what both sides share, X.Cpu.cs and X.Gpu.cs for each side.</summary>
[TestFixture]
internal sealed class TwinTests
{
    private const string Features = SourceTree.Library + "/Features";

    /// <summary>Folders whose files compute something on one side or on both.</summary>
    private static readonly string[] Computing = [Features, SourceTree.Library + "/Forest", SourceTree.Library + "/Deep"];

    /// <summary>Files of the CPU's filters without a twin on the GPU, and why.</summary>
    private static readonly Dictionary<string, string> NoTwinOnTheGpu = new()
    {
        ["BankWorker"] = "panels and bands are how a CPU's cache is used; FilterBank.Gpu.cs launches over whole tiles",
        ["Fir"] = "the loop of both Gaussian passes over vectors; part of the kernels in Gaussian.cs",
        ["PixelWindow"] = "scale 0 in the form of a blur; on the GPU the image's plane has that form",
    };

    /// <summary>Files without a suffix that use vectors or devices although both sides use the file, and why.</summary>
    private static readonly Dictionary<string, string> OfBothSides = new()
    {
    };

    [Test]
    public void EveryFilterHasItsTwin()
    {
        string[] files = [.. SourceTree.Under(Features).Select(file => file.Name)];
        string[] operations = [.. SourceTree.Under(Features).Where(file => file.Suffix == "Cpu").Select(file => file.Stem)];
        Assert.That(operations, Has.Length.GreaterThan(9));
        string[] alone = [.. operations.Where(operation => !files.Contains($"{operation}.Gpu.cs"))];
        Offenders.None(alone.Except(NoTwinOnTheGpu.Keys), "filters lack a twin on the GPU: write it, or list here why there is none");
        Offenders.None(NoTwinOnTheGpu.Keys.Except(alone), "filters are listed here and have a twin, or are gone: take them off the list");
    }

    [Test]
    public void AFileOfOneSideSaysSo()
    {
        var offenders = from file in Computing.SelectMany(SourceTree.Under)
                        let side = Side(file)
                        where side != "" && side != file.Suffix && !OfBothSides.ContainsKey(file.Path)
                        select $"{file.Path}: {side}";
        Offenders.None(offenders, "files of one side do not say so: what uses vectors is called X.Cpu.cs, what uses a device X.Gpu.cs");
    }

    [Test]
    public void ASuffixIsThatOfTheType()
    {
        var offenders = from file in Computing.SelectMany(SourceTree.Under)
                        from type in file.Types.Select(SourceFile.NameOf)
                        from side in (string[])["Cpu", "Gpu"]
                        where type.EndsWith(side, StringComparison.Ordinal) && file.Suffix != side
                        select $"{file.Path} holds {type}";
        Offenders.None(offenders, "types of one side are in a file of another kind: XCpu lies in X.Cpu.cs, XGpu in X.Gpu.cs");
    }

    [Test]
    public void NoSideUsesTheOther()
    {
        var offenders = from arrow in SourceTree.Graph.Files.Arrows
                        where (IsOf("Cpu", arrow.From) && IsOf("Gpu", arrow.To)) || (IsOf("Gpu", arrow.From) && IsOf("Cpu", arrow.To))
                        select $"{arrow.From} uses {string.Join(", ", arrow.Names)} of {arrow.To}";
        Offenders.None(offenders, "arrows lead from one side to the other: what both sides use belongs into the file without a suffix");
    }

    private static bool IsOf(string side, string path) => path.EndsWith($".{side}.cs", StringComparison.Ordinal);

    /// <summary>The side that a file's code can run on; empty where it names neither vectors nor a device.</summary>
    private static string Side(SourceFile file)
    {
        bool vectors = Uses(file, "System.Runtime.Intrinsics"), device = Uses(file, "ILGPU");
        return vectors && device ? "both" : vectors ? "Cpu" : device ? "Gpu" : "";
    }

    private static bool Uses(SourceFile file, string space) =>
        SourceTree.Graph.Namespaces[file.Path].Any(name => name == space || name.StartsWith($"{space}.", StringComparison.Ordinal));
}
