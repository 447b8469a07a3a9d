using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastSeg.Tests.House;

/// <summary>The types that a file names, as far as one of the sources declares them.</summary>
internal sealed class FileUses
{
    private readonly HashSet<ISymbol> _types = new(SymbolEqualityComparer.Default);
    private readonly List<string> _unbound = [];

    private FileUses(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The types; for a nested type the outermost one.</summary>
    public IEnumerable<ISymbol> Types => _types;

    /// <summary>Names and usings that bind to nothing, with their places.</summary>
    public IReadOnlyList<string> Unbound => _unbound;

    /// <summary>Binds the names of a file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="model">The compiler's view of the file.</param>
    /// <param name="names">
    /// Names of types and of extension methods. No other name is bound, because that would take several times as long.
    /// </param>
    public static FileUses Of(SourceFile source, SemanticModel model, IReadOnlySet<string> names)
    {
        var uses = new FileUses(source.Path);
        // In a file with `using static` any name may be that of another type's member, so all names are bound.
        bool all = source.Root.Usings.Any(directive => directive.StaticKeyword.IsKind(SyntaxKind.StaticKeyword));
        foreach (SyntaxNode node in source.Root.DescendantNodes(node => node is not UsingDirectiveSyntax))
        {
            switch (node)
            {
                case UsingDirectiveSyntax { NamespaceOrType: NameSyntax used }:
                    uses.AddUsing(used, model);
                    break;
                case SimpleNameSyntax name when (all || names.Contains(name.Identifier.Text)) && !IsOfNamespace(name):
                    uses.AddName(name, model);
                    break;
                case ImplicitObjectCreationExpressionSyntax creation:
                    uses.AddType(model.GetTypeInfo(creation).Type);
                    break;
            }
        }
        return uses;
    }

    /// <summary>Whether a name is part of a namespace's declaration.</summary>
    private static bool IsOfNamespace(SimpleNameSyntax name) =>
        name.Ancestors().First(node => node is not NameSyntax) is BaseNamespaceDeclarationSyntax;

    /// <summary>Whether a name is the member in `something.member`.</summary>
    private static bool IsBehindDot(SimpleNameSyntax name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name;

    /// <summary>Counts an alias of a type as a use of the type; names written with the alias need not be bound then.</summary>
    private void AddUsing(NameSyntax used, SemanticModel model)
    {
        switch (model.GetSymbolInfo(used).Symbol)
        {
            case INamedTypeSymbol type:
                AddType(type);
                break;
            case null:
                _unbound.Add($"{Path}:{SourceFile.Line(used)}: {used}");
                break;
        }
    }

    /// <summary>Binds a name, and counts the type it stands for or whose member it is.</summary>
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
            case null when name.Identifier.Text is not ("nameof" or "var" or "_"):
                _unbound.Add($"{Path}:{SourceFile.Line(name)}: {name}");
                break;
        }
    }

    /// <summary>Counts a type, or the outermost one around it, if one of the sources declares it.</summary>
    private void AddType(ITypeSymbol? type)
    {
        while (type?.ContainingType is not null)
        {
            type = type.ContainingType;
        }
        if (type is { OriginalDefinition.DeclaringSyntaxReferences.IsEmpty: false } and not ITypeParameterSymbol)
        {
            _types.Add(type.OriginalDefinition);
        }
    }
}
