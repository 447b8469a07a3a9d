using FastSeg.Runs;

namespace FastSeg;

/// <summary>A file that is to be written, as a plan sees it; it is not created.</summary>
internal static class PlannedFile
{
    /// <summary>The file's sketch; null where no file is named.</summary>
    /// <param name="path">Its name, or any name with its extension.</param>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="outputs">How files are written.</param>
    public static OutputSketch? Sketch(string? path, ImageLayout layout, PlannedOutputs outputs) => path is null ? null
        : new OutputSketch(layout, threads => ImageFile.HeldBytes(path, outputs.LayoutOf(layout), threads, outputs.OmeZarr))
        {
            FinishBytes = threads => ImageFile.FinishBytes(path, outputs.LayoutOf(layout), threads, outputs.OmeZarr),
        };
}
