using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>--standardise image|local|none.</summary>
internal static class StandardiseOption
{
    /// <summary>The option.</summary>
    public static Option<Standardisation> Create()
    {
        var option = new Option<Standardisation>("--standardise")
        {
            Description =
                "image: samples less the image's mean, over its deviation, so that neither sample type nor gain matters; " +
                "local: the same with mean and deviation of each pixel's surroundings, for images that are brighter on one side; " +
                "none: as in models of older versions, divided by the type's largest value.",
            DefaultValueFactory = _ => Standardisation.Image,
            CustomParser = result => Enum.Parse<Standardisation>(result.Tokens[0].Value, ignoreCase: true),
        };
        ChoiceOption.Only(option, "image", "local", "none");
        return option;
    }
}
