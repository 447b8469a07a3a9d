using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastSeg.Tests.House;

/// <summary>
/// Which file uses which, from the compiler's own view of them. A file uses another when a name in it binds to a type that the other
/// declares, when it calls an extension method or, through `using static`, a member of such a type, or when `new(..)` makes one. A partial
/// type belongs to every file that declares a part of it. Types that are nowhere named, those of `var` and of chains of members, do not
/// count: a caller that passes a value on has no need to know its type, and the file that made the value is named anyway. Comments do not
/// count either.
/// </summary>
internal sealed class FileGraph
{
    private FileGraph(Graph files, IReadOnlyList<string> unbound) => (Files, Unbound) = (files, unbound);

    /// <summary>Paths of files, and the types' names that join them.</summary>
    public Graph Files { get; }

    /// <summary>Names and usings that bind to nothing, with their places: while there are any, arrows may be missing.</summary>
    public IReadOnlyList<string> Unbound { get; }

    /// <summary>
    /// Binds all files as one assembly, which sees every internal type. Generated code is missing, but its methods are declared in the
    /// files, so that their names bind.
    /// </summary>
    public static FileGraph Of(IReadOnlyList<SourceFile> sources, IEnumerable<MetadataReference> references)
    {
        SyntaxTree usings = CSharpSyntaxTree.ParseText(
            """
            global using System;
            global using System.Collections.Generic;
            global using System.IO;
            global using System.Linq;
            global using System.Net.Http;
            global using System.Threading;
            global using System.Threading.Tasks;
            """);
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true);
        var compilation = CSharpCompilation.Create("House", [.. sources.Select(source => source.Tree), usings], references, options);
        var uses = new ConcurrentBag<FileUses>();
        HashSet<string> names = [.. sources.SelectMany(NamesOf)];
        Parallel.ForEach(sources, source => uses.Add(FileUses.Of(source, compilation.GetSemanticModel(source.Tree), names)));

        var files = new Graph();
        foreach (FileUses file in uses)
        {
            files.AddNode(file.Path);
            foreach (ISymbol type in file.Types)
            {
                foreach (SyntaxReference declaration in type.DeclaringSyntaxReferences)
                {
                    files.Add(file.Path, declaration.SyntaxTree.FilePath, type.Name);
                }
            }
        }
        return new FileGraph(files, [.. uses.SelectMany(file => file.Unbound).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Names by which others can use a file: of its types, of attributes without their ending, of extension methods.</summary>
    private static IEnumerable<string> NamesOf(SourceFile source)
    {
        const string Attribute = "Attribute";
        foreach (SyntaxNode node in source.Root.DescendantNodes())
        {
            switch (node)
            {
                case BaseTypeDeclarationSyntax or DelegateDeclarationSyntax:
                    string name = SourceFile.NameOf((MemberDeclarationSyntax)node);
                    yield return name;
                    yield return name.EndsWith(Attribute, StringComparison.Ordinal) ? name[..^Attribute.Length] : name;
                    break;
                case MethodDeclarationSyntax method when IsExtension(method):
                    yield return method.Identifier.Text;
                    break;
            }
        }
    }

    private static bool IsExtension(MethodDeclarationSyntax method) =>
        method.ParameterList.Parameters is [{ } first, ..] && first.Modifiers.Any(SyntaxKind.ThisKeyword);
}
