namespace FastSeg.Cli.Text;

/// <summary>A projection's file in words.</summary>
internal static class ProjectionText
{
    /// <summary>Prints what the file holds.</summary>
    public static void Write(TextWriter output, string path, ProjectionFile file)
    {
        output.WriteLine($"{path}: projection of tokens, {Units.Bytes(new FileInfo(path).Length)}");
        new TextTable(false, false)
            .Row("components", $"{file.Channels}")
            .Row("tokens", $"of {file.Dimension} numbers")
            .Row("identity", file.Identity)
            .Write(output);
    }

    /// <summary>"32 components of 192 numbers".</summary>
    public static string Size(ProjectionFile file) => $"{file.Channels} components of {file.Dimension} numbers";
}
