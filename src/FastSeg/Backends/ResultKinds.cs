namespace FastSeg.Backends;

/// <summary>Which results a run wants.</summary>
/// <param name="LabelBytes">Bytes of one label: 1, or 2 where a kept value is above 255.</param>
/// <param name="ProbabilityBytes">Bytes of one probability: 0 (not wanted), 1 (uint8) or 4 (float32).</param>
/// <param name="Confidence">Whether the chosen class's probability is wanted.</param>
internal readonly record struct ResultKinds(int LabelBytes, int ProbabilityBytes, bool Confidence)
{
    /// <summary>Whether the trees' margins are turned into probabilities: as a result, or for the confidence.</summary>
    public bool Probabilities => ProbabilityBytes > 0 || Confidence;

    /// <summary>Bytes of all results of one pixel.</summary>
    public long BytesPerPixel(int classCount) => LabelBytes + ((long)ProbabilityBytes * classCount) + (Confidence ? sizeof(float) : 0);
}
