using System.Text.Json;

namespace FastSeg.Native;

/// <summary>Which libxgboost there is, and what it was built with.</summary>
/// <param name="Version">Its version.</param>
/// <param name="HasCuda">Whether it can train on a GPU.</param>
internal sealed record XgBoostBuild(Version Version, bool HasCuda)
{
    /// <summary>The library in use.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    public static XgBoostBuild Current => Parse(XgBoost.Version, XgBoost.BuildInfo);

    /// <summary>Reads what XGBuildInfo gave; what is no such JSON has no CUDA.</summary>
    public static XgBoostBuild Parse(Version version, string json)
    {
        try
        {
            using JsonDocument info = JsonDocument.Parse(json);
            JsonElement root = info.RootElement;
            bool says = root.ValueKind == JsonValueKind.Object;
            return new XgBoostBuild(version, says && root.TryGetProperty("USE_CUDA", out JsonElement cuda) && cuda.ValueKind == JsonValueKind.True);
        }
        catch (JsonException)
        {
            return new XgBoostBuild(version, false);
        }
    }
}
