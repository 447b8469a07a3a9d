using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Commands;

/// <summary>A command of the program: its arguments and options, its examples, and what it does.</summary>
internal abstract class FastSegCommand : Command
{
    protected FastSegCommand(string name, string description, string details, params IReadOnlyList<string> examples)
        : base(name, description) => (Details, Examples) = (details, examples);

    /// <summary>Its name as it is typed behind "fastseg": with the command's that it belongs to.</summary>
    public string FullName => Parents.OfType<FastSegCommand>().FirstOrDefault() is { } parent ? $"{parent.FullName} {Name}" : Name;

    /// <summary>What else its help says.</summary>
    public string Details { get; }

    /// <summary>Command lines that show its use.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Which of the options that every command takes it uses.</summary>
    public virtual CommonUse Uses => CommonUse.All;

    /// <summary>What it reads and writes, besides the report.</summary>
    /// <exception cref="UsageException">The arguments name no sensible output.</exception>
    public virtual FileUse Files(ParseResult parsed) => FileUse.None;

    /// <summary>Does it and returns the exit code; failures are exceptions.</summary>
    public abstract int Run(Session session);
}
