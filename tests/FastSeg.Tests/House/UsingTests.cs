using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>The order of usings, which `dotnet format` mends and `dotnet format whitespace` does not look at.</summary>
[TestFixture]
internal sealed class UsingTests
{
    [Test]
    public void UsingsAreInOrder()
    {
        var offenders = from file in SourceTree.Files
                        let first = FirstOutOfOrder(file.Root)
                        where first is not null
                        select $"{file.Path}:{SourceFile.Line(first)}: {first}";
        Offenders.None(
            offenders,
            "files have usings out of order: System's come first, all are sorted by name, then static ones, then aliases; " +
            "`dotnet format` mends them");
    }

    [TestCase("using System.Text; using System.IO;", "using System.IO;")]
    [TestCase("using FastSeg.Gpu; using System.IO;", "using System.IO;")]
    [TestCase("using System.Text; using FastSeg.Gpu; using FastSeg.Common;", "using FastSeg.Common;")]
    [TestCase("using static System.Math; using System.IO;", "using System.IO;")]
    [TestCase("using A = System.Math; using static System.Math;", "using static System.Math;")]
    [TestCase("using B = System.Math; using A = System.Math;", "using A = System.Math;")]
    [TestCase("namespace N; using System.Text; using System.IO;", "using System.IO;")]
    [TestCase("using System; using System.IO; using Alpha; using alpha.B; using Beta; using static System.Math; using A = C;", null)]
    public void WhatIsOutOfOrderIsFound(string text, string? found) =>
        Assert.That(FirstOutOfOrder(new SourceFile("X.cs", text).Root)?.ToString(), Is.EqualTo(found));

    private static UsingDirectiveSyntax? FirstOutOfOrder(CompilationUnitSyntax root) =>
        root.Members.OfType<BaseNamespaceDeclarationSyntax>().Select(space => space.Usings).Prepend(root.Usings)
            .SelectMany(usings => usings.Zip(usings.Skip(1)))
            .FirstOrDefault(pair => Compare(pair.First, pair.Second) > 0).Second;

    /// <summary>Negative where the first of two usings belongs before the second.</summary>
    private static int Compare(UsingDirectiveSyntax first, UsingDirectiveSyntax second)
    {
        int kinds = Kind(first).CompareTo(Kind(second));
        return kinds != 0 ? kinds : string.Compare(Key(first), Key(second), StringComparison.OrdinalIgnoreCase);
    }

    private static int Kind(UsingDirectiveSyntax directive) => directive.Alias is not null ? 2
        : directive.StaticKeyword.IsKind(SyntaxKind.StaticKeyword) ? 1 : 0;

    /// <summary>What a using is sorted by: a name's parts, System's before all others, or an alias.</summary>
    private static string Key(UsingDirectiveSyntax directive)
    {
        if (directive.Alias is { } alias)
        {
            return alias.Name.ToString();
        }
        // A space comes before every letter, so that a name stands before what is inside it.
        string name = directive.NamespaceOrType.ToString().Replace('.', ' ');
        return name == "System" || name.StartsWith("System ", StringComparison.Ordinal) ? $" {name}" : name;
    }
}
