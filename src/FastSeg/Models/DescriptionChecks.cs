namespace FastSeg.Models;

/// <summary>
/// What the JSON reader cannot see of a <c>model.json</c>: nulls in lists, and numbers that are only kept and printed, so that nothing else
/// would look at them.
/// </summary>
internal static class DescriptionChecks
{
    /// <summary>Refuses the first such value.</summary>
    /// <exception cref="InvalidDataException">Which one, in words that follow the name of the model.</exception>
    public static void Check(ModelDescription description)
    {
        NoneNull("families", description.Features.Families);
        NoneNull("channelNames", description.ChannelNames);
        NoneNull("classes", description.Classes);
        NoneNull("images", description.Images);
        NoneNull("heldOut", description.HeldOut?.Smoothings);
        NoneNull("weights of its backbone", description.Deep?.Identity?.Weights.Values);
        Refuse(description.Classes.Any(c => c.Pixels < 0), "a class of it has fewer than 0 pixels");
        Refuse(description.Images?.Any(image => image.Width < 1 || image.Height < 1) == true, "an image of it has no pixels");
        Refuse(
            description.Samples is { } samples && !(double.IsFinite(samples.Mean) && double.IsFinite(samples.Deviation)),
            "mean and deviation of its samples are not finite");
        NoneNull("data", description.Data?.Images);
        NoneNull("planes", description.Data?.Planes);
        Refuse(description.Data?.Images.Any(IsNoRange) == true, "the range of the samples of an image of it makes no sense");
        Refuse(
            description.Data?.Planes.Any(plane => !(double.IsFinite(plane.Mean) && double.IsFinite(plane.Deviation))) == true,
            "mean and deviation of a plane of it are not finite");
        Refuse(
            description.HeldOut is { } heldOut
                && !(IsShare(heldOut.MeanIou) && heldOut.Folds >= 0 && heldOut.Smoothings.All(score => IsShare(score.MeanIou))),
            "its held-out score is out of range");
        Refuse(
            description.Deep?.Identity is { } identity && !identity.Mean.Concat(identity.Std).All(float.IsFinite),
            "mean and std of its backbone are not finite");
    }

    private static bool IsNoRange(ImageData image) =>
        !(double.IsFinite(image.Low) && double.IsFinite(image.High) && image.Low <= image.High && double.IsFinite(image.Mean)
            && double.IsFinite(image.Deviation) && image.Deviation >= 0 && IsShare(image.AtLeast) && IsShare(image.AtMost)
            && Enum.IsDefined(image.Type) && Enum.IsDefined(image.Kind));

    private static bool IsShare(double value) => value is >= 0 and <= 1;

    private static void NoneNull<T>(string what, IEnumerable<T>? values) =>
        Refuse(values?.Any(value => value is null) == true, $"there is nothing (null) in a place of its {what}");

    private static void Refuse(bool wrong, string what)
    {
        if (wrong)
        {
            throw new InvalidDataException(what);
        }
    }
}
