using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>The help of a command lists the options that it uses, and no others.</summary>
internal sealed class HelpTests
{
    private static readonly string[] Common = ["--threads", "--backend", "--device-memory", "--report"];

    [TestCase("train", "--threads --backend --device-memory --report")]
    [TestCase("import", "--report")]
    [TestCase("segment", "--threads --backend --device-memory --report")]
    [TestCase("features", "--threads --backend --device-memory --report")]
    [TestCase("score", "--threads --report")]
    [TestCase("plan", "--threads --backend --device-memory --report")]
    [TestCase("info", "--report")]
    [TestCase("preview", "--threads --backend --device-memory --report")]
    [TestCase("studio", "")]
    [TestCase("upsampler", "")]
    [TestCase("upsampler import", "--report")]
    [TestCase("upsampler info", "--report")]
    [TestCase("upsampler run", "--threads --report")]
    [TestCase("upsampler train", "--threads --report")]
    [TestCase("backbone", "")]
    [TestCase("backbone check", "--threads --backend --report")]
    [TestCase("backbone optimise", "--threads --report")]
    [TestCase("models", "--report")]
    [TestCase("models get", "--report")]
    [TestCase("demo", "--threads --backend --device-memory --report")]
    [TestCase("slurm", "--backend")]
    [TestCase("slurm status", "")]
    [TestCase("selftest", "--backend --report")]
    public void OptionsOfAllCommandsAreListedWhereTheyAreUsed(string command, string used)
    {
        string help = CommandLine.Run([.. command.Split(' '), "--help"]).Output;
        IEnumerable<string> listed = Common.Where(option => Regex.IsMatch(help, $@"^  {option}\b", RegexOptions.Multiline));
        Assert.That(string.Join(' ', listed), Is.EqualTo(used));
    }

    /// <summary>An option that is only declared and added to a command would be taken and do nothing.</summary>
    [Test]
    public void EveryOptionIsRead()
    {
        foreach (string path in Directory.GetFiles(TestData.File("src", "FastSeg.Cli"), "*.cs", SearchOption.AllDirectories))
        {
            string source = File.ReadAllText(path);
            foreach (Match match in Regex.Matches(source, @"private readonly Option<[^;=]*> (_\w+)"))
            {
                string name = match.Groups[1].Value;
                if (name == "_strict")
                {
                    // A session reads it by its name, whichever command has it.
                    continue;
                }
                int uses = Regex.Matches(source, $@"{name}\b").Count - 1 - Regex.Matches(source, $@"(Options\.Add|Only)\({name}\b").Count;
                Assert.That(uses, Is.Positive, $"{name} of {path}");
            }
        }
    }

    /// <summary>What help does not list is taken all the same, so that a script can give every command the same options.</summary>
    [Test]
    public void WhatIsNotListedIsTaken() =>
        Assert.That(CommandLine.Run("models", "--threads", "2", "--backend", "cpu").Code, Is.Zero);
}
