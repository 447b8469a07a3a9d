namespace FastSeg.Cli.Text;

/// <summary>Says what a model is.</summary>
internal static class ModelText
{
    /// <summary>Prints everything that is known of a model but the images it was trained on.</summary>
    public static void Write(TextWriter output, string path, Model model)
    {
        FeatureSpec features = model.Features;
        output.WriteLine($"{path}: FastSeg model, {Units.Bytes(new FileInfo(path).Length)}");
        var table = new TextTable(false, false)
            .Row("classes", $"{model.Classes.Count}")
            .Row(
                "features",
                $"{model.Planes} planes: {features.Names.Count} a channel, " +
                    $"{model.ChannelSet.Text()}{Deep(model)}")
            .Row("families", features.Families == Families.None ? "none" : string.Join(", ", FamilyNames.Of(features.Families)))
            .Row("sigmas", $"{string.Join(", ", features.Sigmas)} (standard deviation = {features.SigmaScale} x sigma)")
            .Row("membrane", $"{features.Membrane.Angles} lines of {features.Membrane.Patch} px, thickness {features.Membrane.Thickness}")
            .Row("samples", Samples(model))
            .Row("left out", LeftOut(features))
            .Row("halo", $"{features.Halo} px")
            .Row("forest", $"{model.Trees} trees, {model.SplitsPerTree:0.0} splits a tree, {Units.Bytes(model.ForestBytes.Length)}");
        if (model.Opening != ImageOptions.Default)
        {
            string pages = model.Opening.ChannelsFromPages ? "pages are channels" : "";
            string turned = model.Opening.Orient ? "turned as their files say" : "";
            table.Row("files", string.Join(", ", new[] { pages, turned }.Where(text => text.Length > 0)));
        }
        AddTraining(table, model);
        if (model.Images is { } images)
        {
            table.Row("images", Names(images));
        }
        if (model.HeldOut is { } heldOut)
        {
            string tried = heldOut.Smoothings.Count > 1 ? $": {HeldOutText.Smoothings(heldOut.Smoothings)}" : "";
            table.Row("held out", $"mean IoU {heldOut.MeanIou:0.0000} over {HeldOutText.Folds(heldOut.Folds, heldOut.OfImages)}{tried}");
        }
        table.Row("smoothing", SmoothingText.Of(model.Smoothing));
        if (model.DeepFeatures is { } deep)
        {
            string seen = deep.Rgb is { } rgb ? $"channels {string.Join(", ", rgb)} as red, green, blue" : "the mean of all channels";
            table.Row("deep sees", deep.Rgb is null && model.Channels is 1 or 3 ? "the image's channels" : seen);
            BackboneText.AddRows(table, deep, model.Deep!);
        }
        table.Write(output);
        output.WriteLine(model.Origin is null ? "  classes and the pixels they were trained on:" : "  classes:");
        var classes = new TextTable(true, false, false, true);
        for (int i = 0; i < model.Classes.Count; i++)
        {
            ModelClass entry = model.Classes[i];
            classes.Row($"{i + 1}", entry.Name, $"value {entry.Value}", model.Origin is null ? $"{Units.Count(entry.Pixels)} px" : "");
        }
        classes.Write(output, "    ");
    }

    /// <summary>How samples are standardised, and the statistics of the training images where they are kept.</summary>
    private static string Samples(Model model) => StandardiseText.Of(model.Features.Standardise)
        + (model.Features.Standardise == Standardisation.Local ? $"; sigma {Units.Significant(model.Features.StandardiseSigma)} px" : "")
        + (model.Samples is { } samples ? $"; {StandardiseText.Of(samples)} over the training images" : "");

    /// <summary>What becomes of samples that are not finite, and of data bars.</summary>
    private static string LeftOut(FeatureSpec features) =>
        (features.NanAs is { } number ? $"NaN and infinite samples count as {FeatureText(number)}" : "NaN and infinite samples are refused")
        + (features.DataBar == DataBar.Auto ? ", a data bar is left out" : "");

    private static string FeatureText(float number) => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static string Deep(Model model) => model.DeepFeatures is { } deep ? $", and {deep.Channels} deep" : "";

    /// <summary>The first images that it was trained on, and how many there are besides.</summary>
    private static string Names(IReadOnlyList<ModelImage> images)
    {
        const int Most = 8;
        string names = string.Join(", ", images.Take(Most).Select(image => $"{image.Name} ({image.Width} x {image.Height}{Type(image)})"));
        return images.Count > Most ? $"{names} and {images.Count - Most} more" : names;
    }

    private static string Type(ModelImage image) => image.Type is { } type ? $", {type.Name()}" : "";

    /// <summary>How its trees came about: what XGBoost was asked for, or where they were imported from.</summary>
    private static void AddTraining(TextTable table, Model model)
    {
        if (model.Training is not { } training)
        {
            table.Row(
                "training",
                $"imported from XGBoost {model.XgboostVersion}: {model.Origin!.Objective}, " +
                    $"{model.Origin.Rounds} rounds, SHA-256 {model.Origin.Sha256}");
            return;
        }
        table.Row(
            "training",
            $"{Booster(model, training)}, {training.Rounds} rounds, depth {training.Depth}, learning rate {training.LearningRate}, " +
                $"max-bin {training.MaxBin}, {(training.Balance ? "balanced, " : "")}seed {training.Seed}" +
                (training.Augment == Augmentation.Flips ? ", flipped and transposed copies too" : ""));
        table.Row(
            "sampling",
            $"subsample {training.Subsample}, colsample-bynode {training.ColsampleByNode}, " +
                $"min-child-weight {training.MinChildWeight}, lambda {training.Lambda}");
    }

    private static string Booster(Model model, TrainingOptions training) => training.Booster == TreeBooster.FastSeg
        ? "FastSeg's booster"
        : $"XGBoost {model.XgboostVersion} with {training.BoosterThreads} thread{(training.BoosterThreads == 1 ? "" : "s")}";
}
