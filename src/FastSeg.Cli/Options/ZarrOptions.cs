using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>How an OME-Zarr is written: --ome-zarr and --chunk.</summary>
internal sealed class ZarrOptions
{
    private readonly Option<string?> _version = new("--ome-zarr")
    {
        HelpName = "0.4|0.5",
        Description =
            "Version of an OME-Zarr that is written: 0.4 (Zarr 2, zlib; every reader knows it) or 0.5 (Zarr 3, zstd, shards of 4 x 4 " +
            "chunks). [default: 0.4]",
    };

    private readonly Option<int?> _chunk = new("--chunk")
    {
        HelpName = "N",
        Description = "Columns and rows of a chunk of an OME-Zarr that is written. [default: 1024]",
    };

    public ZarrOptions() => ChoiceOption.Only(_version, OmeZarrOptions.Version04, OmeZarrOptions.Version05);

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_version);
        command.Options.Add(_chunk);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="FastSegException">Chunks of such a size are not written.</exception>
    public OmeZarrOptions Of(ParseResult parsed)
    {
        var options = new OmeZarrOptions { Version = parsed.GetValue(_version) ?? OmeZarrOptions.Version04 };
        return parsed.GetValue(_chunk) is { } chunk ? options with { Chunk = chunk } : options;
    }
}
