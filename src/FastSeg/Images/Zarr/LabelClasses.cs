namespace FastSeg.Images.Zarr;

/// <summary>The classes that a label image's metadata names.</summary>
internal static class LabelClasses
{
    /// <summary>More classes are not segmented, and longer names are none.</summary>
    private const int MostClasses = 255, MostLetters = 200;

    /// <summary>Reads them; empty where they are missing or are none of ours: names of labels are no reason to refuse an image.</summary>
    /// <param name="attributes">The image's attributes.</param>
    public static IReadOnlyList<LabelClass> Read(ZarrJson attributes)
    {
        if (attributes.Find("image-label")?.Find("properties") is not { Value.ValueKind: System.Text.Json.JsonValueKind.Array } properties
            || properties.Value.GetArrayLength() is 0 or > MostClasses)
        {
            return [];
        }
        var classes = new List<LabelClass>();
        foreach (ZarrJson one in properties.List())
        {
            int label = Value(one.Find("label-value")), drawn = Value(one.Find("drawn-value"));
            int value = drawn == 0 ? label : drawn;
            if (label == 0 || one.Find("class") is not { IsText: true } text || text.Text() is not { Length: > 0 and <= MostLetters } name
                || classes.Exists(other => other.Label == label || other.Value == value))
            {
                return [];
            }
            classes.Add(new LabelClass(label, value, name));
        }
        return [.. classes.OrderBy(one => one.Label)];
    }

    /// <summary>A label's value; 0 where it is none.</summary>
    private static int Value(ZarrJson? value) => value is { Value.ValueKind: System.Text.Json.JsonValueKind.Number }
        && value.Value.TryGetInt32(out int number) && number is >= 1 and <= ushort.MaxValue ? number : 0;
}
