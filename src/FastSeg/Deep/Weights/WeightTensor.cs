namespace FastSeg.Deep.Weights;

/// <summary>A named array of a network, converted to float32.</summary>
/// <param name="Name">Its name in the published checkpoints, such as "upsampler.outp_conv.weight".</param>
/// <param name="Shape">Sizes, outermost first; a convolution's weight is out x in x rows x columns.</param>
/// <param name="Values">The values, C order.</param>
internal sealed record WeightTensor(string Name, IReadOnlyList<long> Shape, float[] Values);
