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
                "none: as in models of older versions, divided by the type's largest value.",
            DefaultValueFactory = _ => Standardisation.Image,
            CustomParser = result => Enum.Parse<Standardisation>(result.Tokens[0].Value, ignoreCase: true),
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "local" }])
            {
                result.AddError("--standardise local is not possible yet; give image or none.");
            }
        });
        ChoiceOption.Only(option, "image", "local", "none");
        return option;
    }
}
