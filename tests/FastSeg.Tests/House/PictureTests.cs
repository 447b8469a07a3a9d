using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>docs/architecture.md shows the arrows that the sources have, and names files that exist.</summary>
[TestFixture]
internal sealed partial class PictureTests
{
    /// <summary>
    /// The picture leaves out an arrow where another way leads to the same room, because with every arrow it could not be read. The drawn
    /// arrows and those that follow from them are together what a room uses.
    /// </summary>
    [Test]
    public void TheArrowsAreThoseOfTheGraph()
    {
        string[] wanted = [.. ShortestArrows(RoomTests.Rooms).Select(arrow => $"{Named(arrow.From)} --> {Named(arrow.To)}")];
        string text = File.ReadAllText(TestData.File("docs/architecture.md"));
        string[] drawn = [.. Arrow().Matches(text).Select(match => $"{match.Groups[1].Value} --> {match.Groups[2].Value}")];
        Assert.That(wanted, Is.Not.Empty);
        Offenders.None(wanted.Except(drawn), "arrows are missing in the picture of docs/architecture.md: draw them");
        Offenders.None(
            drawn.Except(wanted), "arrows of the picture in docs/architecture.md are not there, or follow from others: take them off");
    }

    [Test]
    public void TheFilesThatThePageNamesAreThere()
    {
        string text = File.ReadAllText(TestData.File("docs/architecture.md"));
        string[] named = [.. FileName().Matches(text).Select(match => match.Groups[1].Value).Distinct()];
        Assert.That(named, Has.Length.GreaterThan(30));
        var missing = from name in named
                      where !name.Contains("Gabor", StringComparison.Ordinal) && name is not ("X.cs" or "X.Cpu.cs" or "X.Gpu.cs")
                      where !SourceTree.Files.Any(file => $"/{file.Path}".EndsWith($"/{name}", StringComparison.Ordinal))
                      select name;
        Offenders.None(missing, "files that docs/architecture.md names are not there: follow their move");
    }

    /// <summary>The arrows that follow from no others: their ends are joined by no other way.</summary>
    private static IEnumerable<(string From, string To)> ShortestArrows(Graph graph)
    {
        ILookup<string, string> next = graph.Arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        HashSet<string> Below(string node)
        {
            var below = new HashSet<string>();
            var open = new Stack<string>(next[node]);
            while (open.TryPop(out string? found))
            {
                if (below.Add(found))
                {
                    next[found].ToList().ForEach(open.Push);
                }
            }
            return below;
        }
        return from arrow in graph.Arrows
               where !next[arrow.From].Any(other => other != arrow.To && Below(other).Contains(arrow.To))
               orderby arrow.From, arrow.To
               select (arrow.From, arrow.To);
    }

    /// <summary>What the picture calls a room.</summary>
    private static string Named(string room) => room.Length == 0 ? "Root" : room.Replace("/", "", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*(\w+) --> (\w+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Arrow();

    [GeneratedRegex(@"`([\w./-]+\.cs)`")]
    private static partial Regex FileName();
}
