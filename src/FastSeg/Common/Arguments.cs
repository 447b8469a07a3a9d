using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastSeg.Common;

/// <summary>Refuses null where a caller must not give it, in the middle of an expression.</summary>
internal static class Arguments
{
    /// <summary>Returns what was given.</summary>
    /// <param name="value">The argument.</param>
    /// <param name="name">Its name, which the compiler fills in.</param>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static T NotNull<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string? name = null) where T : class =>
        value ?? throw new ArgumentNullException(name);

    /// <summary>Returns a list that was given.</summary>
    /// <param name="values">The argument.</param>
    /// <param name="name">Its name, which the compiler fills in.</param>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    /// <exception cref="ArgumentException">Something in it is null.</exception>
    public static IReadOnlyList<T> NoneNull<T>(
        [NotNull] IReadOnlyList<T>? values, [CallerArgumentExpression(nameof(values))] string? name = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(values, name);
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] is null)
            {
                throw new ArgumentException($"Number {i} of the list is null.", name);
            }
        }
        return values;
    }
}
