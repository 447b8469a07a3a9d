using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>No long function is a copy of another, not even with other names and numbers.</summary>
[TestFixture]
internal sealed class DuplicateTests
{
    private const int MostLines = 15;

    /// <summary>
    /// From this likeness on a function is another's copy. When the number was chosen, register tiles of two sizes were 0.68 to 1 alike,
    /// and two constructors that begin alike 0.58.
    /// </summary>
    private const double Copy = 0.6;

    /// <summary>Pairs that may stand twice, and why.</summary>
    private static readonly Dictionary<string, string> Declared = new()
    {
        ["Line12, Line14"] = "register tiles: their registers are named variables",
        ["Tile10, Tile14"] = "register tiles: their registers are named variables",
        ["Tile10, Tile6"] = "register tiles: their registers are named variables",
        ["Tile256, Tile512"] = "register tiles of the two vector widths",
    };

    [Test]
    public void NoLongFunctionStandsTwice()
    {
        FunctionBody[] bodies = [.. SourceTree.Under("src").SelectMany(FunctionBody.In).Where(body => body.Lines > MostLines)];
        Assert.That(bodies, Has.Length.GreaterThan(300));
        var copies = from i in Enumerable.Range(0, bodies.Length).AsParallel().AsOrdered()
                     from other in bodies.Skip(i + 1).Where(other => bodies[i].MostLikeness(other) >= Copy)
                     let likeness = bodies[i].Likeness(other)
                     where likeness >= Copy
                     let names = string.Join(", ", ((string[])[bodies[i].Name, other.Name]).Order(StringComparer.Ordinal))
                     select (Names: names, Text: $"{names}: {likeness:0.00} alike, {bodies[i].Place} and {other.Place}");
        var found = copies.ToArray();
        Offenders.None(
            found.Where(copy => !Declared.ContainsKey(copy.Names)).Select(copy => copy.Text),
            $"functions of more than {MostLines} lines stand twice: share them, or declare here why they cannot be");
        Offenders.None(
            Declared.Keys.Except(found.Select(copy => copy.Names)), "pairs are declared here and stand twice no more: take them off");
    }
}
