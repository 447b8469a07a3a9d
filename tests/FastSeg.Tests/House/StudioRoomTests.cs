using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>
/// The studio's folders and the arrows between them. Each is a namespace, so that what a file uses of another folder stands in its using
/// directives.
/// </summary>
[TestFixture]
internal sealed class StudioRoomTests
{
    private const string Studio = "src/FastSeg.Studio", Space = "FastSeg.Studio";

    /// <summary>Which folders each folder may use, from the lowest up; the studio's own folder puts the parts together.</summary>
    private static readonly SortedDictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Files"] = [],
        ["Labels"] = [],
        ["Pictures"] = ["Files"],
        ["Settings"] = [],
        ["Projects"] = ["Files", "Labels", "Settings"],
        ["Live"] = ["Files", "Labels", "Projects", "Settings"],
        ["Exports"] = ["Files", "Labels", "Live", "Projects", "Settings"],
        ["Server"] = ["Exports", "Labels", "Live", "Pictures", "Projects", "Settings"],
    };

    private static IEnumerable<SourceFile> InFolders =>
        SourceTree.Under(Studio).Where(file => file.Folder.Length > Studio.Length);

    [Test]
    public void AFileDeclaresTheNamespaceOfItsFolder() => Offenders.None(
        from file in SourceTree.Under(Studio)
        let space = Space + file.Folder[Studio.Length..].Replace('/', '.')
        where file.Namespace.Length > 0 && file.Namespace != space
        select $"{file.Path}: {file.Namespace}",
        "files declare another namespace than their folder's");

    [Test]
    public void AFolderUsesOnlyThoseBelowIt()
    {
        Assert.That(InFolders, Is.Not.Empty);
        var arrows = from file in InFolders
                     from used in Used(file)
                     select (File: file, From: Folder(file), To: used);
        Offenders.None(
            from arrow in arrows
            where arrow.From != arrow.To && !(MayUse.TryGetValue(arrow.From, out string[]? may) && may.Contains(arrow.To))
            select $"{arrow.File.Path} -> {arrow.To}",
            "arrows lead to a folder that is not below the user's: move the type down, or its user up");
        Offenders.None(
            InFolders.Select(Folder).Distinct().Except(MayUse.Keys),
            "folders are not in the table of StudioRoomTests: say there what they may use");
    }

    [Test]
    public void OnlyTheServerKnowsTheWeb() => Offenders.None(
        from file in InFolders
        where Folder(file) != "Server" && Names(file).Any(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal))
        select file.Path,
        "files outside Server use ASP.NET");

    private static string Folder(SourceFile file) => file.Folder[(Studio.Length + 1)..];

    private static IEnumerable<string> Names(SourceFile file) =>
        file.Root.DescendantNodes().OfType<UsingDirectiveSyntax>().Select(use => use.Name?.ToString() ?? "");

    /// <summary>The folders of which a file uses anything.</summary>
    private static IEnumerable<string> Used(SourceFile file) =>
        from name in Names(file)
        where name.StartsWith($"{Space}.", StringComparison.Ordinal)
        select name.Split('.')[2];
}
