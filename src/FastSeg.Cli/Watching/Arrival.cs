namespace FastSeg.Cli.Watching;

/// <summary>A file of a watched folder, as it was when somebody looked.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Time">When it was last written, in ticks of UTC.</param>
internal readonly record struct Arrival(string Name, long Length, long Time);
