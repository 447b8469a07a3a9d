namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>What the machine refuses: an unknown instruction, an access outside of its buffer, a missed barrier, a race.</summary>
internal sealed class PtxException(string message) : Exception(message);
