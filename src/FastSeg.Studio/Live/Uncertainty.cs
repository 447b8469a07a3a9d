namespace FastSeg.Studio.Live;

/// <summary>How uncertain a label is, as a byte.</summary>
internal static class Uncertainty
{
    /// <summary>
    /// Brings confidences to 1..255: 1 where the class is certain, 255 where all classes are equally probable. It is linear in the
    /// probability of the class that was chosen.
    /// </summary>
    /// <param name="confidence">The probability of the class that each pixel got.</param>
    /// <param name="classes">Classes that there are.</param>
    /// <param name="to">Receives a value for each pixel.</param>
    public static void Of(ReadOnlySpan<float> confidence, int classes, Span<byte> to)
    {
        float scale = 254f * classes / (classes - 1);
        for (int i = 0; i < confidence.Length; i++)
        {
            to[i] = (byte)(1.5f + Math.Clamp((1 - confidence[i]) * scale, 0, 254));
        }
    }
}
