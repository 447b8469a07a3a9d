using FastSeg.Cli.Errors;
using FastSeg.Files;

namespace FastSeg.Cli.Files;

/// <summary>Files a command reads and files it writes, so that no run destroys what it was given.</summary>
/// <param name="Inputs">What is read; images may name a page (FILE#2). Null where an option was not given.</param>
/// <param name="Outputs">What is written.</param>
internal sealed record FileUse(IReadOnlyList<string?> Inputs, IReadOnlyList<string?> Outputs)
{
    /// <summary>A command that reads and writes nothing of the user's.</summary>
    public static FileUse None { get; } = new([], []);

    /// <summary>Refuses outputs that would replace an input or one another, whatever the paths are called and linked.</summary>
    /// <exception cref="UsageException">One would.</exception>
    public void Check()
    {
        var inputs = new Dictionary<string, string>();
        foreach (string input in Inputs.OfType<string>().Where(name => name.Length > 0))
        {
            inputs.TryAdd(RealPath.Of(ImageFile.FileOf(input)), input);
        }
        var outputs = new Dictionary<string, string>();
        foreach (string output in Outputs.OfType<string>().Where(name => name.Length > 0))
        {
            string real = RealPath.Of(output);
            if (inputs.TryGetValue(real, out string? input))
            {
                string also = input == output ? "" : $", which is {output}";
                throw new UsageException($"{input}{also} would be overwritten by a result; write to another name or folder.");
            }
            if (!outputs.TryAdd(real, output) && !IsStream(real))
            {
                throw new UsageException(
                    $"{outputs[real]} and {output} are one file, and two results would be written to it; give them different names.");
            }
        }
    }

    private static bool IsStream(string path) => FileKinds.Of(path) is FileKind.Device or FileKind.Pipe or FileKind.Socket;
}
