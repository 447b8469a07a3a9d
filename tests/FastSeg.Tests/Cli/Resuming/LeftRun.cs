using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>
/// A run that ended in the middle, because no file may grow further, and what the same run makes that nothing stops. Tests work on copies.
/// </summary>
internal sealed class LeftRun
{
    private readonly string _folder;
    private readonly string[] _arguments;
    private readonly string _name;

    /// <summary>Lets a run end in the middle.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="name">What the result is called.</param>
    /// <param name="most">Bytes that no file grows past.</param>
    /// <param name="arguments">The command without its output.</param>
    public LeftRun(string folder, string name, long most, params string[] arguments)
    {
        (_folder, _name, _arguments) = (folder, name, arguments);
        Directory.CreateDirectory(Path.Combine(folder, "whole"));
        Directory.CreateDirectory(Path.Combine(folder, "left"));
        Outcome whole = CommandLine.Run(Command("whole"));
        Assert.That(whole.Code, Is.Zero, whole.Error);
        Expected = Hashes(Path.Combine(folder, "whole"));
        using (new FileSizeLimit(most))
        {
            Failure = CommandLine.Run(Command("left"));
        }
        Assert.That(Failure.Code, Is.EqualTo(1), Failure.Output);
        Assert.That(Directory.GetFileSystemEntries(Path.Combine(folder, "left")), Is.EqualTo((string[])[Hidden("left")]), Failure.Error);
    }

    /// <summary>What the run said that ended.</summary>
    public Outcome Failure { get; }

    /// <summary>Each file of the results of a run that nothing stops, with its SHA-256.</summary>
    public string[] Expected { get; }

    /// <summary>A copy of what the run left, in a folder of its own.</summary>
    public string Copy()
    {
        string copy = Guid.NewGuid().ToString("N"), from = Path.Combine(_folder, "left"), to = Path.Combine(_folder, copy);
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    /// <summary>The hidden folder of a copy.</summary>
    public string Hidden(string copy) => Path.Combine(_folder, copy, $".{_name}.fastseg-run");

    /// <summary>The path of the result of a copy.</summary>
    public string Output(string copy) => Path.Combine(_folder, copy, _name);

    /// <summary>The command, writing into a copy.</summary>
    public string[] Command(string copy) => [.. _arguments, "-o", Output(copy)];

    /// <summary>Asserts that a copy has what the run makes that nothing stops, and nothing else.</summary>
    public void AssertWhole(string copy)
    {
        Assert.That(Hashes(Path.Combine(_folder, copy)), Is.EqualTo(Expected));
        Assert.That(Directory.Exists(Hidden(copy)), Is.False);
    }

    private static string[] Hashes(string folder) => ZarrWriterTests.Hashes(folder);
}
