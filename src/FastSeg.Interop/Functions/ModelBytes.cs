namespace FastSeg.Interop.Functions;

/// <summary>Models as the bytes of their files.</summary>
internal static class ModelBytes
{
    /// <summary>The model of a file's bytes.</summary>
    public static Model Read(ReadOnlySpan<byte> bytes)
    {
        string path = NewPath();
        try
        {
            File.WriteAllBytes(path, bytes);
            return Model.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The bytes of a model's file.</summary>
    public static byte[] Write(Model model)
    {
        string path = NewPath();
        try
        {
            model.Save(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string NewPath() => Path.Combine(Path.GetTempPath(), $"model-in-memory-{Path.GetRandomFileName()}.fastseg");
}
