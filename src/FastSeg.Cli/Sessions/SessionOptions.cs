namespace FastSeg.Cli.Sessions;

/// <summary>What the options that every command takes say about this invocation.</summary>
/// <param name="Threads">Worker threads, at least 1.</param>
/// <param name="Backend">What computes.</param>
/// <param name="DeviceMemory">Most bytes of the GPU's memory to use; 0 leaves it to the library.</param>
/// <param name="Report">Where the report goes; null for none.</param>
/// <param name="Verbose">Whether stack traces are wanted.</param>
internal sealed record SessionOptions(int Threads, BackendKind Backend, long DeviceMemory, string? Report, bool Verbose);
