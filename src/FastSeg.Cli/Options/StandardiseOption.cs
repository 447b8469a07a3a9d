using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>--standardise image|local|none.</summary>
internal static class StandardiseOption
{
    /// <summary>The option.</summary>
    public static Option<string> Create()
    {
        var option = new Option<string>("--standardise")
        {
            Description =
                "image: samples less the image's mean, over its deviation, so that neither sample type nor gain matters; " +
                "local: the same with mean and deviation of each pixel's surroundings, for images that are brighter on one side; " +
                "none: as in models of older versions, divided by the type's largest value.",
            DefaultValueFactory = _ => "image",
        };
        ChoiceOption.Only(option, "image", "local", "none");
        return option;
    }

    /// <summary>What was chosen.</summary>
    public static Standardisation Chosen(ParseResult parsed, Option<string> option) =>
        Enum.Parse<Standardisation>(parsed.GetValue(option)!, ignoreCase: true);
}
