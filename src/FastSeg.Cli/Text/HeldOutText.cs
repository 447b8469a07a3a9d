using System.Text.Json;

namespace FastSeg.Cli.Text;

/// <summary>The score of labelled pixels that were held out from training, as text and as JSON.</summary>
internal static class HeldOutText
{
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
        ScoreText.WriteConfusion(output, score.Confusion, "held-out pixels of each label value (rows) by the value given (columns)");
        foreach (string note in score.Notes)
        {
            output.WriteLine(note);
        }
    }

    /// <summary>The folds in words.</summary>
    public static string Folds(int folds, bool ofImages) => $"{folds} folds of {(ofImages ? "whole images" : "strokes")}";

    /// <summary>What was tried, with its mean IoU.</summary>
    public static string Smoothings(IReadOnlyList<SmoothingScore> scores) =>
        string.Join(", ", scores.Select(score => $"{SmoothingText.Of(score.Smoothing)} {score.MeanIou:0.0000}"));

    /// <summary>Writes the score as a member of the report.</summary>
    public static void WriteJson(Utf8JsonWriter json, HeldOutScore score)
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
        ScoreText.WriteClasses(json, score.Confusion);
        ScoreText.WriteConfusion(json, score.Confusion);
        json.WriteStartArray("notes");
        foreach (string note in score.Notes)
        {
            json.WriteStringValue(note);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
