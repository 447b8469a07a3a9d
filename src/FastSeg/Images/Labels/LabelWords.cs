namespace FastSeg.Images.Labels;

/// <summary>
/// What the library's sentences call the settings of labels. The command line puts its flags there: warnings are plain sentences, which
/// cannot say which setting they are about.
/// </summary>
internal static class LabelWords
{
    /// <summary>In front of colours and their classes: "named colours red=1,lime=2".</summary>
    public const string Colours = "named colours";

    /// <summary>In front of a value: "the void value 255".</summary>
    public const string Void = "the void value";

    /// <summary>Names of all classes.</summary>
    public const string Names = "a name for every class";

    /// <summary>A training that weighs classes alike.</summary>
    public const string Balance = "a balanced training";
}
