using System.Globalization;
using System.Text.Json;

namespace FastSeg.Cli.Text;

/// <summary>The score of labelled pixels that were held out from training, as text and as JSON.</summary>
internal static class HeldOutText
{
    /// <summary>A smaller share of a class that is taken for another one is not worth a sentence.</summary>
    private const double WorthSaying = 0.05;

    /// <summary>Prints the mean, what was tried, each class, and the confusion.</summary>
    /// <param name="output">Where results go.</param>
    /// <param name="score">The score.</param>
    /// <param name="classes">The model's classes.</param>
    public static void Write(TextWriter output, HeldOutScore score, IReadOnlyList<ModelClass> classes)
    {
        output.WriteLine($"held-out score: mean IoU {score.MeanIou:0.0000} over {Folds(score.Folds, score.OfImages)}");
        if (score.Smoothings.Count > 1)
        {
            output.WriteLine($"  smoothing: {Smoothings(score.Smoothings)}; {SmoothingText.Of(score.Smoothing)} is kept");
        }
        var table = new TextTable(true, false, true);
        for (int i = 0; i < classes.Count; i++)
        {
            table.Row($"{i + 1}", classes[i].Name, $"IoU {score.Confusion.Iou(classes[i].Value):0.0000}");
        }
        table.Write(output);
        ScoreText.WriteConfusion(
            output, score.Confusion, "held-out pixels of each class (rows) by the class they were given (columns)", NameOf(classes));
        if (Mistake(score.Confusion, NameOf(classes)) is { } mistake)
        {
            output.WriteLine(mistake);
        }
        foreach (string note in score.Notes)
        {
            output.WriteLine(note);
        }
    }

    /// <summary>The class whose pixels were most often taken for another one; null where hardly any were.</summary>
    /// <param name="confusion">The counts.</param>
    /// <param name="name">What a value is called.</param>
    public static string? Mistake(ConfusionMatrix confusion, Func<int, string> name)
    {
        (double Share, int Truth, int Label)[] mistakes =
        [
            .. from truth in confusion.Classes
               from label in confusion.Predictions
               where label != truth
               let share = (double)confusion[truth, label] / confusion.Predictions.Sum(other => confusion[truth, other])
               where share >= WorthSaying
               select (share, truth, label),
        ];
        if (mistakes.Length == 0)
        {
            return null;
        }
        (double most, int drawn, int given) = mistakes.MaxBy(mistake => mistake.Share);
        return string.Create(
            CultureInfo.InvariantCulture, $"most mistakes: {100 * most:F1} % of {name(drawn)} was taken for {name(given)}");
    }

    /// <summary>What a label value is called in a confusion matrix: its class, or its number where no class has it.</summary>
    private static Func<int, string> NameOf(IReadOnlyList<ModelClass> classes) =>
        value => classes.FirstOrDefault(one => one.Value == value)?.Name ?? $"{value}";

    /// <summary>The folds in words.</summary>
    public static string Folds(int folds, bool ofImages) => $"{folds} folds of {(ofImages ? "whole images" : "strokes")}";

    /// <summary>What was tried, with its mean IoU.</summary>
    public static string Smoothings(IReadOnlyList<SmoothingScore> scores) =>
        string.Join(", ", scores.Select(score => $"{SmoothingText.Of(score.Smoothing)} {score.MeanIou:0.0000}"));

    /// <summary>Writes the score as a member of the report.</summary>
    /// <param name="json">The report.</param>
    /// <param name="score">The score.</param>
    /// <param name="classes">The model's classes.</param>
    public static void WriteJson(Utf8JsonWriter json, HeldOutScore score, IReadOnlyList<ModelClass> classes)
    {
        json.WriteStartObject("heldOut");
        json.WriteNumber("folds", score.Folds);
        json.WriteString("of", score.OfImages ? "images" : "strokes");
        json.WriteNumber("meanIou", score.MeanIou);
        json.WriteString("smoothing", SmoothingText.Of(score.Smoothing));
        json.WriteStartArray("smoothings");
        foreach (SmoothingScore tried in score.Smoothings)
        {
            json.WriteStartObject();
            json.WriteString("smoothing", SmoothingText.Of(tried.Smoothing));
            json.WriteNumber("meanIou", tried.MeanIou);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        ScoreText.WriteClasses(json, score.Confusion, NameOf(classes));
        ScoreText.WriteConfusion(json, score.Confusion, NameOf(classes));
        json.WriteStartArray("notes");
        foreach (string note in score.Notes)
        {
            json.WriteStringValue(note);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
