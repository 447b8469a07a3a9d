using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastSeg.Tests.House;

/// <summary>
/// Which file uses which, from the compiler's own view of them. A file uses another when a name in it binds to a type that the other
/// declares; when it calls an extension method of such a type or, through `using static`, another member; or when it makes such a type with
/// `new(..)`. A partial type belongs to every file that declares a part of it. A type that is not named, as behind `var` or in a chain of
/// members, does not count: a caller that passes a value on need not know its type, and the file that made the value is named anyway.
/// Comments do not count either.
/// </summary>
internal sealed class FileGraph
{
    private FileGraph(Graph files, IReadOnlyList<string> unbound) => (Files, Unbound) = (files, unbound);

    /// <summary>The graph: its nodes are the paths of files, its arrows carry the names of the types that are used.</summary>
    public Graph Files { get; }

    /// <summary>Names and usings that bind to nothing, with their places: while there are any, arrows may be missing.</summary>
    public IReadOnlyList<string> Unbound { get; }

    /// <summary>
    /// Binds all files as one assembly, in which every internal type is visible. Generated code is missing, but its methods are declared in
    /// the files, so that their names bind.
    /// </summary>
    /// <param name="sources">The files.</param>
    /// <param name="references">The assemblies that the files use.</param>
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

    /// <summary>
    /// The names by which others can use a file: those of its types (attributes also without their ending) and of its extension methods.
    /// </summary>
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
