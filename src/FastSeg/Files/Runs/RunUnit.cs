namespace FastSeg.Files.Runs;

/// <summary>A part of a run's results that is finished: a chunk, a tile, an input that was watched for.</summary>
/// <param name="Name">What tells it from the others, such as the path of its file inside the run's folder; any text.</param>
/// <param name="Length">Bytes that it has.</param>
/// <param name="Crc">CRC-32 of these bytes.</param>
internal readonly record struct RunUnit(string Name, long Length, uint Crc)
{
    /// <summary>Whether it has no bytes: it only says that something is done.</summary>
    public bool IsMark => this is { Length: 0, Crc: 0 };

    /// <summary>A unit without bytes.</summary>
    /// <param name="name">What it says.</param>
    public static RunUnit Mark(string name) => new(name, 0, 0);
}
