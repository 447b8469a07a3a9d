using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>
/// Files are called after their types, namespaces after their folders, and no sentence of the library names a flag of the command line.
/// </summary>
[TestFixture]
internal sealed partial class NameTests
{
    /// <summary>The namespace of every public type, wherever its file lies.</summary>
    private const string Public = "FastSeg";

    [Test]
    public void AFileIsCalledAfterATypeThatItHolds()
    {
        var offenders = from file in SourceTree.Files
                        let types = file.Types.Select(SourceFile.NameOf).ToArray()
                        where types.Length > 0
                        where file.Suffix is not ("" or "Cpu" or "Gpu") || !types.Intersect([file.Stem, file.Stem + file.Suffix]).Any()
                        select $"{file.Path} holds {string.Join(", ", types)}";
        Offenders.None(
            offenders,
            "files are not called after a type that they hold; X.cs holds X, X.Cpu.cs holds X or XCpu, and X.Gpu.cs X or XGpu: " +
            "rename the file, or move its types");
    }

    [Test]
    public void ANamespaceIsThatOfTheFolderAndWhatIsPublicIsInOne()
    {
        var offenders = from file in SourceTree.Under(SourceTree.Library)
                        where file.Types.Any()
                        let room = SourceTree.Room(file.Path)
                        let wanted = file.IsPublic || room == "" ? Public : $"{Public}.{room.Replace('/', '.')}"
                        where file.Namespace != wanted
                        select $"{file.Path}: {file.Namespace} instead of {wanted}";
        Offenders.None(
            offenders,
            $"files are in a wrong namespace: one that holds a public type is in {Public}, any other in the namespace of its folder");
    }

    [Test]
    public void NoSentenceOfTheLibraryNamesAFlag()
    {
        var offenders = from file in SourceTree.Under(SourceTree.Library)
                        from token in file.Root.DescendantTokens()
                        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
                            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                            or SyntaxKind.Utf8StringLiteralToken
                        from Match flag in Flag().Matches(token.Text)
                        select $"{file.Path}:{SourceFile.Line(token.Parent!)}: {flag.Groups[1].Value}";
        Offenders.None(
            offenders,
            "flags of the command line stand in the library, which has callers without one: name what is set, and let the command " +
            "line add its flag");
    }

    [GeneratedRegex(@"(?:^|[^\w-])(--[a-z][\w-]*)")]
    private static partial Regex Flag();
}
