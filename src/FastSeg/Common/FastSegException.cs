using FastSeg.Common;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// A failure that the caller can act on. The message is one sentence: what is wrong, in which file or value, and what would be right.
/// Control characters in it, which can only come from names in files, are written as escapes.
/// </summary>
public sealed class FastSegException : Exception
{
    /// <summary>Creates the failure from its one sentence.</summary>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    /// <param name="innerException">The failure underneath, if there is one.</param>
    public FastSegException(string message, Exception? innerException = null) : base(PlainText.Of(NotNull(message)), innerException)
    {
    }

    /// <summary>Creates a failure whose sentence names a setting.</summary>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="settingWords">The words of the sentence that name the setting.</param>
    /// <param name="innerException">The failure underneath, if there is one.</param>
    public FastSegException(string message, Setting setting, string settingWords, Exception? innerException = null)
        : base(PlainText.Of(NotNull(message)), innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(settingWords);
        if (!message.Contains(settingWords, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The words \"{settingWords}\" are not in the sentence: {message}", nameof(settingWords));
        }
        Setting = setting;
        SettingWords = settingWords;
    }

    /// <summary>The setting that the sentence names, if it names one.</summary>
    public Setting? Setting { get; }

    /// <summary>The words of the sentence that name <see cref="Setting"/>.</summary>
    public string? SettingWords { get; }

    /// <summary>Whether the cause is an input that is not where it was said to be, or that this user may not read.</summary>
    internal bool IsOfInput { get; init; }

    /// <summary>
    /// The message for users who know the settings by other names, such as flags or the fields of a form. Those names replace
    /// <see cref="SettingWords"/>: the words of this failure, and of inner failures whose sentences the message repeats.
    /// </summary>
    /// <param name="nameOf">What the program calls a setting.</param>
    public string MessageWith(Func<Setting, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        string text = Message;
        for (Exception? failure = this; failure is not null; failure = failure.InnerException)
        {
            if (failure is FastSegException { Setting: { } setting, SettingWords: { } words })
            {
                text = text.Replace(words, nameOf(setting), StringComparison.Ordinal);
            }
        }
        return text;
    }
}
