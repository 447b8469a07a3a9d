using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FastSeg.Studio.Server;

/// <summary>
/// Lets through whoever has opened the link with the secret, in a browser that was not led here by another site. Everything else is
/// refused before any endpoint sees it.
/// </summary>
/// <param name="projectId">Names the cookie, so that the cookies of several studios on one machine do not replace each other.</param>
/// <param name="secret">What the link carries, and the cookie after it.</param>
/// <param name="host">The name or address given with --host, or null.</param>
internal sealed class Guard(string projectId, string secret, string? host)
{
    /// <summary>Asks the browser to come once more: what another site's link leads to comes without strict cookies.</summary>
    private const string Again = "again";

    private readonly byte[] _secretHash = Hash(secret);

    /// <summary>The cookie's name.</summary>
    public string Cookie { get; } = $"fastseg-{projectId}";

    /// <summary>Answers what is refused, and hands on the rest.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        SetHeaders(context.Response.Headers);
        if (!IsOurHost(request.Host))
        {
            string names = host is null ? "127.0.0.1, localhost and [::1]" : $"127.0.0.1, localhost, [::1] and {host}";
            throw new RequestException(
                StatusCodes.Status403Forbidden, $"The studio answers to {names}, and not to {request.Host.Host}; --host NAME adds a name.");
        }
        bool reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!reads && !HttpMethods.IsPost(request.Method) && !HttpMethods.IsPut(request.Method) && !HttpMethods.IsDelete(request.Method))
        {
            throw new RequestException(StatusCodes.Status405MethodNotAllowed, $"The studio does not answer to {request.Method}.");
        }
        if (reads && request.Path == "/" && request.Query.ContainsKey("token"))
        {
            return IsSecret(request.Query["token"]) ? LetIn(context) : Unknown(context);
        }
        if (!IsSecret(request.Cookies[Cookie]))
        {
            return Unknown(context);
        }
        if (request.Path == "/" && request.Query.ContainsKey(Again))
        {
            context.Response.Redirect("/");
            return Task.CompletedTask;
        }
        string? origin = request.Headers.Origin;
        if (!reads && origin != $"{request.Scheme}://{request.Host.Value}")
        {
            throw new RequestException(
                StatusCodes.Status403Forbidden,
                $"A request that changes something needs the header Origin: {request.Scheme}://{request.Host.Value}" +
                $"{(origin is null ? "" : $", and this one comes from {origin}")}.");
        }
        return next(context);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; " +
            "worker-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    /// <summary>
    /// Whether the Host header names this studio. A site whose name leads to 127.0.0.1 would otherwise count as the studio's own page.
    /// </summary>
    private bool IsOurHost(HostString named)
    {
        string name = named.Host;
        return name is "127.0.0.1" or "[::1]"
            || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (host is not null && name.Trim('[', ']').Equals(host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase));
    }

    private bool IsSecret(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), _secretHash);

    /// <summary>Hashes have one length, so that the comparison tells nothing of the secret's.</summary>
    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private Task LetIn(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/";
        context.Response.Headers.SetCookie = new SetCookieHeaderValue(Cookie, secret)
        {
            Path = "/",
            HttpOnly = true,
            SameSite = Microsoft.Net.Http.Headers.SameSiteMode.Strict,
        }.ToString();
        return Task.CompletedTask;
    }

    /// <summary>A page for whoever came to the page, and a sentence for everybody else.</summary>
    private static Task Unknown(HttpContext context)
    {
        const string Sentence = "Open the link that the terminal printed when the studio started; it lets this browser in.";
        if (context.Request.Path != "/")
        {
            throw new RequestException(StatusCodes.Status401Unauthorized, Sentence);
        }
        bool first = !context.Request.Query.ContainsKey(Again) && !context.Request.Query.ContainsKey("token");
        string refresh = first ? $"<meta http-equiv=\"refresh\" content=\"0;url=/?{Again}\">" : "";
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>FastSeg studio</title>" +
            $"{refresh}</head><body><h1>FastSeg studio</h1><p>{WebUtility.HtmlEncode(Sentence)}</p></body></html>",
            context.RequestAborted);
    }
}
