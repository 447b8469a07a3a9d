using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio.Server;

/// <summary>What a request says in its path and behind the question mark.</summary>
internal static class Ask
{
    /// <summary>A number in the path.</summary>
    /// <exception cref="RequestException">It is no whole number from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public static T Route<T>(HttpContext context, string name, T least, T most) where T : IBinaryInteger<T> =>
        Whole(name, context.GetRouteValue(name) as string, least, most);

    /// <summary>A text in the path.</summary>
    public static string Route(HttpContext context, string name) => context.GetRouteValue(name) as string ?? "";

    /// <summary>A whole number behind the question mark, which may be left out where there is a standard value.</summary>
    /// <exception cref="RequestException">It is missing, or no whole number in the range.</exception>
    public static long Query(HttpContext context, string name, long least, long most, long? standard = null)
    {
        string? text = context.Request.Query[name];
        return text is null && standard is { } value ? value : Whole(name, text, least, most);
    }

    /// <summary>A number behind the question mark; null where it is left out.</summary>
    /// <exception cref="RequestException">It is no finite number.</exception>
    public static double? Real(HttpContext context, string name)
    {
        string? text = context.Request.Query[name];
        if (text is null)
        {
            return null;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw new RequestException(StatusCodes.Status400BadRequest, $"{name} is {text}; give a number.");
    }

    /// <summary>One of several words behind the question mark; the first where it is left out.</summary>
    /// <exception cref="RequestException">It is another word.</exception>
    public static string Choice(HttpContext context, string name, params IReadOnlyList<string> words)
    {
        string text = context.Request.Query[name].FirstOrDefault() ?? words[0];
        return words.Contains(text)
            ? text
            : throw new RequestException(StatusCodes.Status400BadRequest, $"{name} is {text}; give {string.Join(" or ", words)}.");
    }

    private static T Whole<T>(string name, string? text, T least, T most) where T : IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T? number) && number >= least && number <= most
            ? number
            : throw new RequestException(
                StatusCodes.Status400BadRequest,
                $"{name} is {(string.IsNullOrEmpty(text) ? "missing" : text)}; give a whole number from {least} to {most}.");
}
