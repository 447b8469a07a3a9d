using System.CommandLine;
using FastSeg.Backends;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Options;

/// <summary>--deep where a model says which backbone it needs.</summary>
internal static class BackboneOption
{
    /// <summary>The option; null where it is left out.</summary>
    public static Option<string?> Create() => new("--deep")
    {
        HelpName = "MODELDIR",
        Description =
            "The folder of the backbone that the model's deep features need. " +
            $"[default: the one of that SHA-256 in {BackboneFolders.Variable} or models/]",
    };

    /// <summary>The folder that was meant: a path, or the name of a backbone in the folders of models.</summary>
    /// <exception cref="FastSegException">It is the name of a network that could be got, and was not.</exception>
    public static string Named(string given)
    {
        string folder = BackboneFolders.Named(given);
        return folder == ResNetBackbone.Name && !Directory.Exists(folder)
            ? throw new FastSegException(
                $"There is no backbone {folder} in the folders of models yet; `fastseg models get {folder}` gets it.")
            : folder;
    }

    /// <summary>Finds and opens the model's backbone; null where it needs none. The caller disposes it.</summary>
    /// <param name="session">Says what computes, and is told why the CPU does.</param>
    /// <param name="model">The model.</param>
    /// <param name="path">Its file, for sentences.</param>
    /// <param name="folder">The folder that was named, or null.</param>
    public static Backbone? Open(Session session, Model model, string path, string? folder)
    {
        if (model.DeepFeatures is { } deep)
        {
            Backbone backbone = deep.OpenBackbone(folder is null ? null : Named(folder), BackendChoice.CudaOrdinal(session.Backend));
            session.Say(backbone.Note);
            return backbone;
        }
        return folder is null ? null : throw new UsageException($"{path} has no deep features; leave out --deep {folder}.");
    }
}
