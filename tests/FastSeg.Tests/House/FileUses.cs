using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastSeg.Tests.House;

/// <summary>The types that a file names.</summary>
internal sealed class FileUses
{
    private readonly HashSet<ISymbol> _types = new(SymbolEqualityComparer.Default);
    private readonly HashSet<string> _foreign = new(StringComparer.Ordinal);
    private readonly List<string> _unbound = [];

    private FileUses(string path) => Path = path;

    public string Path { get; }

    /// <summary>Types of the files that were given; of nested types the outermost.</summary>
    public IEnumerable<ISymbol> Types => _types;

    public IReadOnlyList<string> Unbound => _unbound;

    /// <summary>Namespaces of types that come from assemblies.</summary>
    public IReadOnlySet<string> ForeignNamespaces => _foreign;

    public static FileUses Of(SourceFile source, SemanticModel model)
    {
        var uses = new FileUses(source.Path);
        foreach (SyntaxNode node in source.Root.DescendantNodes(node => node is not UsingDirectiveSyntax))
        {
            switch (node)
            {
                case SimpleNameSyntax name when MayBeOfType(name):
                    uses.AddName(name, model);
                    break;
                case ImplicitObjectCreationExpressionSyntax creation:
                    uses.AddType(model.GetTypeInfo(creation).Type);
                    break;
            }
        }
        return uses;
    }

    /// <summary>Whether a name can be that of a type or of its static member, which begin with a capital; to bind all takes longer.</summary>
    private static bool MayBeOfType(SimpleNameSyntax name) =>
        char.IsUpper(name.Identifier.Text[0])
        && name.Ancestors().First(node => node is not NameSyntax) is not BaseNamespaceDeclarationSyntax;

    private void AddName(SimpleNameSyntax name, SemanticModel model)
    {
        SymbolInfo info = model.GetSymbolInfo(name);
        switch (info.Symbol ?? info.CandidateSymbols.FirstOrDefault())
        {
            case INamedTypeSymbol type:
                AddType(type);
                break;
            case IMethodSymbol { MethodKind: MethodKind.Constructor } constructor:
                // The name of an attribute binds to its constructor.
                AddType(constructor.ContainingType);
                break;
            case IMethodSymbol { IsExtensionMethod: true } extension:
                AddType(extension.ContainingType);
                break;
            case { IsStatic: true, Kind: SymbolKind.Method or SymbolKind.Field or SymbolKind.Property } member when !IsBehindDot(name):
                // A member of the file's own type, or one that `using static` brought.
                AddType(member.ContainingType);
                break;
            case null:
                _unbound.Add($"{Path}:{SourceFile.Line(name)}: {name}");
                break;
        }
    }

    private static bool IsBehindDot(SimpleNameSyntax name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name;

    private void AddType(ITypeSymbol? type)
    {
        while (type?.ContainingType is not null)
        {
            type = type.ContainingType;
        }
        if (type is null or ITypeParameterSymbol)
        {
            return;
        }
        if (type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty)
        {
            _foreign.Add(type.ContainingNamespace?.ToDisplayString() ?? "");
        }
        else
        {
            _types.Add(type.OriginalDefinition);
        }
    }
}
