namespace FastSeg.Deep.Weights;

/// <summary>A view of a storage, as torch._utils._rebuild_tensor_v2 gets it.</summary>
/// <param name="Storage">Where the numbers are.</param>
/// <param name="Offset">Number of the first one.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Strides">Numbers from one index to the next, along each axis.</param>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>Numbers in a file of the checkpoint's zip.</summary>
/// <param name="Type">Type of a number.</param>
/// <param name="Key">Name of the file under "data/".</param>
/// <param name="Count">Numbers it is said to hold.</param>
internal sealed record PickleStorage(WeightType Type, string Key, long Count);
