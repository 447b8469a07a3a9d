using Microsoft.CodeAnalysis;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>The tools of these tests find what they look for, tried on a few lines of code.</summary>
[TestFixture]
internal sealed class HouseToolTests
{
    private static readonly MetadataReference[] Core = [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)];

    [Test]
    public void CirclesAreFoundAndPathsAreNot()
    {
        var graph = new Graph();
        foreach (string arrow in (string[])["ab", "bc", "ca", "cd", "de", "ed", "ef", "gg"])
        {
            graph.Add(arrow[..1], arrow[1..], arrow);
        }
        IReadOnlyList<IReadOnlyList<string>> circles = graph.Circles();
        Assert.That(circles, Is.EqualTo((string[][])[["a", "b", "c"], ["d", "e"]]));
        Assert.That(graph.Describe(circles[1]), Does.Contain("d -> e: de").And.Contain("e -> d: ed").And.Not.Contain("e -> f"));
        Assert.That(graph.Of(node => node != "b").Circles(), Has.Count.EqualTo(1));
        Assert.That(graph.Grouped(node => node == "c" ? "d" : node).Circles()[0], Is.EqualTo((string[])["a", "b", "d", "e"]));
    }

    [TestCase("class A { B? _b; }", TestName = "a field's type")]
    [TestCase("class A { object Make() => new B(); }", TestName = "a creation")]
    [TestCase("using It = Other.B; class A { It? _b; }", TestName = "an alias")]
    [TestCase("class A { int X(int x) => x.Twice(); }", TestName = "an extension method")]
    [TestCase("using static Other.B; class A { int X() => Two; }", TestName = "a using static")]
    [TestCase("class A { object X(object x) => x is B ? x : x; }", TestName = "a pattern")]
    [TestCase("class A { void X(System.Collections.Generic.List<B> list) { } }", TestName = "a type argument")]
    public void AUseIsAnArrow(string text)
    {
        string[] uses = [.. Uses($"using Other; {text}").Targets("a.cs")];
        Assert.That(uses, Is.EqualTo((string[])["b.cs", "b2.cs"]), "a partial type belongs to both of its files");
    }

    [TestCase("class A { string X() => \"B\"; }", TestName = "a text")]
    [TestCase("class A { int B() => 1; int X() => B(); }", TestName = "a method of that name")]
    [TestCase("/// <see cref=\"B\"/>\nclass A { }", TestName = "a comment")]
    public void AMentionIsNone(string text) => Assert.That(Uses($"using Other; {text}").Targets("a.cs"), Is.Empty);

    [Test]
    public void ANameThatBindsToNothingIsReported()
    {
        FileGraph graph = FileGraph.Of(
            [
                new SourceFile("a.cs", "using Missing;\nclass A { B? _b; }"),
                new SourceFile("b.cs", "namespace Other; class B { }"),
            ], Core);
        Assert.That(graph.Unbound, Is.EqualTo((string[])["a.cs:1: Missing", "a.cs:2: B"]));
    }

    [TestCase("void F(int a) { int b = a + 1; G(b); }", "void H(long x) { int y = x + 2; I(y); }", 1)]
    [TestCase("void F(int a) { int b = a + 1; G(b); }", "void H(int x) { while (x > 0) { x--; } }", 0)]
    [TestCase("void F() { a = b; c = d; e = f; }", "void F() { a = b; c = d; }", 0.5)]
    public void LikenessForgetsNamesAndNumbersOnly(string one, string other, double likeness)
    {
        FunctionBody[] bodies = [.. FunctionBody.In(new SourceFile("a.cs", $"class A {{ {one} {other} }}"))];
        Assert.That(bodies[0].Likeness(bodies[1]), Is.EqualTo(likeness).Within(0.15));
        Assert.That(bodies[1].Likeness(bodies[0]), Is.EqualTo(bodies[0].Likeness(bodies[1])));
    }

    /// <summary>What a file with this text uses, beside two files with the parts of one type.</summary>
    private static Graph Uses(string text) => FileGraph.Of(
        [
            new SourceFile("a.cs", text),
            new SourceFile("b.cs", "namespace Other; public static partial class B { public static int Twice(this int x) => Two * x; }"),
            new SourceFile("b2.cs", "namespace Other; public static partial class B { public const int Two = 2; }"),
        ], Core).Files;
}
