using FastSeg.Models;
using FastSeg.Runs;

namespace FastSeg.Training;

/// <summary>What is doubtful of the images of one training by themselves.</summary>
internal static class DoubtsOfData
{
    /// <summary>Says where images that are not standardised differ in type or range. Returns the data with its doubts.</summary>
    /// <param name="doubts">Takes the sentence.</param>
    /// <param name="mode">How samples are standardised.</param>
    /// <param name="names">The images' names.</param>
    /// <param name="data">What is known of their samples.</param>
    /// <exception cref="FastSegException">They differ, and the run is strict.</exception>
    public static ImageData[] Say(Doubts doubts, Standardisation mode, string[] names, ImageData[] data)
    {
        if (mode != Standardisation.None || DataCheck.Mixed([.. names.Zip(data)]) is not { } mixed)
        {
            return data;
        }
        doubts.Add(mixed);
        return [.. data.Select(image => image with { Doubts = DataDoubts.Mixed })];
    }
}
