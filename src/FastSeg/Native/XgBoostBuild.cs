using System.Runtime.InteropServices;
using System.Text.Json;

namespace FastSeg.Native;

/// <summary>Version of a libxgboost, and what it was built with.</summary>
/// <param name="Version">Its version.</param>
/// <param name="HasCuda">Whether it can train on a GPU.</param>
internal sealed unsafe record XgBoostBuild(Version Version, bool HasCuda)
{
    /// <summary>The library in use.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    public static XgBoostBuild Current => Parse(XgBoost.Version, Info);

    /// <summary>What the library in use says it was built with: JSON with USE_CUDA among its members.</summary>
    /// <exception cref="FastSegException">The library failed, or there is none.</exception>
    internal static string Info
    {
        get
        {
            XgBoost.XGBuildInfo(out byte* text).ThrowIfFailed("saying what it was built with");
            return Marshal.PtrToStringUTF8((nint)text) ?? "";
        }
    }

    /// <summary>Reads what <see cref="Info"/> gave. Text of another form counts as a library without CUDA.</summary>
    public static XgBoostBuild Parse(Version version, string json)
    {
        try
        {
            using JsonDocument info = JsonDocument.Parse(json);
            JsonElement root = info.RootElement;
            bool says = root.ValueKind == JsonValueKind.Object;
            bool cuda = says && root.TryGetProperty("USE_CUDA", out JsonElement value) && value.ValueKind == JsonValueKind.True;
            return new XgBoostBuild(version, cuda);
        }
        catch (JsonException)
        {
            return new XgBoostBuild(version, false);
        }
    }
}
