namespace FastSeg.Cli.Text;

/// <summary>One segmentation compared with its truth.</summary>
/// <param name="Prediction">The label map's path.</param>
/// <param name="Truth">The truth's path.</param>
/// <param name="Matrix">Pixels of each class of the truth by label.</param>
/// <param name="TrainedOn">Whether the model was trained on the image; null where no model was named.</param>
internal sealed record ImageScore(string Prediction, string Truth, ConfusionMatrix Matrix, bool? TrainedOn = null)
{
    /// <summary>Whether labels were compared as the values that their classes were drawn with.</summary>
    public bool ByValues { get; init; }

    /// <summary>The names of values, where label map, truth or model know them.</summary>
    public IReadOnlyDictionary<int, string> Names { get; init; } = new Dictionary<int, string>();

    /// <summary>What a value is called.</summary>
    public string NameOf(int value) => Names.GetValueOrDefault(value, $"class {value}");
}
