using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>Files that use each other in a circle must be read together, so a circle may have few of them.</summary>
[TestFixture]
internal sealed class FileCircleTests
{
    private const int MostFiles = 3;

    /// <summary>The folder of the commands. They know the root command and it knows them; that circle is wanted.</summary>
    private const string Commands = SourceTree.CommandLine + "/Commands";

    [Test]
    public void NoCircleHasMoreThanThreeFiles()
    {
        Graph files = SourceTree.Graph.Files.Of(path => !SourceTree.IsUnder(path, Commands));
        Assert.That(files.Nodes, Has.Count.GreaterThan(300));
        Assert.That(files.Arrows.Count(), Is.GreaterThan(1500), "the graph has lost its arrows");
        Offenders.None(
            files.Circles().Where(circle => circle.Count > MostFiles).Select(files.Describe),
            $"circles of more than {MostFiles} files: move a type or a constant into a file that the others use, and that uses none");
    }
}
