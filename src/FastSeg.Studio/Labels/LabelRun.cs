namespace FastSeg.Studio.Labels;

/// <summary>Pixels of one row with one label.</summary>
/// <param name="Y">The row.</param>
/// <param name="X">The first column.</param>
/// <param name="Length">Columns.</param>
/// <param name="Label">Their label.</param>
internal readonly record struct LabelRun(long Y, long X, int Length, byte Label);
