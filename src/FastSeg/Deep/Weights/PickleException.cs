namespace FastSeg.Deep.Weights;

/// <summary>A pickle that is damaged, or that asks for something this reader does not do; the message names it.</summary>
internal sealed class PickleException(string message) : Exception(message);
