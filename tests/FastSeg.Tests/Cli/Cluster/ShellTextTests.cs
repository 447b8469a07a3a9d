using FastSeg.Cli.Cluster;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Cluster;

/// <summary>Arguments that a shell reads back as they were.</summary>
internal sealed class ShellTextTests
{
    private static readonly string[] Hard =
    [
        "plain-1.0/a_b", "", " ", "two words", "it's", "'", "''", "\"quoted\"", "$HOME", "$(touch x)", "`id`", "a\\b", "\\", "!", "*", "?",
        "~", "#", "a;b", "a&b", "a|b", "<a>", "(a)", "{a,b}", "[ab]", "-n", "--option=a b", "ä ö 漢字", "%a", "=", ",",
    ];

    [Test]
    public void AShellReadsThemBack()
    {
        Outcome outcome = ChildProcess.Script($"printf '%s\\0' {ShellText.Line(Hard)}");
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Output.Split('\0')[..^1], Is.EqualTo(Hard));
    }

    [TestCase("a\nb")]
    [TestCase("a\rb")]
    [TestCase("\u001b[31m")]
    public void ControlCharactersAreRefused(string text) =>
        Assert.That(() => ShellText.Quote(text), Throws.TypeOf<FastSegException>().With.Message.Contains("rename it"));
}
