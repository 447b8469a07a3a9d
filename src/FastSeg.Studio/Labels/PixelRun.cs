namespace FastSeg.Studio.Labels;

/// <summary>Pixels of one row: columns <c>X .. End - 1</c>.</summary>
internal readonly record struct PixelRun(long Y, long X, long End);
