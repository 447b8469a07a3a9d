namespace FastSeg;

/// <summary>How probabilities are smoothed.</summary>
public enum SmoothingMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By a guided filter, whose guide is the image: regions become even, edges of the image stay.</summary>
    Guided,

    /// <summary>
    /// By a guided filter where the forest is unsure, and with weights that give each class back, where it was, nearly the area that it
    /// had on the whole page.
    /// </summary>
    Safe,
}
