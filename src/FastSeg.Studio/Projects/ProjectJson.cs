using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastSeg.Studio.Projects;

/// <summary>How a project's files and the requests of its page are read and written.</summary>
internal static class ProjectJson
{
    /// <summary>Strict: an unknown, missing or doubled property is refused, so that a misspelt request is not half understood.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 16,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>An operation as a page or script sent it.</summary>
    /// <exception cref="FastSegException">It is no operation; the sentence says where it is wrong.</exception>
    public static Operation ReadOperation(ReadOnlySpan<byte> json) => Read<Operation>(json, "operation");

    /// <summary>An operation or a list of operations as a page or script sent it.</summary>
    /// <exception cref="FastSegException">It is none; the sentence says where it is wrong.</exception>
    public static IReadOnlyList<Operation> ReadOperations(ReadOnlySpan<byte> json)
    {
        if (json.TrimStart(" \t\r\n"u8) is not [(byte)'[', ..])
        {
            return [ReadOperation(json)];
        }
        Operation[] operations = Read<Operation[]>(json, "list of operations");
        // The reader of JSON refuses null in a property, but not in a list.
        int nothing = Array.FindIndex(operations, one => one is null);
        return nothing < 0
            ? operations
            : throw new FastSegException($"The list of operations is null at [{nothing}]; docs/studio.md shows what it has.");
    }

    /// <summary>Reads a value that came from outside.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="what">What it is, in words.</param>
    /// <exception cref="FastSegException">It is not what it should be.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options)
                ?? throw new FastSegException($"The {what} is null; docs/studio.md shows what it has.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            string where = e is JsonException { Path: { Length: > 1 } path } ? $" at {path[1..].TrimStart('.')}" : "";
            throw new FastSegException($"The {what} is not understood{where}; docs/studio.md shows what it has.", e);
        }
    }

    /// <summary>Writes a value as one line of UTF-8.</summary>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);
}
