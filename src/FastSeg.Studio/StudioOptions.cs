using System.CommandLine;
using System.CommandLine.Parsing;
using FastSeg.Cli.Options;

namespace FastSeg.Studio;

/// <summary>What the command line asks for.</summary>
/// <param name="Images">Images and folders of images, as they were given.</param>
/// <param name="Project">The project's folder; null for the usual one.</param>
/// <param name="Deep">The backbone's folder or name; null for classical features alone.</param>
/// <param name="Port">The port; null for the one of last time, or any that is free.</param>
/// <param name="Host">The name or address under which the studio is reached; null for this machine alone.</param>
/// <param name="Memory">Most bytes that the process may use; 0 for no limit.</param>
/// <param name="Threads">Threads that compute.</param>
/// <param name="Output">A folder outside the project in which results may be written, or null.</param>
/// <param name="Browser">Whether a browser is opened where there is a display.</param>
internal sealed record StudioOptions(
    IReadOnlyList<string> Images,
    string? Project,
    string? Deep,
    int? Port,
    string? Host,
    long Memory,
    int Threads,
    string? Output,
    bool Browser)
{
    private static readonly Argument<string[]> ImagesArgument = new("IMAGE|FOLDER")
    {
        Description = "Images (TIFF, PNG, JPEG, WebP, BMP, npy) and folders of images. [default: the project's; without one, the sample's]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> ProjectOption = new("--project")
    {
        HelpName = "DIR",
        Description = "The project's folder, made where it is missing. [default: fastseg-project beside the first image]",
    };

    private static readonly Option<string?> DeepOption = new("--deep")
    {
        HelpName = "MODELDIR",
        Description = "Use the deep features of this backbone too: its folder, or its name in the folders of models.",
    };

    private static readonly Option<int> PortOption = NumberOption.Whole(
        "--port", "The port. [default: the one of last time while it is free, else any]", null, 1, ushort.MaxValue);

    private static readonly Option<string?> HostOption = new("--host")
    {
        HelpName = "NAME",
        Description =
            "Answer on this machine's address NAME too, for other machines. The connection is not encrypted; an ssh tunnel is safer. " +
            "[default: this machine alone]",
    };

    private static readonly Option<long> MemoryLimit = MemoryOption.Create();

    private static readonly Option<int> ThreadsOption = NumberOption.Whole(
        "--threads", "Threads that compute; 0 is one a core. Never changes a result.", 0, 0, 1024);

    private static readonly Option<string?> OutputOption = new("--output")
    {
        HelpName = "FOLDER",
        Description = "A folder in which the page may write results too. [default: below the project alone]",
    };

    private static readonly Option<bool> NoBrowserOption = new("--no-browser") { Description = "Do not open a browser." };

    /// <summary>Adds arguments and options to the program's command.</summary>
    public static void AddTo(RootCommand root)
    {
        root.Arguments.Add(ImagesArgument);
        foreach (Option option in (Option[])
        [
            ProjectOption, DeepOption, PortOption, HostOption, MemoryLimit, ThreadsOption, OutputOption, NoBrowserOption,
        ])
        {
            root.Options.Add(option);
        }
    }

    /// <summary>What an invocation says.</summary>
    public static StudioOptions Of(ParseResult parsed)
    {
        int threads = parsed.GetValue(ThreadsOption), port = parsed.GetValue(PortOption);
        return new StudioOptions(
            parsed.GetValue(ImagesArgument) ?? [],
            parsed.GetValue(ProjectOption),
            parsed.GetValue(DeepOption),
            port > 0 ? port : null,
            parsed.GetValue(HostOption),
            parsed.GetValue(MemoryLimit) is > 0 and var memory ? memory : ContainerMemory.Limit,
            threads > 0 ? threads : Environment.ProcessorCount,
            parsed.GetValue(OutputOption),
            !parsed.GetValue(NoBrowserOption));
    }

    /// <summary>An unknown option that the parser took for an image; null for none. Behind "--" such names are meant.</summary>
    public static string? Stray(ParseResult parsed) => parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
        ? null
        : parsed.GetValue(ImagesArgument)?.FirstOrDefault(image => image.Length > 1 && image[0] == '-');
}
