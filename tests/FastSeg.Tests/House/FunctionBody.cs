using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastSeg.Tests.House;

/// <summary>
/// The shape of a function: how often each run of seven tokens occurs in its body. All names count as one token, and so do all numbers and
/// all texts; so a copy with other names, types or numbers keeps most of its runs.
/// </summary>
internal sealed class FunctionBody
{
    private const int RunLength = 7;

    private readonly Dictionary<string, int> _runs;
    private readonly int _count;

    private FunctionBody(SourceFile file, SyntaxNode function, SyntaxNode body)
    {
        FileLinePositionSpan span = function.GetLocation().GetLineSpan();
        Lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
        Name = NameOf(function);
        Place = $"{file.Path}:{span.StartLinePosition.Line + 1}";
        string[] tokens = [.. body.DescendantTokens().Select(Shape)];
        _count = Math.Max(0, tokens.Length - RunLength + 1);
        _runs = Enumerable.Range(0, _count).Select(i => string.Join(' ', tokens[i..(i + RunLength)])).CountBy(run => run).ToDictionary();
    }

    /// <summary>The function's name, or its kind where it has none.</summary>
    public string Name { get; }

    /// <summary>The function's file and line.</summary>
    public string Place { get; }

    /// <summary>Lines from the signature to the closing brace.</summary>
    public int Lines { get; }

    /// <summary>The methods, constructors, operators, accessors and local functions of a file that have a body.</summary>
    public static IEnumerable<FunctionBody> In(SourceFile file) =>
        from node in file.Root.DescendantNodes()
        let body = Body(node)
        where body is not null
        select new FunctionBody(file, node, body);

    /// <summary>The largest likeness that functions of these lengths can have. It is known without comparing any run.</summary>
    public double MostLikeness(FunctionBody other) => (double)Math.Min(_count, other._count) / Math.Max(1, Math.Max(_count, other._count));

    /// <summary>How many runs both have, divided by how many either has: 1 for the same shape, 0 for nothing in common.</summary>
    public double Likeness(FunctionBody other)
    {
        if (Math.Min(_count, other._count) == 0)
        {
            return 0;
        }
        int common = _runs.Sum(run => Math.Min(run.Value, other._runs.GetValueOrDefault(run.Key)));
        return (double)common / (_count + other._count - common);
    }

    private static SyntaxNode? Body(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        LocalFunctionStatementSyntax function => (SyntaxNode?)function.Body ?? function.ExpressionBody,
        _ => null,
    };

    private static string NameOf(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        ConstructorDeclarationSyntax constructor => $"new {constructor.Identifier.Text}",
        _ => function.Kind().ToString(),
    };

    /// <summary>The token as runs see it.</summary>
    private static string Shape(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.IdentifierToken => "name",
        SyntaxKind.NumericLiteralToken => "number",
        SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken => "text",
        _ => token.Text,
    };
}
