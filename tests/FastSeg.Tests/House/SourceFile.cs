using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastSeg.Tests.House;

/// <summary>One C# file, parsed; nothing in it is bound.</summary>
internal sealed class SourceFile
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest, DocumentationMode.None);

    /// <summary>Parses a text.</summary>
    /// <param name="path">Where the file lies, from the root of the repository, with forward slashes.</param>
    /// <param name="text">The file's text.</param>
    public SourceFile(string path, string text)
    {
        Path = path;
        Tree = CSharpSyntaxTree.ParseText(text, Options, path);
    }

    public string Path { get; }

    public SyntaxTree Tree { get; }

    public CompilationUnitSyntax Root => (CompilationUnitSyntax)Tree.GetRoot();

    /// <summary>The name without its folder: Gaussian.Cpu.cs.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The operation: Gaussian of Gaussian.Cpu.cs.</summary>
    public string Stem => Name.Split('.')[0];

    /// <summary>What stands between the stem and the extension: Cpu of Gaussian.Cpu.cs, and nothing in Gaussian.cs.</summary>
    public string Suffix => Name[Stem.Length..^".cs".Length].TrimStart('.');

    /// <summary>The folder, from the root of the repository.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The namespace that the file declares; empty where it declares none.</summary>
    public string Namespace => Root.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";

    /// <summary>The namespaces that the file uses; aliases and `using static` are left out.</summary>
    public IEnumerable<string> Usings => Root.Usings
        .Where(directive => directive.Alias is null && directive.StaticKeyword.IsKind(SyntaxKind.None))
        .Select(directive => directive.NamespaceOrType.ToString());

    /// <summary>The types that are not nested in another, in the order of the file.</summary>
    public IEnumerable<MemberDeclarationSyntax> Types => Root.Members
        .SelectMany(member => member is BaseNamespaceDeclarationSyntax space ? space.Members : [member])
        .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    /// <summary>Whether one of <see cref="Types"/> is public.</summary>
    public bool IsPublic => Types.Any(type => type.Modifiers.Any(SyntaxKind.PublicKeyword));

    /// <summary>The name of a type that <see cref="Types"/> gave.</summary>
    public static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax function ? function.Identifier.Text : ((BaseTypeDeclarationSyntax)type).Identifier.Text;

    /// <summary>The line of a node, from 1.</summary>
    public static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
