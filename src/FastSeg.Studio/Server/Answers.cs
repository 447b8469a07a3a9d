using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastSeg.Studio.Projects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FastSeg.Studio.Server;

/// <summary>What goes back: JSON, bytes, or one sentence that says what went wrong.</summary>
internal static class Answers
{
    /// <summary>How much of a body that is too long is read before the connection is cut.</summary>
    private const long MostDropped = 16 << 20;

    /// <summary>Names as in the page; nulls are written, since the page looks at them.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Runs <paramref name="next"/>; a failure becomes its status and one sentence.</summary>
    public static async Task Guarded(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed })
            {
                await Write(context, new { error = $"{context.Request.Path} does not answer to {context.Request.Method}." });
            }
        }
        catch (Exception e) when (e is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            (int status, string sentence) = Of(e);
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.ETag = default;
            await Write(context, new { error = sentence });
        }
    }

    /// <summary>Answers with JSON.</summary>
    public static async Task Write<T>(HttpContext context, T value)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(value, Json);
        await Bytes(context, bytes, "application/json; charset=utf-8");
    }

    /// <summary>Answers with bytes.</summary>
    public static async Task Bytes(HttpContext context, ReadOnlyMemory<byte> bytes, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    /// <summary>Answers with bytes that the browser may keep while the tag is the same; with nothing where it has them already.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tag">What changes with the content, without quotes.</param>
    /// <param name="type">The content's type.</param>
    /// <param name="make">Makes the content where it is needed.</param>
    public static async Task Tagged(HttpContext context, string tag, string type, Func<ValueTask<byte[]>> make)
    {
        string quoted = $"\"{tag}\"";
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ETag = quoted;
        if (context.Request.Headers.IfNoneMatch == quoted)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        await Bytes(context, await make(), type);
    }

    /// <summary>Reads a body of at most <paramref name="most"/> bytes.</summary>
    /// <exception cref="RequestException">It is longer.</exception>
    public static async Task<byte[]> ReadBytes(HttpContext context, long most)
    {
        var body = new MemoryStream();
        await CopyBody(context, body, most);
        return body.ToArray();
    }

    /// <summary>Copies a body of at most <paramref name="most"/> bytes.</summary>
    /// <exception cref="RequestException">It is longer.</exception>
    public static async Task CopyBody(HttpContext context, Stream to, long most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most + MostDropped;
        }
        byte[] part = new byte[1 << 16];
        long taken = 0;
        for (int read; (read = await context.Request.Body.ReadAsync(part, context.RequestAborted)) > 0; taken += read)
        {
            // What is too long is read on for a while: whoever still sends does not listen to the answer.
            if (taken + read <= most)
            {
                await to.WriteAsync(part.AsMemory(0, read), context.RequestAborted);
            }
        }
        if (taken > most)
        {
            throw TooLong(most);
        }
    }

    private static RequestException TooLong(long? most) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The request's body is too long{(most is { } bytes ? $"; at most {bytes} bytes are taken" : "")}.");

    private static (int Status, string Sentence) Of(Exception e) => e switch
    {
        RequestException refused => (refused.Status, refused.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (413, TooLong(null).Message),
        BadHttpRequestException bad => (bad.StatusCode, "The request is not HTTP as it should be."),
        FastSegException failure => (StatusCodes.Status422UnprocessableEntity, failure.Message),
        // The page keeps what it is told this of, and sends it again.
        NotSavedException notSaved => (StatusCodes.Status507InsufficientStorage, notSaved.Message),
        IOException or UnauthorizedAccessException => (StatusCodes.Status500InternalServerError, OneLine(e.Message)),
        OutOfMemoryException => (StatusCodes.Status503ServiceUnavailable, "There is not enough memory for this; close other programs."),
        OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "The studio is closing."),
        _ => (StatusCodes.Status500InternalServerError, $"Unexpected {e.GetType().Name}: {OneLine(e.Message)}"),
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
